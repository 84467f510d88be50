import { PatternError } from './pattern-error.ts'

/** A set of bytes: 256 entries of 0 or 1, by byte. */
export type ByteClass = Uint8Array

/**
 * The class that `[text]` is in the dialect of patterns (pattern.ts): `A-Za-z0-9_-`, `^\s`. An empty text is the empty
 * class. Throws PatternError, with positions in `text`.
 */
export function parseClass(text: string): ByteClass {
  if (text === '') return new Uint8Array(256)
  const { set, end } = readClass(`${text}]`, 0)
  if (end !== text.length + 1) throw new PatternError(end - 1, '] must be escaped')
  return set
}

/**
 * Reads a class whose `[` stands right before `at`; `end` is the offset behind its `]`. Stricter than RE2 where engines
 * differ: no POSIX names, no unescaped `]` or inner `-`, no members but ASCII. A negated class holds all bytes of
 * non-ASCII characters. `fold`: without regard to case, so that `[^a]` holds no `A` either.
 */
export function readClass(source: string, at: number, fold = false): { set: ByteClass; end: number } {
  const negated = source[at] === '^'
  const first = negated ? at + 1 : at
  const set = new Uint8Array(256)
  let next = first
  while (source[next] !== ']' || next === first) {
    if (next >= source.length) throw new PatternError(Math.max(0, at - 1), 'the class has no closing ]')
    if (source[next] === ']') throw new PatternError(next, 'a class cannot be empty; write \\] for the character')
    next = readRange(source, next, first, set)
  }
  const folded = fold ? foldOf(set) : set
  return { set: negated ? complementOf(folded) : folded, end: next + 1 }
}

/** Adds one member, escape or range to `set`; returns the offset behind it. */
function readRange(source: string, at: number, first: number, set: ByteClass): number {
  const low = readMember(source, at, at === first)
  if (low.set !== null) {
    addAll(set, low.set)
    return low.end
  }
  if (source[low.end] !== '-' || source[low.end + 1] === ']') {
    set[low.code] = 1
    return low.end
  }
  const high = readMember(source, low.end + 1, false)
  if (high.set !== null)
    throw new PatternError(low.end, 'a range cannot end in a class escape; write \\- for the character')
  if (high.code < low.code) throw new PatternError(at, 'the range is out of order')
  set.fill(1, low.code, high.code + 1)
  return high.end
}

function readMember(source: string, at: number, first: boolean): Escape {
  if (source[at] === '\\') {
    const escaped = readEscape(source, at)
    if (escaped.set === null && escaped.code > 0x7f) throw new PatternError(at, 'a class holds only ASCII characters')
    return escaped
  }
  if (source[at] === '-' && !first && source[at + 1] !== ']') {
    throw new PatternError(at, '- inside a class must be escaped, unless it comes first or last')
  }
  if (source[at] === '[' && source[at + 1] === ':')
    throw new PatternError(at, 'POSIX classes such as [:alpha:] are not supported')
  const code = source.charCodeAt(at)
  if (code > 0x7f) throw new PatternError(at, 'a class holds only ASCII characters')
  return { set: null, code, end: at + 1 }
}

/** What an escape stands for: a class, or (`set` null) the character `code`, below 256. */
export interface Escape {
  readonly set: ByteClass | null
  readonly code: number
  /** Offset behind it. */
  readonly end: number
}

/** Reads the escape whose backslash stands at `at`: `\d \w \s \D \W \S \t \n \r \f \v \xHH`, or ASCII punctuation. */
export function readEscape(source: string, at: number): Escape {
  const letter = source[at + 1]
  if (letter === undefined) throw new PatternError(at, 'a lone backslash; write \\\\ for the character')
  const set = classEscapes.get(letter)
  if (set !== undefined) return { set, code: 0, end: at + 2 }
  if (letter === 'x') return readHexEscape(source, at)
  const control = controlEscapes.get(letter)
  if (control !== undefined) return { set: null, code: control, end: at + 2 }
  const code = letter.charCodeAt(0)
  if (isWord[code] === 1 && letter !== '_') throw new PatternError(at, `\\${letter} is not supported`)
  if (code < 0x20 || code > 0x7e) throw new PatternError(at, 'only ASCII punctuation can be escaped')
  return { set: null, code, end: at + 2 }
}

