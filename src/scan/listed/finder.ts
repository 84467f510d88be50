import type { Hits, ListedToken } from '../../model.ts'
import { endsEscape } from '../bytes.ts'
import { type SipKey, sipHash, sipHigh } from './siphash.ts'
import { kindOf, lengthOf, longestGap, longestPaired } from './token.ts'

/** Tokens that are looked for under one key. */
export interface TokenSet {
  readonly key: SipKey
  /** `index`: its number among the literals of hits. */
  readonly tokens: readonly { readonly index: number; readonly token: ListedToken }[]
}

export interface TokenFinder {
  /**
   * Merges the tokens in `bytes[start..end)` into hits of the same range. Linear: a byte is looked at three times at most, and hashed at most
   * eight times for each key, which takes a token behind an escape; most are not hashed at all.
   */
  find(bytes: Uint8Array, start: number, end: number, hits: Hits): Hits
  /** The same for a text that is one of several in `bytes`, in their order; `take` merges what was found in all of them. */
  add(bytes: Uint8Array, start: number, end: number): void
  take(hits: Hits): Hits
}

/** In bytes: `%253D`, `\u003d`, `\x3d`, `[38;5;` of a colour. */
const longestEscape = 8

/** Allocates nothing but what it finds. */
export function createTokenFinder(sets: readonly TokenSet[]): TokenFinder {
  const { mixtures, shortest, longest } = mixturesOf(sets)
  const pairs = pairMixturesOf(sets)
  const tables = sets.map(createTable)
  let found = new Int32Array(64)
  let count = 0

  /** `allowed`: a bit for every mixture of characters. */
  function look(bytes: Uint8Array, start: number, end: number, allowed: number): void {
    let classes = 0
    for (let at = start; at < end; at++) classes |= kindOf[bytes[at]]
    if (((allowed >> classes) & 1) === 0) return
    for (const { key, indexOf } of tables) {
      const index = indexOf(sipHash(key, bytes, start, end), sipHigh)
      if (index < 0) continue
      if (2 * count === found.length) found = grown(found)
      found[2 * count] = index
      found[2 * count++ + 1] = end
    }
  }

  function lookAtRun(bytes: Uint8Array, start: number, end: number): void {
    const length = end - start
    if (length <= longest && mixtures[length] !== 0) look(bytes, start, end, mixtures[length])
  }

  function lookAtPair(bytes: Uint8Array, start: number, middle: number, next: number, end: number): void {
    if (middle - start > longestPaired || end - next > longestPaired) return
    const allowed = pairs?.[placeOf(middle - start, next - middle, end - next)] ?? 0
    if (allowed !== 0) look(bytes, start, end, allowed)
  }

  /** Looks at about every `shortest`-th byte where there are no runs: none that is long enough hides between two looks (as in findRuns). */
  function addRuns(bytes: Uint8Array, from: number, to: number): void {
    for (let at = from + shortest - 1; at < to; ) {
      if (kindOf[bytes[at]] === 0) {
        at += shortest
        continue
      }
      const low = at - shortest + 1
      let start = at
      while (start > low && kindOf[bytes[start - 1]] !== 0) start--
      if (start > low) {
        at = start + shortest - 1
        continue
      }
      let end = at + 1
      while (end < to && kindOf[bytes[end]] !== 0) end++
      lookAtRun(bytes, start, end)
      // What follows an escape stands alone, though the escape ends in letters or digits.
      if (start > from && leads[bytes[start - 1]] === 1)
        for (let i = start + 1; i <= start + longestEscape && i <= end - shortest; i++)
          if (endsEscape(bytes, i, from)) lookAtRun(bytes, i, end)
      at = end + shortest
    }
  }

  /** The same with pairs, for which every run has to be looked at. */
  function addAll(bytes: Uint8Array, from: number, to: number): void {
    let before = -1
    let beforeEnd = -1
    for (let at = from; at < to; at++) {
      if (kindOf[bytes[at]] === 0) continue
      const start = at
      while (at < to && kindOf[bytes[at]] !== 0) at++
      lookAtRun(bytes, start, at)
      if (start - beforeEnd <= longestGap && before >= 0) {
        lookAtPair(bytes, before, beforeEnd, start, at)
        if (before > from && leads[bytes[before - 1]] === 1)
          for (let i = before + 1; i <= before + longestEscape && i < beforeEnd; i++)
            if (endsEscape(bytes, i, from)) lookAtPair(bytes, i, beforeEnd, start, at)
      }
      if (start > from && leads[bytes[start - 1]] === 1)
        for (let i = start + 1; i <= start + longestEscape && i < at; i++)
          if (endsEscape(bytes, i, from)) lookAtRun(bytes, i, at)
      before = start
      beforeEnd = at
    }
  }

  const add = pairs === null ? addRuns : addAll

  function take(hits: Hits): Hits {
    if (count === 0) return hits
    const merged = merge(hits, found, count)
    count = 0
    return merged
  }

  return {
    add,
    take,
    find(bytes, start, end, hits) {
      add(bytes, start, end)
      return take(hits)
    }
  }
}

