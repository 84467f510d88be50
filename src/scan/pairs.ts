import { isKeyByte } from './bytes.ts'
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

/** Where the name that holds a key word begins. */
export function keyStartOf(bytes: Uint8Array, start: number, hitStart: number): number {
  let at = hitStart
  while (at > start && hitStart - at < maxKey && isKeyByte[bytes[at - 1]]) at--
  return at
}

/** Where it ends. */
export function keyEndOf(bytes: Uint8Array, end: number, hitEnd: number): number {
  let at = hitEnd
  while (at < end && at - hitEnd < maxKey && isKeyByte[bytes[at]]) at++
  return at
}

/** By environment variables' and configuration files' convention; camelCase keys of programs name things by UUIDs. */
export function isCompound(bytes: Uint8Array, keyStart: number, hitStart: number): boolean {
  return hitStart - 2 >= keyStart && bytes[hitStart - 1] === 0x5f && isKeyByte[bytes[hitStart - 2]] === 1
}
