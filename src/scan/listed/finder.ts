// Finds listed tokens in texts. The look-up runs in WebAssembly, see kernel/assembly/tokens.ts; here are its tables, and the pieces in which a
// text reaches its memory.

import type { Hits, ListedToken } from '../../model.ts'
import {
  LONGEST_GAP,
  MOST_TOKEN_KEYS,
  PIECE,
  TOKEN_BEHIND,
  TOKEN_DATA,
  TOKEN_KEYS,
  TOKEN_KINDS,
  TOKEN_LEADS,
  TOKEN_MIXTURES,
  TOKEN_PAIRS,
  TOKEN_SLOTS
} from '../kernel/layout.ts'
import { instantiate, type Memory, wasm } from '../kernel/wasm.ts'
import { kindOf, lengthOf } from './token.ts'

/** Tokens that are looked for under one key. */
export interface TokenSet {
  /** 16 bytes. */
  readonly key: Uint8Array
  /** `index`: its number among the literals of hits. */
  readonly tokens: readonly { readonly index: number; readonly token: ListedToken }[]
}

export interface TokenFinder {
  /**
   * Merges the tokens in `bytes[start..end)` into hits of the same range. Linear: each byte is looked at twice, and hashed at most eight times for
   * each key, which takes a token behind a chain of escapes; most are not hashed at all. Allocates nothing but what it finds.
   */
  find(bytes: Uint8Array, start: number, end: number, hits: Hits): Hits
  /** The same for a text that is one of several in `bytes`, in their order; `take` merges what was found in all of them. */
  add(bytes: Uint8Array, start: number, end: number): void
  take(hits: Hits): Hits
}

interface Kernel {
  configureTokens(
    keys: number,
    shortest: number,
    longest: number,
    pairs: number,
    bits: number,
    bitCount: number,
    slotCount: number,
    hits: number
  ): void
  findTokens(size: number, behind: number, origin: number): number
}

/** How far the end of a piece is moved back to where no token goes on. Longer ones are none. */
const longestTail = 8192

/** Throws a RangeError for more than 16 keys. */
export function createTokenFinder(sets: readonly TokenSet[]): TokenFinder {
  const { memory, hits: hitsAt, kernel } = buildTables(sets)
  const data = new Uint8Array(memory.buffer)
  const report = new Int32Array(memory.buffer, hitsAt)
  let found = new Int32Array(64)
  let count = 0

  function add(bytes: Uint8Array, start: number, end: number): void {
    for (let from = start; from < end; ) {
      const to = end - from <= PIECE ? end : cutAt(bytes, from + PIECE)
      const behind = Math.min(TOKEN_BEHIND, from - start)
      data.set(bytes.subarray(from - behind, to), TOKEN_DATA - behind)
      const more = kernel.findTokens(to - from, behind, from)
      if (more > 0) keep(more)
      from = to
    }
  }

  function keep(more: number): void {
    if (2 * (count + more) > found.length) {
      const grown = new Int32Array(4 * (count + more))
      grown.set(found.subarray(0, 2 * count))
      found = grown
    }
    found.set(report.subarray(0, 2 * more), 2 * count)
    count += more
  }

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

/** Behind the last byte before `at` that is no letter or digit. */
function cutAt(bytes: Uint8Array, at: number): number {
  let cut = at
  while (cut > at - longestTail && kindOf[bytes[cut - 1]] !== 0) cut--
  return cut === at - longestTail ? at : cut
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

const pageBytes = 65536
/**
 * Hits of a piece, under each key, for each of its bytes: a run of four bytes or more may be a token, as may what follows up to three escapes in
 * it, and the pairs that it ends.
 */
const hitBytesPerByte = 32

/** Writes the tables where the kernel reads them. */
function buildTables(sets: readonly TokenSet[]): { memory: Memory; hits: number; kernel: Kernel } {
  if (sets.length > MOST_TOKEN_KEYS) throw new RangeError(`at most ${MOST_TOKEN_KEYS} keys`)
  const tokens = sets.flatMap((set) => set.tokens)
  // A quarter full, so that most look-ups end at once; a bit for each sixteenth first, as the slots of many are in no cache.
  const slotCount = Math.max(64, 2 ** Math.ceil(Math.log2(4 * tokens.length + 1)))
  const bits = TOKEN_SLOTS + 16 * slotCount
  const hits = bits + (slotCount * 4) / 8
  const memory = new wasm.Memory({ initial: Math.ceil((hits + hitBytesPerByte * sets.length * PIECE) / pageBytes) })
  const bytes = new Uint8Array(memory.buffer)
  bytes.set(kindOf, TOKEN_KINDS)
  for (const lead of '\\%[;') bytes[TOKEN_LEADS + lead.charCodeAt(0)] = 1
  for (const [i, { key }] of sets.entries()) bytes.set(key, TOKEN_KEYS + 16 * i)
  const singles = tokens.filter(({ token }) => token.parts.length === 1).map(({ token }) => token)
  for (const token of singles) bytes[TOKEN_MIXTURES + lengthOf(token)] |= 1 << token.classes
  for (const { token } of tokens) writePair(bytes, token)
  for (const token of tokens) writeSlot(memory, token, slotCount, bits)
  const lengths = singles.map(lengthOf)
  const kernel = instantiate<Kernel>(memory)
  const shortest = lengths.reduce((a, b) => Math.min(a, b), 2 ** 30)
  const longest = lengths.reduce((a, b) => Math.max(a, b), 0)
  const hasPairs = singles.length < tokens.length ? 1 : 0
  kernel.configureTokens(sets.length, shortest, longest, hasPairs, bits, 4 * slotCount, slotCount, hits)
  return { memory, hits, kernel }
}

function writePair(bytes: Uint8Array, { parts, classes }: ListedToken): void {
  if (parts.length === 1) return
  const [first, gap, second] = parts
  if (gap <= LONGEST_GAP) bytes[TOKEN_PAIRS + ((gap << 6) | (first << 3) | second)] |= 1 << classes
}

function writeSlot(
  { buffer }: Memory,
  { token, index }: TokenSet['tokens'][number],
  slots: number,
  bits: number
): void {
  const words = new Int32Array(buffer)
  const filter = Buffer.from(token.filter, 'base64url')
  const [low, high] = [filter.readInt32LE(0), filter.readInt32LE(4)]
  const bit = low & (4 * slots - 1)
  new Uint8Array(buffer)[bits + (bit >>> 3)] |= 1 << (bit & 7)
  let at = 0
  for (let slot = low & (slots - 1); ; slot = (slot + 1) & (slots - 1)) {
    at = TOKEN_SLOTS / 4 + 4 * slot
    if (words[at + 2] === 0) break
  }
  words.set([low, high, index + 1], at)
}