/** By length, a bit for every mixture of characters that a run of it has. */
function mixturesOf(sets: readonly TokenSet[]) {
  const runs = sets.flatMap(({ tokens }) => tokens.map(({ token }) => token)).filter(({ parts }) => parts.length === 1)
  const shortest = runs.reduce((least, token) => Math.min(least, lengthOf(token)), Number.POSITIVE_INFINITY)
  const longest = runs.reduce((most, token) => Math.max(most, lengthOf(token)), 0)
  const mixtures = new Uint8Array(longest + 1)
  for (const token of runs) mixtures[lengthOf(token)] |= 1 << token.classes
  return { mixtures, shortest, longest }
}

/** The same for pairs, by `placeOf`; null: there are none. */
function pairMixturesOf(sets: readonly TokenSet[]): Uint8Array | null {
  const pairs = sets.flatMap(({ tokens }) => tokens.map(({ token }) => token)).filter(({ parts }) => parts.length === 3)
  if (pairs.length === 0) return null
  const mixtures = new Uint8Array((longestGap + 1) << 6)
  for (const { parts, classes } of pairs)
    if (parts.length === 3) mixtures[placeOf(parts[0], parts[1], parts[2])] |= 1 << classes
  return mixtures
}

function placeOf(first: number, gap: number, second: number): number {
  return (gap << 6) | (first << 3) | second
}

/** What stands before the letters and digits of an escape: a backslash, a percent sign, `[` or `;` of a colour. */
const leads = Uint8Array.from({ length: 256 }, (_, byte) => ('\\%[;'.includes(String.fromCharCode(byte)) ? 1 : 0))

function grown(list: Int32Array): Int32Array<ArrayBuffer> {
  const more = new Int32Array(2 * list.length)
  more.set(list)
  return more
}

/** Both by their ends. */
function merge({ pairs, count }: Hits, found: Int32Array, more: number): Hits {
  const merged = new Int32Array(2 * (count + more))
  let a = 0
  let b = 0
  for (let at = 0; at < merged.length; at += 2) {
    const own = a < count && (b === more || pairs[2 * a + 1] <= found[2 * b + 1])
    const from = own ? pairs : found
    const i = own ? a++ : b++
    merged[at] = from[2 * i]
    merged[at + 1] = from[2 * i + 1]
  }
  return { count: count + more, pairs: merged }
}

/** Open addressing, at most a quarter full: most look-ups end at an empty place. */
function createTable({ key, tokens }: TokenSet) {
  const mask = 2 ** Math.ceil(Math.log2(4 * tokens.length + 4)) - 1
  const slots = new Int32Array(4 * (mask + 1))
  for (const { token, index } of tokens) {
    const bytes = Buffer.from(token.filter, 'base64url')
    const [low, high] = [bytes.readInt32LE(0), bytes.readInt32LE(4)]
    let slot = low & mask
    while (slots[4 * slot + 2] !== 0) slot = (slot + 1) & mask
    slots.set([low, high, index + 1], 4 * slot)
  }
  return {
    key,
    /** -1: there is none. */
    indexOf(low: number, high: number): number {
      for (let slot = low & mask; ; slot = (slot + 1) & mask) {
        const index = slots[4 * slot + 2]
        if (index === 0) return -1
        if (slots[4 * slot] === low && slots[4 * slot + 1] === high) return index - 1
      }
    }
  }
}
