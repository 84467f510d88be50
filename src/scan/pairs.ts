import { isAlnum, isDigit, isKeyByte, isLetter, isQuote, isSpace, isTokenByte, startsWithFolded } from './bytes.ts'

/** How a value stands by its key: what `values.ts` may conclude from the grammar. */
export type Bond =
  /** `=`, `:=`, `=>` and the like, `--key value`, a JSON member */
  | 'assigned'
  /** `: ` without quotes: assignment in headers and YAML, but punctuation in prose */
  | 'colon'
  /** white space before a quote: `password "hunter2"`, but also `the password "field"` */
  | 'quoted'
  /** white space or `is` only: prose, unless the value looks random */
  | 'loose'

/** A key and the value that its grammar assigns to it, as byte ranges. */
export interface Pair {
  readonly keyStart: number
  readonly keyEnd: number
  readonly valueStart: number
  readonly valueEnd: number
  readonly quoted: boolean
  readonly bond: Bond
}

const maxKey = 64
/** Longest quoted value whose closing quote is looked for, in bytes; a longer one ends as an unquoted one does. */
const maxQuoted = 8192
const maxGap = 24
/** Most closing brackets and full stops taken off the end of an unquoted value. */
const maxTrailers = 8

/** Remembers where the last unquoted value ended, so that many keys in one long run do not walk it again and again. */
export interface PairMemo {
  from: number
  to: number
}

/**
 * Reads the pair around a key word at `bytes[hitStart..hitEnd)` inside the text `bytes[start..end)`; null when nothing is assigned.
 *
 *   pair   = key closer* gap separator gap opener value
 *   closer = quote | "]" | ")" | "?" | "!"
 *   separator = run of [:=<>|~+?.-] with "=", ":" or ">" in it | "," between quoted strings | white space
 */
export function readPair(
  bytes: Uint8Array,
  start: number,
  end: number,
  hitStart: number,
  hitEnd: number,
  memo: PairMemo
): Pair | null {
  let keyStart = hitStart
  while (keyStart > start && hitStart - keyStart < maxKey && isKeyByte[bytes[keyStart - 1]]) keyStart--
  let keyEnd = hitEnd
  while (keyEnd < end && keyEnd - hitEnd < maxKey && isKeyByte[bytes[keyEnd]]) keyEnd++
  // `key.=` and `key-> `: the separator's first byte was taken for a part of the key.
  while (keyEnd > hitEnd && (bytes[keyEnd - 1] === 0x2e || bytes[keyEnd - 1] === 0x2d)) keyEnd--
  const separator = readSeparator(bytes, keyStart, keyEnd, start, end)
  if (separator === null) return null
  return readValue(bytes, keyStart, keyEnd, separator.end, end, separator.bond, memo)
}

interface Separator {
  readonly end: number
  readonly bond: Bond
}

function readSeparator(
  bytes: Uint8Array,
  keyStart: number,
  keyEnd: number,
  start: number,
  end: number
): Separator | null {
  let at = keyEnd
  const stop = Math.min(end, keyEnd + maxGap)
  let closed = false
  // `"key"`, `key"]`, `['key']`, `key[0]`: what closes the key's own quoting.
  while (at < stop && isCloser(bytes[at])) {
    closed = true
    at++
  }
  if (at < stop && bytes[at] === 0x5b && !closed) {
    const bracket = closingBracket(bytes, at, stop)
    if (bracket > 0) at = bracket
  }
  const gapStart = at
  at = skipSpaces(bytes, at, stop)
  const separatorStart = at
  let strong = false
  let colon = false
  while (at < stop && at - separatorStart < 5 && isOperator(bytes[at])) {
    if (bytes[at] === 0x3d || bytes[at] === 0x3e) strong = true
    if (bytes[at] === 0x3a) colon = true
    at++
  }
  if (strong) return { end: at, bond: 'assigned' }
  if (colon) return colonSeparator(bytes, at, end, closed)
  if (at === separatorStart && at < stop && bytes[at] === 0x2c && closed)
    return commaSeparator(bytes, keyStart, at + 1, start, end)
  if (at > separatorStart)
    return bytes[separatorStart] === 0x7c && at === separatorStart + 1 ? { end: at, bond: 'loose' } : null
  // `"... password" other=1`: the quote closed a text, not a key.
  return at > gapStart && !closed ? spaceSeparator(bytes, keyStart, at, start, stop) : null
}

