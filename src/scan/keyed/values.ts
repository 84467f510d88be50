import type { ValueShape } from '../../model.ts'
import { hasSpace, isAlnum, isDigit, isHex, isLetter, startsWithFolded, tableOf } from '../bytes.ts'
import { harmlessValue, lettersOnly, speaks } from './harmless.ts'
import { orderedBytes } from './ordered.ts'
import type { Pair } from './pairs.ts'
import { looksRandom, type Measures, measure, randomScore } from './randomness.ts'
import { isVersion } from './versions.ts'

/**
 * Why the value of a pair is no secret by this shape, or null when it may be one. The reason is a word for `explain`. Looks at 256 bytes at
 * most, whatever the value's length.
 */
export function notSecret(bytes: Uint8Array, pair: Pair, shape: ValueShape, textEnd: number): string | null {
  const { valueStart: start, valueEnd: end } = pair
  const common = harmlessValue(bytes, pair, textEnd)
  if (common !== null) return common
  if (pair.bond === 'quoted' && lettersOnly(bytes, start, end)) return 'word'
  if (shape === 'any' && pair.bond !== 'loose') return speaks(bytes, start, end)
  const m = measure(bytes, start, end)
  if (shape === 'any') return looksRandom(m) || looksChosen(bytes, start, end, m) ? null : 'prose'
  if (isVersion(bytes, start, end)) return 'version'
  if (pair.bond === 'loose')
    return looksRandom(m) || looksMadeUp(bytes, start, end, m) || isLongNumber(m, shape) ? null : 'prose'
  if (shape === 'random') return randomEnough(bytes, pair, m)
  return opaqueEnough(bytes, start, end, m)
}

/**
 * Whether a value that shows too little by itself is enough under a key that names its vendor (`ACME_KEY`, `acmeToken`): letters and digits
 * in a mixture that names do not have, or a number longer than times and counters are.
 */
export function isVendors(bytes: Uint8Array, pair: Pair, textEnd: number): boolean {
  const { valueStart: start, valueEnd: end } = pair
  if (end - start < 10 || end - start > 256 || harmlessValue(bytes, pair, textEnd) !== null) return false
  for (let i = start; i < end; i++) if (!isAlnum[bytes[i]] && bytes[i] !== 0x5f && bytes[i] !== 0x2d) return false
  const m = measure(bytes, start, end)
  if (m.digits === m.length) return m.length >= 15
  return m.changes >= 3 && m.others <= 1 && opaqueEnough(bytes, start, end, m) === null
}

/** Eight characters or more of three kinds, as rules for passwords ask for, and no date, version or name of a file. */
function looksChosen(bytes: Uint8Array, start: number, end: number, m: Measures): boolean {
  if (m.length < 8 || m.length > 64 || m.digits === 0 || m.lowers + m.uppers < 2) return false
  const kinds = Math.sign(m.lowers) + Math.sign(m.uppers) + 1 + (hasMark(bytes, start, end) ? 1 : 0)
  return kinds >= 3 && !isNumeric(bytes, start, end) && !isVersion(bytes, start, end) && m.others <= m.length / 2
}

/** Names and numbers hardly ever hold them. */
const isMark = tableOf('!#$%&*+?@^~')

function hasMark(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (isMark[bytes[i]]) return true
  return false
}

/** Weak secrets are secrets: typed in the order of the alphabet (`abcdefgh1234...`), or of hexadecimal letters over and over. */
function looksMadeUp(bytes: Uint8Array, start: number, end: number, m: Measures): boolean {
  const letters = m.lowers + m.uppers
  if (m.length < 16 || letters < 4 || m.others > m.length / 4 || hasSpace(bytes, start, end)) return false
  if (m.hex && m.length >= 20) return true
  return orderedBytes(bytes, start, start + m.length) >= 6
}

/** For keys such as `token`: anything but words, numbers, dates and names made of words. */
function opaqueEnough(bytes: Uint8Array, start: number, end: number, m: Measures): string | null {
  if (m.length < 6) return 'too short'
  // In this order: only a short value is looked through for marks.
  if (looksMadeUp(bytes, start, end, m) || (looksChosen(bytes, start, end, m) && hasMark(bytes, start, end)))
    return null
  const letters = m.lowers + m.uppers
  if (letters === 0 || isNumeric(bytes, start, end)) return m.others === 0 && m.length >= 20 ? null : 'number'
  if (hasSpace(bytes, start, end)) return 'words'
  if (m.digits === 0 && m.others <= m.length / 4)
    return m.length >= 12 && m.pairs >= 6 && (m.language < -0.2 || randomScore(m) > 0.6) ? null : 'words'
  if (m.language > 0.5 && m.pairs >= 4 && m.digits <= 4 && randomScore(m) < 0.5) return 'words'
  return null
}

/** Digits of the longest numbers that identify something: times in nanoseconds, ids of 128 bits have up to 39 but are written in hexadecimal. */
const longestNumber = 32

/** Behind a word for a secret (`secret 1234...`) a number of 24 digits is too long for anything else. */
function isLongNumber(m: Measures, shape: ValueShape): boolean {
  return m.digits === m.length && m.length >= (shape === 'opaque' ? 24 : longestNumber)
}

/** For keys such as `key`: generated values only; a UUID identifies more often than it protects, unless the key is somebody's (`acme_key`). */
function randomEnough(bytes: Uint8Array, pair: Pair, m: Measures): string | null {
  const { valueStart: start, valueEnd: end } = pair
  if (isUuid(bytes, start, end)) return pair.compound && pair.bond === 'assigned' ? null : 'uuid'
  if (looksMadeUp(bytes, start, end, m) || isLongNumber(m, 'random')) return null
  if (!looksRandom(m)) return 'not random'
  if (hasSpace(bytes, start, end)) return 'words'
  if (!pair.quoted && bytes.subarray(start, Math.min(end, start + 256)).includes(0x2c)) return 'list'
  return isNumeric(bytes, start, end) ? 'number' : null
}

export function isUuid(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start !== 36) return false
  for (let i = 0; i < 36; i++) {
    const dash = i === 8 || i === 13 || i === 18 || i === 23
    if (dash ? bytes[start + i] !== 0x2d : !isHex[bytes[start + i]]) return false
  }
  return true
}

const numericEnds = ['ms', 'utc', 'gmt']

/** Of dates, times, sizes and addresses. */
const isNumeral = tableOf('.:+-/, %')

/** Digits with the punctuation and letters of dates, times, sizes and addresses. */
function isNumeric(bytes: Uint8Array, start: number, end: number): boolean {
  let letters = 0
  for (let i = start; i < end && i - start < 64; i++) {
    const byte = bytes[i]
    if (isLetter[byte]) {
      if (++letters > 3) return false
    } else if (!isDigit[byte] && !isNumeral[byte]) return false
  }
  if (end - start > 64) return false
  // ISO 8601: `2024-01-02T03:04:05Z`
  if (letters === 2 && end - start >= 16 && bytes[end - 1] === 0x5a) return true
  return letters <= 1 || numericEnds.some((text) => startsWithFolded(bytes, end - text.length, end, text))
}