function readHexEscape(source: string, at: number): Escape {
  const digits = source.slice(at + 2, at + 4)
  if (!/^[0-9A-Fa-f]{2}$/.test(digits)) throw new PatternError(at, '\\x needs two hexadecimal digits')
  return { set: null, code: Number.parseInt(digits, 16), end: at + 4 }
}

/** The class with these bytes. */
export function classOf(...members: readonly number[]): ByteClass {
  const set = new Uint8Array(256)
  for (const byte of members) set[byte] = 1
  return set
}

export function unionOf(a: ByteClass, b: ByteClass): ByteClass {
  const set = a.slice()
  addAll(set, b)
  return set
}

function addAll(set: ByteClass, other: ByteClass): void {
  for (let byte = 0; byte < 256; byte++) if (other[byte] === 1) set[byte] = 1
}

export function complementOf(set: ByteClass): ByteClass {
  return set.map((member) => 1 - member)
}

/** The class and, of every ASCII letter in it, the other case. */
export function foldOf(set: ByteClass): ByteClass {
  const folded = set.slice()
  for (let upper = 0x41; upper <= 0x5a; upper++) {
    if (set[upper] === 1 || set[upper | 0x20] === 1) folded[upper] = folded[upper | 0x20] = 1
  }
  return folded
}

const letters: ByteClass[] = []

/** An ASCII letter in both cases. Each is made once: patterns spell out thousands of letters, at the first secret of a log. */
export function eitherCase(letter: number): ByteClass {
  const upper = letter & ~0x20
  letters[upper] ??= classOf(upper, upper | 0x20)
  return letters[upper]
}

export function isLetter(code: number): boolean {
  const upper = code & ~0x20
  return upper >= 0x41 && upper <= 0x5a
}

export function sameClass(a: ByteClass, b: ByteClass): boolean {
  if (a === b) return true
  for (let byte = 0; byte < 256; byte++) if (a[byte] !== b[byte]) return false
  return true
}

export function areDisjoint(a: ByteClass, b: ByteClass): boolean {
  for (let byte = 0; byte < 256; byte++) if ((a[byte] & b[byte]) === 1) return false
  return true
}

/** How many bytes it holds. */
/** Whether all members of `a` are in `b`, too. */
export function isWithin(a: ByteClass, b: ByteClass): boolean {
  return a.every((member, byte) => member <= b[byte])
}

export function sizeOf(set: ByteClass): number {
  let size = 0
  for (const member of set) size += member
  return size
}

/** Whether it also matches non-ASCII characters (then it holds all their bytes), which take 2 to 4 bytes each. */
export function isWide(set: ByteClass): boolean {
  return set[0x80] === 1
}

/** `\d` */
export const isDigit = rangesOf('09')
/** `\w`: ASCII, as in RE2 */
export const isWord = rangesOf('09', 'AZ', 'az', '__')
/** `\s`: without `\v`, as in RE2 and unlike JavaScript */
export const isSpace = classOf(0x09, 0x0a, 0x0c, 0x0d, 0x20)
/** `.`: every byte but `\n`, as in RE2 and unlike JavaScript */
export const isAnyButNewline = complementOf(classOf(0x0a))

/** Letters that name a class behind a backslash. */
export const classEscapes: ReadonlyMap<string, ByteClass> = new Map([
  ['d', isDigit],
  ['w', isWord],
  ['s', isSpace],
  ['D', complementOf(isDigit)],
  ['W', complementOf(isWord)],
  ['S', complementOf(isSpace)]
])

export const controlEscapes: ReadonlyMap<string, number> = new Map([
  ['t', 0x09],
  ['n', 0x0a],
  ['v', 0x0b],
  ['f', 0x0c],
  ['r', 0x0d]
])

function rangesOf(...ranges: readonly string[]): ByteClass {
  const set = new Uint8Array(256)
  for (const range of ranges) set.fill(1, range.charCodeAt(0), range.charCodeAt(1) + 1)
  return set
}
