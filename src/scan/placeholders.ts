import { isAlnum, isLetter, latin1, startsWithExactly, tableOf } from './bytes.ts'

/**
 * Whether the value `bytes[start..end)` only stands in for a secret: our own placeholders, and what other redactors leave
 * behind (`****`, `[FILTERED]`, `<redacted>`, `sk-****abcd`, `XXXX-XXXX`). Letter case does not matter. Linear; except for
 * runs and our own placeholders, values over 128 bytes are never one.
 */
export function isPlaceholder(bytes: Uint8Array, start: number, end: number): boolean {
  if (start >= end) return false
  if (isRun(bytes, start, end) || ownPlaceholderEnd(bytes, start, end) === end) return true
  if (end - start > longestForeign) return false
  if (isPartlyMasked(bytes, start, end)) return true
  return mayBePhrase(bytes, start, end) && isPhrase(latin1(bytes, start, end).toLowerCase())
}

const longestForeign = 128

/** Whether `[REDACTED]`, `[REDACTED:...]` or `[WITHHELD:...]`, as logveil writes them, stands anywhere in `bytes[start..end)`. */
export function containsOwnPlaceholder(bytes: Uint8Array, start: number, end: number): boolean {
  return findOwnPlaceholder(bytes, start, end, end) !== -1
}

/**
 * Offset behind the placeholder of ours that begins at `at`, or -1.
 *
 *     placeholder = "[" ("REDACTED" | "WITHHELD") [":" *(ALPHA / DIGIT / "." / "_" / ":" / "-")] "]"
 */
export function ownPlaceholderEnd(bytes: Uint8Array, at: number, end: number): number {
  if (!startsWithExactly(bytes, at, end, '[REDACTED') && !startsWithExactly(bytes, at, end, '[WITHHELD')) return -1
  let i = at + 9
  if (bytes[i] === 0x3a) while (i < end && isBodyByte(bytes[i])) i++
  return i < end && bytes[i] === 0x5d ? i + 1 : -1
}

/**
 * Whether a placeholder of ours overlaps the candidate `[start, end)` in the text `[textStart, textEnd)`. It need not lie in it as a whole: in
 * `[REDACTED:generic-password:k1.x]` a key seems to have a value, and a long placeholder is a value that was cut off.
 */
export function overlapsOwnPlaceholder(
  bytes: Uint8Array,
  start: number,
  end: number,
  textStart: number,
  textEnd: number
): boolean {
  return findOwnPlaceholder(bytes, start, end, textEnd) >= 0 || beginsInOwnPlaceholder(bytes, start, textStart, textEnd)
}

/** Offset of the first placeholder of ours that begins in `[start, end)`, or -1. */
export function findOwnPlaceholder(bytes: Uint8Array, start: number, end: number, textEnd: number): number {
  for (let i = start; i < end; i++) if (bytes[i] === 0x5b && ownPlaceholderEnd(bytes, i, textEnd) !== -1) return i
  return -1
}

/** Looks 128 bytes back for the beginning, which is further than any detector's id is long. */
function beginsInOwnPlaceholder(bytes: Uint8Array, at: number, textStart: number, textEnd: number): boolean {
  const stop = Math.max(textStart, at - longestHead)
  let i = at - 1
  while (i >= stop && isBodyByte(bytes[i])) i--
  return i >= stop && ownPlaceholderEnd(bytes, i, textEnd) > at
}

const longestHead = 128

function isBodyByte(byte: number): boolean {
  return isAlnum[byte] === 1 || byte === 0x3a || byte === 0x2d || byte === 0x5f || byte === 0x2e
}

/** Nothing but mask characters and separators: `***`, `xxxx-xxxx`, `••••`, `***.***`; or three of one of `#?.-_=~+`. */
function isRun(bytes: Uint8Array, start: number, end: number): boolean {
  const first = bytes[start]
  if (isRepeated[first] === 1 && end - start >= 3) {
    let i = start + 1
    while (i < end && bytes[i] === first) i++
    if (i === end) return true
  }
  let masks = 0
  let crosses = 0
  for (let i = start; i < end; ) {
    const length = maskLength(bytes, i, end)
    if (length > 0) masks++
    else if (isCross(bytes[i])) crosses++
    else if (!isSeparator(bytes[i])) return false
    i += length || 1
  }
  return masks > 0 || crosses >= 3
}

const isRepeated = tableOf('#?.-_=~+')

