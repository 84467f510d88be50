import {
  isAlnum,
  isCloser,
  isDigit,
  isKeyByte,
  isLetter,
  isOperator,
  isQuote,
  isSpace,
  isWideSign,
  skipSpaces,
  startsWithExactly,
  startsWithFolded
} from '../bytes.ts'
import { changeEnd } from './changes.ts'
import { closingQuote, maxQuoted } from './pair-value.ts'

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

/** Most bytes between a key and the end of its separator. */
const maxGap = 24
/** Longest tag with its attributes. */
const maxTag = 128
/** Longest `for ...` between a key and what leads to its value, in bytes. */
const maxOwner = 64
/** Longest key of a next pair that is looked for, in bytes. */
const maxNextKey = 32

export interface Separator {
  readonly end: number
  readonly bond: Bond
}

/** Reads what stands between the key `[keyStart, keyEnd)` and its value; null when that assigns nothing. */
export function readSeparator(
  bytes: Uint8Array,
  keyStart: number,
  keyEnd: number,
  start: number,
  end: number
): Separator | null {
  const markup = markupSeparator(bytes, keyStart, keyEnd, start, end)
  if (markup > 0) return { end: markup, bond: 'assigned' }
  let at = keyEnd
  const stop = Math.min(end, keyEnd + maxGap)
  let closed = false
  // `"key"`, `key"]`, `['key']`, `key[0]`: what closes the key's own quoting.
  while (at < stop && isCloser[bytes[at]]) {
    closed = true
    at++
  }
  if (at < stop && bytes[at] === 0x5b && !closed) {
    const bracket = closingBracket(bytes, at, stop)
    if (bracket > 0) at = bracket
  }
  const gapStart = at
  // `setPassword("x")`, `password{"x"}`: it is called with the value.
  if (at < stop && (bytes[at] === 0x28 || bytes[at] === 0x7b) && isQuote[bytes[at + 1]])
    return { end: at + 1, bond: 'quoted' }
  at = skipSpaces(bytes, at, stop)
  const separatorStart = at
  if (isWideSign(bytes, at)) return { end: at + 3, bond: 'assigned' }
  let strong = false
  let colon = false
  while (at < stop && at - separatorStart < 5 && isOperator[bytes[at]]) {
    // `=-x`: behind `=` only `==`, `=>` go on, the rest is the value's.
    if (strong && bytes[at] !== 0x3d && bytes[at] !== 0x3e) break
    if (bytes[at] === 0x3d || bytes[at] === 0x3e) strong = true
    if (bytes[at] === 0x3a) colon = true
    at++
  }
  if (strong) return separatorStart === gapStart && leavesEmpty(bytes, at, end) ? null : { end: at, bond: 'assigned' }
  if (colon) return colonSeparator(bytes, at, end, closed)
  if (at === separatorStart && at < stop && bytes[at] === 0x2c && closed)
    return commaSeparator(bytes, keyStart, at + 1, start, end)
  if (at > separatorStart)
    return bytes[separatorStart] === 0x7c && at === separatorStart + 1 ? { end: at, bond: 'loose' } : null
  // `"... password" other=1`: the quote closed a text, not a key.
  return at > gapStart && !closed ? spaceSeparator(bytes, keyStart, at, start, stop, end) : null
}

/**
 * Where the value begins in `<key a="b">value`, `<x name="key" value="...">` and `<name>key</name><value>...`; 0 for anything else.
 */
function markupSeparator(bytes: Uint8Array, keyStart: number, keyEnd: number, start: number, end: number): number {
  const next = bytes[keyEnd]
  if (keyStart > start && (bytes[keyStart - 1] === 0x3c || bytes[keyStart - 1] === 0x3a) && next === 0x20)
    return tagEnd(bytes, keyEnd, end)
  if (isQuote[next]) {
    const attribute = skipSpaces(bytes, keyEnd + 1, end)
    if (attribute === keyEnd + 1 || !startsWithFolded(bytes, attribute, end, 'val')) return 0
    const equals = bytes.subarray(attribute, Math.min(end, attribute + 8)).indexOf(0x3d)
    return equals < 0 ? 0 : attribute + equals + 1
  }
  if (next !== 0x3c || bytes[keyEnd + 1] !== 0x2f) return 0
  let at = tagEnd(bytes, keyEnd, end)
  while (at > 0 && at < end && isSpace[bytes[at]]) at++
  return at > 0 && startsWithFolded(bytes, at, end, '<val') ? tagEnd(bytes, at, end) : 0
}

/** Offset behind the `>` that closes the tag, 0 when none is near. */
function tagEnd(bytes: Uint8Array, from: number, end: number): number {
  const close = bytes.subarray(from, Math.min(end, from + maxTag)).indexOf(0x3e)
  return close < 0 ? 0 : from + close + 1
}

