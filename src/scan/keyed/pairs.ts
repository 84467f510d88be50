import { isDigit, isKeyByte, isLetter, isQuote, isWideSign, skipSpaces } from '../bytes.ts'
import { newValueStart } from './changes.ts'
import { type PairMemo, readValue } from './pair-value.ts'
import { type Bond, readSeparator } from './separators.ts'

/** A key and the value that its grammar assigns to it, as byte ranges. */
export interface Pair {
  readonly keyStart: number
  readonly keyEnd: number
  readonly valueStart: number
  readonly valueEnd: number
  readonly quoted: boolean
  readonly bond: Bond
  /** A name stands before the key word: `acme_key`, neither `key` nor `acmeKey`. */
  compound: boolean
}

/** A value whose key stands elsewhere, or decided already. */
export function valueAlone(valueStart: number, valueEnd: number, quoted: boolean, compound: boolean): Pair {
  return { keyStart: 0, keyEnd: 0, valueStart, valueEnd, quoted, bond: 'assigned', compound }
}

const maxKey = 64

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
  const keyStart = keyStartOf(bytes, start, hitStart)
  let keyEnd = keyEndOf(bytes, end, hitEnd)
  // `key.=` and `key-> `: the separator's first byte was taken for a part of the key.
  while (keyEnd > hitEnd && (bytes[keyEnd - 1] === 0x2e || bytes[keyEnd - 1] === 0x2d)) keyEnd--
  const separator = readSeparator(bytes, keyStart, keyEnd, start, end)
  if (separator === null) return null
  const value = readValue(bytes, separator.end, end, memo)
  if (value === null) return null
  const bond = !value.quoted ? separator.bond : separator.bond === 'loose' ? 'quoted' : 'assigned'
  return {
    keyStart,
    keyEnd,
    valueStart: value.start,
    valueEnd: value.end,
    quoted: value.quoted,
    bond,
    compound: isCompound(bytes, keyStart, hitStart)
  }
}

/** `key = "old" -> "new"`, `key changed from old to new`: the pair with the new value; null for anything else. */
export function readChanged(bytes: Uint8Array, pair: Pair, end: number, memo: PairMemo): Pair | null {
  const start = newValueStart(bytes, pair.valueStart, pair.valueEnd, pair.quoted, end)
  const value = start === 0 ? null : readValue(bytes, start, end, memo)
  if (value === null) return null
  return { ...pair, valueStart: value.start, valueEnd: value.end, quoted: value.quoted }
}

/** Most elements of a list that are read, behind the first. */
const maxElements = 32
/** Shared: hardly any value stands in a list. */
const noPairs: readonly Pair[] = []

/** `key: ["a", "b"]`: the pairs with the elements behind the first, which `pair` has. */
export function readElements(bytes: Uint8Array, pair: Pair, end: number, memo: PairMemo): readonly Pair[] {
  if (!pair.quoted || bytes[pair.valueStart - 2] !== 0x5b) return noPairs
  const pairs: Pair[] = []
  for (let last = pair; pairs.length < maxElements; pairs.push(last)) {
    const comma = skipSpaces(bytes, last.valueEnd + 1, end)
    if (comma >= end || bytes[comma] !== 0x2c) break
    const quote = skipSpaces(bytes, comma + 1, end)
    if (quote >= end || isQuote[bytes[quote]] === 0) break
    const value = readValue(bytes, quote, end, memo)
    if (value === null || !value.quoted) break
    last = { ...pair, valueStart: value.start, valueEnd: value.end }
  }
  return pairs
}

/** Where the name that holds a key word begins. */
export function keyStartOf(bytes: Uint8Array, start: number, hitStart: number): number {
  let at = hitStart
  while (at > start && hitStart - at < maxKey && isKeyByte[bytes[at - 1]]) at--
  return at
}

/** Where it ends. */
export function keyEndOf(bytes: Uint8Array, end: number, hitEnd: number): number {
  let at = hitEnd
  while (at < end && at - hitEnd < maxKey && isKeyByte[bytes[at]] && !isWideSign(bytes, at)) at++
  return at
}

/** Longest name that stands between a key word and a value joined to it, by word: `KEY-`, `secret-access-key-`. */
const maxJoiningWord = 12
/** Bytes of a joined value. */
const minJoined = 16
const maxJoined = 256
/** Most words between the key word and the value. */
const maxJoiningWords = 3

/**
 * The value in `token-7f3a...`, `vendor.PRIVATE.key-7f3a...`: what follows a key word and, perhaps, more words in one identifier. Null when
 * that is too short, or no digit is in it.
 */
export function readJoined(
  bytes: Uint8Array,
  start: number,
  end: number,
  hitStart: number,
  hitEnd: number
): Pair | null {
  let at = hitEnd
  const stop = Math.min(end, hitEnd + maxJoined)
  for (let words = 0; words <= maxJoiningWords; words++) {
    let wordEnd = at
    while (wordEnd < stop && isLetter[bytes[wordEnd]] === 1) wordEnd++
    if (wordEnd >= stop || !isJoint(bytes[wordEnd]) || wordEnd - at > maxJoiningWord) break
    at = wordEnd + 1
  }
  if (at === hitEnd) return null
  let valueEnd = at
  let digits = 0
  while (valueEnd < stop && isKeyByte[bytes[valueEnd]] === 1) digits += isDigit[bytes[valueEnd++]]
  while (valueEnd > at && isJoint(bytes[valueEnd - 1])) valueEnd--
  if (valueEnd - at < minJoined || digits === 0) return null
  const keyStart = keyStartOf(bytes, start, hitStart)
  const compound = isCompound(bytes, keyStart, hitStart)
  return { keyStart, keyEnd: at - 1, valueStart: at, valueEnd, quoted: false, bond: 'loose', compound }
}

function isJoint(byte: number): boolean {
  return byte === 0x2d || byte === 0x2e || byte === 0x5f
}

/** By environment variables' and configuration files' convention; camelCase keys of programs name things by UUIDs. */
export function isCompound(bytes: Uint8Array, keyStart: number, hitStart: number): boolean {
  return hitStart - 2 >= keyStart && bytes[hitStart - 1] === 0x5f && isKeyByte[bytes[hitStart - 2]] === 1
}
