import { isDigit, isKeyByte, isQuote, isSpace, isTrailer, skipSpaces, startsWithFolded } from '../bytes.ts'
import { colourSize } from '../decode/colours.ts'

/** Longest quoted value whose closing quote is looked for, in bytes; a longer one ends as an unquoted one does. */
export const maxQuoted = 8192
/** Most closing brackets and full stops taken off the end of an unquoted value. */
const maxTrailers = 8
/** Longest word with a bracket before an opening quote. */
const maxOpener = 24

/** Remembers where the last unquoted value ended, so that many keys in one long run do not walk it again and again. */
export interface PairMemo {
  from: number
  to: number
}

/** A value, as a byte range. */
export interface Value {
  readonly start: number
  readonly end: number
  readonly quoted: boolean
}

/**
 * Reads the value behind a separator that ends at `from`, in the text that ends at `end`; null when there is none, or it begins with a
 * colour: the pair is read without it, see encoded.ts.
 */
export function readValue(bytes: Uint8Array, from: number, end: number, memo: PairMemo): Value | null {
  let at = skipSpaces(bytes, from, end)
  // `<key>` and a line break: XML elements put their text on a line of its own.
  if (at < end && bytes[from - 1] === 0x3e) while (at < end && isSpace[bytes[at]]) at++
  at = skipBlockHeader(bytes, at, end)
  if (startsWithFolded(bytes, at, end, '<![cdata[')) return readCdata(bytes, at + 9, end)
  at = skipOpener(bytes, skipTag(bytes, at, end), end)
  if (at >= end || isSpace[bytes[at]] || colourSize(bytes, at, end) > 0) return null
  const quote = bytes[at]
  if (isQuote[quote]) {
    let open = at + 1
    if (open + 1 < end && bytes[open] === quote && bytes[open + 1] === quote) open += 2
    const close = closingQuote(bytes, open, Math.min(end, open + maxQuoted), quote)
    if (close === open) return null
    if (close > 0) return { start: open, end: close, quoted: true }
    at = open
  }
  if (quote === 0x5b) {
    // `key:[value]`, as Go writes headers and Java parameters.
    const close = unquotedEnd(bytes, at + 1, end, memo)
    if (close > at + 1 && close < end && (bytes[close] === 0x5d || bytes[close] === 0x2c))
      return { start: at + 1, end: close, quoted: false }
  }
  const valueEnd = unquotedEnd(bytes, at, end, memo)
  return valueEnd > at ? { start: at, end: valueEnd, quoted: false } : null
}

function readCdata(bytes: Uint8Array, start: number, end: number): Value | null {
  let close = start
  const stop = Math.min(end, start + maxQuoted)
  while (close < stop && !(bytes[close] === 0x5d && bytes[close + 1] === 0x5d)) close++
  return close > start ? { start, end: close, quoted: true } : null
}

/** `key: |-` and an indented line: YAML's block scalars begin on a line of their own. */
function skipBlockHeader(bytes: Uint8Array, at: number, end: number): number {
  if (bytes[at] !== 0x7c && bytes[at] !== 0x3e) return at
  let i = at + 1
  while (i < end && i - at < 3 && (bytes[i] === 0x2d || bytes[i] === 0x2b || isDigit[bytes[i]] === 1)) i++
  if (bytes[i] === 0x0d) i++
  if (i + 1 >= end || bytes[i] !== 0x0a || bytes[i + 1] !== 0x20) return at
  return skipSpaces(bytes, i + 1, end)
}

/** `!!str x`: YAML's type in front of the value. */
function skipTag(bytes: Uint8Array, at: number, end: number): number {
  if (bytes[at] !== 0x21 || bytes[at + 1] !== 0x21) return at
  let i = at + 2
  while (i < end && isKeyByte[bytes[i]]) i++
  return i > at + 2 && bytes[i] === 0x20 ? skipSpaces(bytes, i, end) : at
}