/** `key: value`; also `key: type = value`, where the type is no value, and `**key:** value` of Markdown. */
function colonSeparator(bytes: Uint8Array, behindColon: number, end: number, closed: boolean): Separator {
  const at = startsWithExactly(bytes, behindColon, end, '** ') ? behindColon + 2 : behindColon
  const typed = typedAssignment(bytes, skipSpaces(bytes, at, end), end)
  if (typed > 0) return { end: typed, bond: 'assigned' }
  return { end: at, bond: closed || at >= end || !isSpace[bytes[at]] ? 'assigned' : 'colon' }
}

/** `("key", "value")`, `["key", "value"]`, `"name":"key","value":"..."`: the second of two quoted strings. */
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
  if (opens && closes) return { end: value, bond: 'assigned' }
  // A longer list (`'String', 'API_KEY', '7f3a...'`, CSV) assigns what looks generated; names of code between backticks do so as well.
  return bytes[value] === 0x60 ? null : { end: value, bond: 'loose' }
}

/** What leads from a key to its value in a sentence. Not `to` alone, see changes.ts: `access to 3f2a...` names an object. */
const leads = [
  'is ',
  'was ',
  'of ',
  'code ',
  'value ',
  'provided ',
  'used ',
  'given ',
  'set to ',
  'reset to ',
  'changed to ',
  'updated to ',
  'rotated to '
]

function spaceSeparator(
  bytes: Uint8Array,
  keyStart: number,
  at: number,
  start: number,
  stop: number,
  end: number
): Separator | null {
  if (at >= stop) return null
  const flag = bytes[keyStart] === 0x2d && (keyStart === start || !isAlnum[bytes[keyStart - 1]])
  if (flag && bytes[at] !== 0x2d) return { end: at, bond: 'assigned' }
  const typed = typedAssignment(bytes, at, stop)
  if (typed > 0) return { end: typed, bond: 'assigned' }
  if (beginsPair(bytes, at, stop)) return null
  const told = toldEnd(bytes, at, stop) || ownerEnd(bytes, at, end) || changeEnd(bytes, keyStart, at, start, stop)
  if (told > 0) return { end: told, bond: 'loose' }
  for (const words of leads) {
    if (startsWithFolded(bytes, at, stop, words)) return { end: at + words.length, bond: 'loose' }
  }
  return { end: at, bond: 'loose' }
}

/** `api key provided: x`: the offset behind the colon, or 0. */
function toldEnd(bytes: Uint8Array, at: number, stop: number): number {
  let i = at
  while (i < stop && isLetter[bytes[i]]) i++
  return i > at && i + 1 < stop && bytes[i] === 0x3a && bytes[i + 1] === 0x20 ? i + 1 : 0
}

/** `password for user ada is x`, `password of ada: x`: the offset behind `is` or the colon, or 0. */
function ownerEnd(bytes: Uint8Array, at: number, end: number): number {
  if (!startsWithFolded(bytes, at, end, 'for ') && !startsWithFolded(bytes, at, end, 'of ')) return 0
  const stop = Math.min(end, at + maxOwner)
  for (let i = at + 3; i + 1 < stop && bytes[i] !== 0x0a; i++) {
    if (bytes[i] === 0x3a && bytes[i + 1] === 0x20) return i + 1
    if (bytes[i] === 0x20 && startsWithFolded(bytes, i + 1, stop, 'is ')) return i + 3
  }
  return 0
}

/** `key= user=x`: in logfmt the value is empty, and the next pair begins. */
function leavesEmpty(bytes: Uint8Array, at: number, end: number): boolean {
  const next = skipSpaces(bytes, at, end)
  const stop = Math.min(end - 1, next + maxNextKey)
  let i = next
  while (i < stop && isKeyByte[bytes[i]]) i++
  return next > at && i > next && i < stop && bytes[i] === 0x3d && bytes[i + 1] !== 0x3d && !isSpace[bytes[i + 1]]
}

/** `credentials client_id=x`: what follows the space is a key itself. */
function beginsPair(bytes: Uint8Array, at: number, stop: number): boolean {
  let i = at
  while (i < stop && (isAlnum[bytes[i]] || bytes[i] === 0x5f || bytes[i] === 0x2d || bytes[i] === 0x2e)) i++
  return (
    i > at &&
    i + 1 < stop &&
    (bytes[i] === 0x3d || bytes[i] === 0x3a) &&
    !isSpace[bytes[i + 1]] &&
    bytes[i + 1] !== 0x3d
  )
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

function closingBracket(bytes: Uint8Array, at: number, stop: number): number {
  for (let i = at + 1; i < stop; i++) {
    if (bytes[i] === 0x5d) return i + 1
    if (isSpace[bytes[i]]) return 0
  }
  return 0
}