/** `key: value`; also `key: type = value`, where the type is no value. */
function colonSeparator(bytes: Uint8Array, at: number, end: number, closed: boolean): Separator {
  const typed = typedAssignment(bytes, skipSpaces(bytes, at, end), end)
  if (typed > 0) return { end: typed, bond: 'assigned' }
  return { end: at, bond: closed || at >= end || !isSpace[bytes[at]] ? 'assigned' : 'colon' }
}

/** `("key", "value")`, `["key", "value"]`, `"name":"key","value":"..."`: the second of two quoted strings, and no longer list. */
function commaSeparator(bytes: Uint8Array, keyStart: number, at: number, start: number, end: number): Separator | null {
  const value = skipSpaces(bytes, at, Math.min(end, at + maxGap))
  if (value >= end || !isQuote[bytes[value]]) return null
  const close = closingQuote(bytes, value + 1, Math.min(end, value + maxQuoted), bytes[value])
  const after = close < 0 ? end : skipSpaces(bytes, close + 1, Math.min(end, close + maxGap))
  if (after < end && bytes[after] === 0x3a) {
    return startsWithFolded(bytes, value + 1, close, 'val') ? { end: after + 1, bond: 'assigned' } : null
  }
  const opens = keyStart - 2 >= start && (bytes[keyStart - 2] === 0x28 || bytes[keyStart - 2] === 0x5b)
  const closes = after >= end || bytes[after] === 0x29 || bytes[after] === 0x5d
  return opens && closes ? { end: value, bond: 'assigned' } : null
}

function spaceSeparator(
  bytes: Uint8Array,
  keyStart: number,
  at: number,
  start: number,
  stop: number
): Separator | null {
  if (at >= stop) return null
  const flag = bytes[keyStart] === 0x2d && (keyStart === start || !isAlnum[bytes[keyStart - 1]])
  if (flag && bytes[at] !== 0x2d) return { end: at, bond: 'assigned' }
  const typed = typedAssignment(bytes, at, stop)
  if (typed > 0) return { end: typed, bond: 'assigned' }
  for (const word of ['is ', 'was ', 'of ', 'code ', 'value ']) {
    if (startsWithFolded(bytes, at, stop, word)) return { end: at + word.length, bond: 'loose' }
  }
  return { end: at, bond: 'loose' }
}

/** `name string = "..."`, `name: str = "..."`: the offset behind the `=`, or 0. */
function typedAssignment(bytes: Uint8Array, at: number, end: number): number {
  let i = at
  const stop = Math.min(end, at + maxGap)
  while (i < stop && (isAlnum[bytes[i]] || bytes[i] === 0x5f)) i++
  if (i === at || isDigit[bytes[at]]) return 0
  i = skipSpaces(bytes, i, stop)
  if (i >= stop || bytes[i] !== 0x3d || bytes[i - 1] !== 0x20) return 0
  const value = skipSpaces(bytes, i + 1, end)
  return value < end && isQuote[bytes[value]] ? i + 1 : 0
}

function readValue(
  bytes: Uint8Array,
  keyStart: number,
  keyEnd: number,
  from: number,
  end: number,
  bond: Bond,
  memo: PairMemo
): Pair | null {
  let at = skipSpaces(bytes, from, end)
  // `<key>` and a line break: XML elements put their text on a line of its own.
  if (at < end && bytes[from - 1] === 0x3e) while (at < end && isSpace[bytes[at]]) at++
  at = skipOpener(bytes, at, end)
  if (at >= end || isSpace[bytes[at]]) return null
  const quote = bytes[at]
  if (isQuote[quote]) {
    let open = at + 1
    if (open + 1 < end && bytes[open] === quote && bytes[open + 1] === quote) open += 2
    const close = closingQuote(bytes, open, Math.min(end, open + maxQuoted), quote)
    if (close === open) return null
    if (close > 0)
      return {
        keyStart,
        keyEnd,
        valueStart: open,
        valueEnd: close,
        quoted: true,
        bond: bond === 'loose' ? 'quoted' : 'assigned'
      }
    at = open
  }
  const valueEnd = unquotedEnd(bytes, at, end, memo)
  return valueEnd > at ? { keyStart, keyEnd, valueStart: at, valueEnd, quoted: false, bond } : null
}