/** Some characters of the secret were left: `sk-****abcd`, `****1234`. */
export function isPartlyMasked(bytes: Uint8Array, start: number, end: number): boolean {
  if (!holdsRunOfMarks(bytes, start, end)) return false
  let masks = 0
  let crosses = 0
  let visible = 0
  let run = 0
  let longestMasks = 0
  let longestCrosses = 0
  let last = 0
  for (let i = start; i < end; ) {
    const length = maskLength(bytes, i, end)
    const kind = length > 0 ? 1 : isCross(bytes[i]) ? 2 : 0
    run = kind === last ? run + 1 : 1
    last = kind
    if (kind === 1) longestMasks = Math.max(longestMasks, run)
    if (kind === 2) longestCrosses = Math.max(longestCrosses, run)
    if (kind === 1) masks++
    else if (kind === 2) crosses++
    else if (!isSeparator(bytes[i])) visible++
    i += length || 1
  }
  // Six crosses in a row are one in 10^9 places of random text, people's passwords hardly ever three stars.
  return (longestMasks >= 3 && masks >= visible + crosses) || (longestCrosses >= 6 && crosses >= visible + masks)
}

/** Three bytes side by side that mask, or may begin to: most values are seen to have none. */
function holdsRunOfMarks(bytes: Uint8Array, start: number, end: number): boolean {
  let run = 0
  for (let i = start; i < end; i++) {
    const byte = bytes[i]
    if (beginsGlyph[byte] === 1) return true
    run = byte === 0x2a || isCross(byte) ? run + 1 : 0
    if (run === 3) return true
  }
  return false
}

/** UTF-8 of the characters that mask: * and • ● ◦ ▪ ■ █ ░ ▒ ▓ ∗ ＊ × · … */
const glyphs = [...'•●◦▪■█░▒▓∗＊×·…'].map((glyph) => new TextEncoder().encode(glyph))
const beginsGlyph = new Uint8Array(256)
for (const [lead] of glyphs) beginsGlyph[lead] = 1

/** Bytes of the mask character at `at`, 0 when there is none. */
function maskLength(bytes: Uint8Array, at: number, end: number): number {
  const byte = bytes[at]
  if (beginsGlyph[byte] === 0) return byte === 0x2a ? 1 : 0
  const found = glyphs.find((glyph) => at + glyph.length <= end && glyph.every((part, i) => bytes[at + i] === part))
  return found?.length ?? 0
}

function isCross(byte: number): boolean {
  return (byte | 0x20) === 0x78
}

function isSeparator(byte: number): boolean {
  return byte === 0x2d || byte === 0x5f || byte === 0x2e || byte === 0x3a || byte === 0x2f || byte === 0x20
}

/** Say on their own that something was taken out. */
const verbs = words(
  'redacted filtered masked censored scrubbed sanitized sanitised obfuscated withheld elided anonymized'
)
/** Say so only in brackets or the like: bare, they may be somebody's password. */
const nouns = words(
  'hidden secret sensitive protected removed omitted private confidential password passwd passphrase token credential ' +
    'credentials apikey suppressed stripped concealed encrypted'
)

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(' '))
}

/** What begins with a letter or digit wears nothing that could be taken off it, and must be words. */
function mayBePhrase(bytes: Uint8Array, start: number, end: number): boolean {
  if (isAlnum[bytes[start]] === 0) return true
  for (let i = start; i < end; i++) if (isLetter[bytes[i]] === 0 && joinsWords[bytes[i]] === 0) return false
  return true
}

const joinsWords = tableOf(' _.:-')

/** `redacted`, `[FILTERED]`, `<secret>`, `--- redacted ---`, `REDACTED_API_KEY`, `[Filtered by proxy 7]`. */
function isPhrase(text: string): boolean {
  const { inner, bracketed, decorated } = undress(text)
  const parts = inner.split(/[ _.:-]/)
  if (bracketed && verbs.has(parts[0]) && !/[[\](){}<>]/.test(inner)) return true
  if (!parts.every(isWord)) return false
  return parts.some((part) => verbs.has(part) || (decorated && nouns.has(part)))
}

function isWord(part: string): boolean {
  for (let i = 0; i < part.length; i++) if (!isLetter[part.charCodeAt(i)]) return false
  return true
}

const pairs: readonly (readonly [open: string, close: string])[] = [
  ['[', ']'],
  ['<', '>'],
  ['(', ')'],
  ['{', '}'],
  ['&lt;', '&gt;'],
  ['%5b', '%5d'],
  ['%3c', '%3e'],
  ['\\u003c', '\\u003e']
]

/** Takes brackets, ornaments (`**x**`, `__x__`, `--- x ---`, `%x%`) and quotes off both ends, layer by layer. */
function undress(text: string): { inner: string; bracketed: boolean; decorated: boolean } {
  let inner = text
  let bracketed = false
  let decorated = false
  for (;;) {
    const pair = pairs.find(
      ([open, close]) => inner.length > open.length && inner.startsWith(open) && inner.endsWith(close)
    )
    if (pair !== undefined) {
      inner = inner.slice(pair[0].length, inner.length - pair[1].length)
      bracketed = true
    } else if (inner.length > 2 && inner[0] === inner.at(-1) && '*_-#%"\'` ='.includes(inner[0])) {
      decorated ||= !'"\'` '.includes(inner[0])
      inner = inner.slice(1, -1)
    } else return { inner, bracketed, decorated: decorated || bracketed }
  }
}