/** `b'`, `r"`, `@"`, `("`, `["`, `Some("`, PHP's `string "` and `string(3) "`: what may stand before an opening quote. */
function skipOpener(bytes: Uint8Array, from: number, end: number): number {
  if (startsWithFolded(bytes, from, end, 'string ') && isQuote[bytes[from + 7]] === 1) return from + 7
  const at = startsWithFolded(bytes, from, end, 'new ') ? from + 4 : from
  let i = at
  const stop = Math.min(end, at + maxOpener)
  while (i < stop && (isKeyByte[bytes[i]] || bytes[i] === 0x3a)) i++
  // Two letters at most stand right before a quote; a longer word calls something.
  if (i - at > 2 && bytes[i] !== 0x28) return from
  while (i < stop && (bytes[i] === 0x28 || bytes[i] === 0x5b)) i++
  return i > at && i < end && isQuote[bytes[i]] ? i : from
}

function unquotedEnd(bytes: Uint8Array, at: number, end: number, memo: PairMemo): number {
  let i = at >= memo.from && at < memo.to ? memo.to : at
  if (i === at) {
    while (i < end && !endsUnquoted(bytes, i, end)) i++
    memo.from = at
    memo.to = i
  }
  for (let n = 0; n < maxTrailers && i > at + 1 && isTrailer[bytes[i - 1]] && !opensInside(bytes, at, i); n++) i--
  return i
}

/**
 * White space, quotes, a colour, `<` and a key's armour end a bare value; `&`, `,`, `;` and `|` only where the next pair or the end of the list
 * begins.
 */
function endsUnquoted(bytes: Uint8Array, i: number, end: number): boolean {
  const byte = bytes[i]
  if (isSpace[byte] || isQuote[byte] || byte === 0x3c || byte === 0x1b) return true
  if (byte === 0x2d) return beginsArmour(bytes, i, end)
  if (byte === 0x5c) return i + 1 < end && (isQuote[bytes[i + 1]] === 1 || endsEscaped(bytes, i + 1, end))
  if (byte !== 0x26 && byte !== 0x2c && byte !== 0x3b && byte !== 0x7c) return false
  if (byte === 0x26 && isQuoteReference(bytes, i + 1, end)) return true
  const start = startsWithFolded(bytes, i + 1, end, 'amp;') ? i + 5 : i + 1
  let next = start
  if (next >= end || isSpace[bytes[next]] || isQuote[bytes[next]]) return true
  const stop = Math.min(end, next + 32)
  while (next < stop && isKeyByte[bytes[next]]) next++
  return next > start && next < end && (bytes[next] === 0x3d || bytes[next] === 0x3a)
}

/** Of a private key: what it holds is for pem.ts. */
function beginsArmour(bytes: Uint8Array, at: number, end: number): boolean {
  return (
    bytes[at + 4] === 0x2d &&
    (startsWithFolded(bytes, at, end, '-----begin ') || startsWithFolded(bytes, at, end, '-----end '))
  )
}

/** Line ends and quotes as escapes: `\n`, `\x22`. */
function endsEscaped(bytes: Uint8Array, at: number, end: number): boolean {
  return (
    'nrt'.includes(String.fromCharCode(bytes[at])) ||
    startsWithFolded(bytes, at, end, 'x22') ||
    startsWithFolded(bytes, at, end, 'u0022')
  )
}

/** Quotes and angle brackets in HTML, behind the `&`. */
function isQuoteReference(bytes: Uint8Array, at: number, end: number): boolean {
  return quoteReferences.some((name) => startsWithFolded(bytes, at, end, name))
}

const quoteReferences = ['quot;', 'apos;', 'lt;', 'gt;', '#34;', '#39;', '#x22;', '#x27;']

/** A closing bracket belongs to the value when its opening one does. */
function opensInside(bytes: Uint8Array, start: number, end: number): boolean {
  const last = bytes[end - 1]
  const opener = last === 0x29 ? 0x28 : last === 0x5d ? 0x5b : last === 0x7d ? 0x7b : 0
  if (opener === 0) return false
  const from = Math.max(start, end - 256)
  for (let i = end - 2; i >= from; i--) if (bytes[i] === opener) return true
  return false
}

/** Offset of the closing quote, -1 when there is none on this line; a backslash escapes. */
export function closingQuote(bytes: Uint8Array, at: number, end: number, quote: number): number {
  for (let i = at; i < end; i++) {
    if (bytes[i] === quote) return i
    if (bytes[i] === 0x5c) i++
    else if (bytes[i] === 0x0a) return -1
  }
  return -1
}