/** `b'`, `r"`, `@"`, `("`, `["`: what may stand before an opening quote. */
function skipOpener(bytes: Uint8Array, at: number, end: number): number {
  let i = at
  while (i < end && i - at < 2 && (bytes[i] === 0x28 || bytes[i] === 0x5b || bytes[i] === 0x40 || isLetter[bytes[i]]))
    i++
  return i > at && i < end && isQuote[bytes[i]] ? i : at
}

/** Offset of the closing quote, -1 when there is none on this line; a backslash escapes. */
function closingQuote(bytes: Uint8Array, at: number, end: number, quote: number): number {
  for (let i = at; i < end; i++) {
    if (bytes[i] === quote) return i
    if (bytes[i] === 0x5c) i++
    else if (bytes[i] === 0x0a) return -1
  }
  return -1
}

function unquotedEnd(bytes: Uint8Array, at: number, end: number, memo: PairMemo): number {
  let i = at >= memo.from && at < memo.to ? memo.to : at
  if (i === at) {
    while (i < end && !endsUnquoted(bytes, i, end)) i++
    memo.from = at
    memo.to = i
  }
  for (let n = 0; n < maxTrailers && i > at + 1 && isTrailer(bytes[i - 1]) && !opensInside(bytes, at, i); n++) i--
  return i
}

/** White space, quotes and `<` end a bare value; `&`, `,` and `;` only where the next pair or the end of the list begins. */
function endsUnquoted(bytes: Uint8Array, i: number, end: number): boolean {
  const byte = bytes[i]
  if (isSpace[byte] || isQuote[byte] || byte === 0x3c) return true
  if (byte === 0x5c)
    return i + 1 < end && (isQuote[bytes[i + 1]] === 1 || 'nrt'.includes(String.fromCharCode(bytes[i + 1])))
  if (byte !== 0x26 && byte !== 0x2c && byte !== 0x3b && byte !== 0x7c) return false
  let next = i + 1
  if (next >= end || isSpace[bytes[next]] || isQuote[bytes[next]]) return true
  if (byte === 0x7c) return false
  const stop = Math.min(end, next + 32)
  while (next < stop && isKeyByte[bytes[next]]) next++
  return next > i + 1 && next < end && (bytes[next] === 0x3d || bytes[next] === 0x3a)
}

/** A closing bracket belongs to the value when its opening one does. */
function opensInside(bytes: Uint8Array, start: number, end: number): boolean {
  const last = bytes[end - 1]
  const opener = last === 0x29 ? 0x28 : last === 0x5d ? 0x5b : last === 0x7d ? 0x7b : 0
  if (opener === 0) return false
  const from = Math.max(start, end - 256)
  for (let i = end - 2; i >= from; i--) if (bytes[i] === opener) return true
  return false
}

function closingBracket(bytes: Uint8Array, at: number, stop: number): number {
  for (let i = at + 1; i < stop; i++) {
    if (bytes[i] === 0x5d) return i + 1
    if (isSpace[bytes[i]]) return 0
  }
  return 0
}

function skipSpaces(bytes: Uint8Array, at: number, stop: number): number {
  let i = at
  while (i < stop && (bytes[i] === 0x20 || bytes[i] === 0x09)) i++
  return i
}

/** The random-looking token at `at`, for bonds of white space: its end, or 0 when it is shorter than `min` or holds no digit. */
export function tokenEnd(bytes: Uint8Array, at: number, end: number, min: number): number {
  let i = at
  let digits = 0
  while (i < end && i - at < 512 && isTokenByte[bytes[i]]) digits += isDigit[bytes[i++]]
  return i - at >= min && digits > 0 ? i : 0
}

function isCloser(byte: number): boolean {
  return isQuote[byte] === 1 || byte === 0x5d || byte === 0x29 || byte === 0x3f || byte === 0x21
}

/** `: = > | ~ + ? . - !` in operators such as `:=`, `=>`, `?=`, `.=`, `->` */
function isOperator(byte: number): boolean {
  return (
    byte === 0x3a ||
    byte === 0x3d ||
    byte === 0x3e ||
    byte === 0x7c ||
    byte === 0x7e ||
    byte === 0x2b ||
    byte === 0x3f ||
    byte === 0x2e ||
    byte === 0x2d ||
    byte === 0x21
  )
}

/** Punctuation of the sentence or list around a bare value. */
function isTrailer(byte: number): boolean {
  return (
    byte === 0x2c ||
    byte === 0x3b ||
    byte === 0x29 ||
    byte === 0x5d ||
    byte === 0x7d ||
    byte === 0x2e ||
    byte === 0x3a ||
    byte === 0x26
  )
}
