// Looks up runs of letters and digits, and pairs of short ones, among listed tokens: by length, kinds of characters and SipHash-2-4. It runs in
// a memory of its own, laid out as in layout.ts, beside the automaton's.

import {
  LONGEST_ESCAPE,
  LONGEST_GAP,
  LONGEST_PAIRED,
  TOKEN_DATA,
  TOKEN_KEYS,
  TOKEN_KINDS,
  TOKEN_LEADS,
  TOKEN_MIXTURES,
  TOKEN_PAIRS,
  TOKEN_SLOTS
} from '../layout'
import { lettersAndDigits } from './text'

let keys: u32 = 0
let shortest: u32 = 0
let longest: u32 = 0
/** Runs of fewer bytes are not looked at: 1, 4 or 8. */
let eroded: u32 = 0
let bits: u32 = 0
let bitMask: u32 = 0
let slotMask: u32 = 0
let hitsAt: u32 = 0

let textFrom: u32 = 0
let hits: u32 = 0
/** What makes an address the caller's offset. */
let offset: u32 = 0
/** The run before; 0: there is none. */
let before: u32 = 0
let beforeEnd: u32 = 0

/** Once, after the tables are written. `pairs`: whether short runs count. */
export function configureTokens(keyCount: u32, least: u32, most: u32, pairs: bool, bitsAt: u32, bitCount: u32, slotCount: u32, hitsFrom: u32): void {
  keys = keyCount
  shortest = least
  longest = most
  eroded = pairs || least < 4 ? 1 : least < 8 ? 4 : 8
  bits = bitsAt
  bitMask = bitCount - 1
  slotMask = slotCount - 1
  hitsAt = hitsFrom
}

/**
 * Tokens that end in the `size` bytes at TOKEN_DATA, behind `behind` bytes of the same text, as pairs (index, end), at `hitsAt`, in order of their
 * ends. What follows is no letter or digit, or the end. Returns their number.
 */
export function findTokens(size: u32, behind: u32, origin: u32): u32 {
  const end: u32 = TOKEN_DATA + size
  textFrom = TOKEN_DATA - behind
  offset = origin - TOKEN_DATA
  hits = 0
  before = 0
  memory.fill(end, 0, 64)
  let start: u32 = 0
  let m1: u64 = 0
  let m2: u64 = 0
  let m4: u64 = 0
  let last: u64 = 0
  for (let p = textFrom; p < end; p += 64) {
    const mask = (lettersAndDigits(p) as u64) | ((lettersAndDigits(p + 16) as u64) << 16) | ((lettersAndDigits(p + 32) as u64) << 32) | ((lettersAndDigits(p + 48) as u64) << 48)
    // A bit stays where so many bytes before it, and its own, belong to a run.
    let ends = mask
    if (eroded > 1) {
      const two = mask & ((mask << 1) | (m1 >> 63))
      const four = two & ((two << 2) | (m2 >> 62))
      m1 = mask
      m2 = two
      ends = eroded > 4 ? four & ((four << 4) | (m4 >> 60)) : four
      m4 = four
    }
    let edges = ends ^ ((ends << 1) | last)
    last = ends >> 63
    while (edges) {
      const at: u32 = p + (ctz(edges) as u32)
      edges &= edges - 1
      if (!start) start = at - (eroded - 1)
      else {
        look(start, at)
        start = 0
      }
    }
  }
  if (start) look(start, end)
  return hits
}

function look(start: u32, end: u32): void {
  if (end > <u32>TOKEN_DATA) {
    lookAtRun(start, end)
    const escaped = start > textFrom && load<u8>(TOKEN_LEADS + load<u8>(start - 1))
    if (eroded == 1 && before && start - beforeEnd <= <u32>LONGEST_GAP) {
      lookAtPair(before, beforeEnd, start, end)
      if (before > textFrom && load<u8>(TOKEN_LEADS + load<u8>(before - 1)))
        for (let at = before + 1; at <= before + <u32>LONGEST_ESCAPE && at < beforeEnd; at++)
          if (endsEscape(at)) lookAtPair(at, beforeEnd, start, end)
    }
    // What follows an escape stands alone, though the escape ends in letters or digits.
    if (escaped) for (let at = start + 1; at <= start + <u32>LONGEST_ESCAPE && at + shortest <= end; at++) if (endsEscape(at)) lookAtRun(at, end)
  }
  before = start
  beforeEnd = end
}

function lookAtRun(start: u32, end: u32): void {
  const length = end - start
  if (length > longest) return
  const allowed: u32 = load<u8>(TOKEN_MIXTURES + length)
  if (allowed) lookUp(start, end, allowed)
}

