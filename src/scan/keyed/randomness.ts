import { letterIndex, pairScoreOf } from './language.ts'

/** Longest part of a value that is measured, in bytes: bounds the cost per candidate. */
const maxMeasured = 256

/** What `measure` found in a value; one shared object, overwritten by the next call. */
export interface Measures {
  length: number
  digits: number
  lowers: number
  uppers: number
  /** bytes that are neither ASCII letter nor digit */
  others: number
  /** hex digits only, in either case */
  hex: boolean
  /** changes between lower, upper, digit and other from one byte to the next; a leading capital is none */
  changes: number
  /** distinct bytes */
  distinct: number
  /** Shannon entropy over the best that the length and the used alphabet allow, 0..1 */
  entropy: number
  /** adjacent letter pairs */
  pairs: number
  /** mean pair score: words about +1, random letters about -1.5; 0 without pairs */
  language: number
}

const shared: Measures = {
  length: 0,
  digits: 0,
  lowers: 0,
  uppers: 0,
  others: 0,
  hex: false,
  changes: 0,
  distinct: 0,
  entropy: 0,
  pairs: 0,
  language: 0
}
/** How often each byte occurs; all zero between calls. */
const counts = new Uint16Array(256)
/** n log2 n */
const weights = Float64Array.from({ length: maxMeasured + 1 }, (_, n) => (n === 0 ? 0 : n * Math.log2(n)))

/** Measures the first 256 bytes of `bytes[start..end)`. */
export function measure(bytes: Uint8Array, start: number, end: number): Measures {
  const stop = Math.min(end, start + maxMeasured)
  let digits = 0
  let lowers = 0
  let uppers = 0
  let hexLetters = 0
  let changes = 0
  let pairs = 0
  let pairSum = 0
  let previousKind = 0
  let previousLetter = -1
  for (let i = start; i < stop; i++) {
    const byte = bytes[i]
    counts[byte]++
    const letter = letterIndex(byte)
    let kind = 4
    if (letter >= 0) {
      kind = byte >= 0x61 ? 1 : 2
      if (kind === 1) lowers++
      else uppers++
      if (letter < 6) hexLetters++
      if (previousLetter >= 0) {
        // A small letter before a capital begins a new camelCase word: no pair of one word.
        if (previousKind !== 1 || kind === 1) {
          pairs++
          pairSum += pairScoreOf(previousLetter, letter)
        }
      }
    } else if (byte >= 0x30 && byte <= 0x39) {
      kind = 3
      digits++
    }
    if (previousKind !== 0 && kind !== previousKind && !(previousKind === 2 && kind === 1)) changes++
    previousKind = kind
    previousLetter = letter
  }
  const length = stop - start
  const letters = lowers + uppers
  shared.length = length
  shared.digits = digits
  shared.lowers = lowers
  shared.uppers = uppers
  shared.others = length - letters - digits
  shared.hex = hexLetters === letters && shared.others === 0
  shared.changes = changes
  shared.pairs = pairs
  shared.language = pairs === 0 ? 0 : pairSum / pairs
  normaliseEntropy(bytes, start, stop)
  return shared
}

/** By the bytes that there are: to go through all counts takes longer than all the rest. */
function normaliseEntropy(bytes: Uint8Array, start: number, stop: number): void {
  const length = stop - start
  let distinct = 0
  let sum = 0
  for (let i = start; i < stop; i++) {
    const count = counts[bytes[i]]
    if (count === 0) continue
    counts[bytes[i]] = 0
    distinct++
    sum += weights[count]
  }
  shared.distinct = distinct
  if (length < 2) {
    shared.entropy = 0
    return
  }
  const best = Math.log2(Math.min(length, alphabetSize()))
  shared.entropy = Math.min(1, (Math.log2(length) - sum / length) / best)
}

function alphabetSize(): number {
  if (shared.hex) return shared.digits > 0 && shared.lowers + shared.uppers > 0 ? 16 : 10
  const size =
    (shared.digits > 0 ? 10 : 0) +
    (shared.lowers > 0 ? 26 : 0) +
    (shared.uppers > 0 ? 26 : 0) +
    (shared.others > 0 ? 4 : 0)
  return Math.max(2, size)
}

/**
 * Whether a value looks generated rather than written: a weighted vote of alphabet-normalised entropy, letter pairs and changes of
 * character class. Needs 16 bytes or more; below that, words and random text cannot be told apart reliably.
 */
export function looksRandom(m: Measures): boolean {
  if (m.length < 16 || m.distinct < 8) return false
  if (m.hex) return m.digits >= 2 && m.lowers + m.uppers >= 2 && m.entropy >= 0.75
  if (m.lowers + m.uppers < 4) return false
  return randomScore(m) >= 1
}

/** About 2 and more for random text, below 0.5 for words, names and paths. */
export function randomScore(m: Measures): number {
  const words = m.pairs >= 3 ? m.language : 0.2
  const density = m.changes / m.length
  const digitShare = m.digits === 0 ? -0.4 : Math.min(0.4, m.digits / m.length)
  return (m.entropy - 0.75) * 4 - words + density * 3 + digitShare
}