function lookAtPair(start: u32, middle: u32, next: u32, end: u32): void {
  const first = middle - start
  const second = end - next
  if (first > <u32>LONGEST_PAIRED || second > <u32>LONGEST_PAIRED) return
  const allowed: u32 = load<u8>(TOKEN_PAIRS + (((next - middle) << 6) | (first << 3) | second))
  if (allowed) lookUp(start, end, allowed)
}

/** `allowed`: a bit for every mixture of characters. */
function lookUp(start: u32, end: u32, allowed: u32): void {
  let kinds: u32 = 0
  for (let p = start; p < end; p++) kinds |= load<u8>(TOKEN_KINDS + load<u8>(p))
  if (!((allowed >> kinds) & 1)) return
  for (let key: u32 = 0; key < keys; key++) {
    const hash = sipHash(load<u64>(TOKEN_KEYS + 16 * key), load<u64>(TOKEN_KEYS + 16 * key, 8), start, end)
    const bit: u32 = (hash as u32) & bitMask
    if (!((load<u8>(bits + (bit >> 3)) >> ((bit & 7) as u8)) & 1)) continue
    for (let slot: u32 = (hash as u32) & slotMask; ; slot = (slot + 1) & slotMask) {
      const at = TOKEN_SLOTS + 16 * slot
      const index = load<u32>(at, 8)
      if (!index) break
      if (load<u64>(at) != hash) continue
      store<u32>(hitsAt + 8 * hits, index - 1)
      store<u32>(hitsAt + 8 * hits, end + offset, 4)
      hits++
      break
    }
  }
}

/** SipHash-2-4 (Aumasson and Bernstein, 2012), as scan/listed/siphash.ts computes it. */
function sipHash(k0: u64, k1: u64, start: u32, end: u32): u64 {
  let a = k0 ^ 0x736f6d6570736575
  let b = k1 ^ 0x646f72616e646f6d
  let c = k0 ^ 0x6c7967656e657261
  let d = k1 ^ 0x7465646279746573
  const length = end - start
  let p = start
  for (const stop = end - (length & 7); ; p += 8) {
    let word = load<u64>(p)
    const isLast = p >= stop
    if (isLast) {
      const rest: u64 = (length & 7) as u64
      word = (word & ((<u64>1 << (rest << 3)) - 1)) | ((length as u64) << 56)
    }
    d ^= word
    for (let round = 0; round < 2; round++) {
      a += b
      b = rotl(b, 13) ^ a
      a = rotl(a, 32)
      c += d
      d = rotl(d, 16) ^ c
      a += d
      d = rotl(d, 21) ^ a
      c += b
      b = rotl(b, 17) ^ c
      c = rotl(c, 32)
    }
    a ^= word
    if (isLast) break
  }
  c ^= 0xff
  for (let round = 0; round < 4; round++) {
    a += b
    b = rotl(b, 13) ^ a
    a = rotl(a, 32)
    c += d
    d = rotl(d, 16) ^ c
    a += d
    d = rotl(d, 21) ^ a
    c += b
    b = rotl(b, 17) ^ c
    c = rotl(c, 32)
  }
  return a ^ b ^ c ^ d
}

/** As bytes.ts has it: %XX, %25XX, \xXX, \uXXXX, \n \r \t \b \f or a colour ends before p. */
function endsEscape(p: u32): bool {
  let digits: u32 = 0
  while (digits < 4 && p - digits > textFrom && isHex(load<u8>(p - digits - 1))) digits++
  if (digits >= 2) {
    if (is(p - 3, 0x25)) return true
    if (is(p - 5, 0x25) && is(p - 4, 0x32) && is(p - 3, 0x35)) return true
    if (is(p - 4, 0x5c) && is(p - 3, 0x78)) return true
    if (digits == 4 && is(p - 6, 0x5c) && is(p - 5, 0x75)) return true
  }
  const last: u32 = load<u8>(p - 1)
  if (is(p - 2, 0x5c) && (last == 0x6e || last == 0x72 || last == 0x74 || last == 0x62 || last == 0x66)) return true
  return (last == 0x6d || last == 0x4b) && endsColour(p - 1)
}

/** `[1;31` before p */
function endsColour(p: u32): bool {
  let q = p
  while (q > textFrom && p - q < 20 && (isDigit(load<u8>(q - 1)) || load<u8>(q - 1) == 0x3b)) q--
  return is(q - 1, 0x5b)
}

// @ts-ignore: decorator
@inline
function is(p: u32, byte: u8): bool {
  return p >= textFrom && load<u8>(p) == byte
}

// @ts-ignore: decorator
@inline
function isDigit(byte: u8): bool {
  return ((byte - 0x30) as u8) < 10
}

// @ts-ignore: decorator
@inline
function isHex(byte: u8): bool {
  return isDigit(byte) || (((byte | 0x20) - 0x61) as u8) < 6
}
