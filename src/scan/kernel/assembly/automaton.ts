// The scan kernel: an Aho-Corasick automaton over bytes, run by five interleaved streams.
//
// One stream is bound by latency (next state = table[state + column], 5 to 6 cycles a byte). Five independent ones hide
// it: each scans its own fifth of the piece. A stream starts `warmUp` bytes early, long enough for any literal, so that
// its state is right when its own part begins; hits outside its part are left to its neighbours.
//
// A state is the byte offset of its row in TABLE. Bit 0 of an entry says that the state has outputs: one test for all
// streams in the hot loop. The loop holds no calls, because V8 would spill the states around them.

import { DATA, COLUMNS, COUNTS, MEMOS, MEMO_BYTES, STREAMS, TABLE } from '../layout'
import { accepts } from './guards'
import { addTails } from './tails'
import { learnTraits, openWindow } from './text'

export { configureTails } from './tails'
export { configureTokens, findTokens } from './tokens'

let warmUp: u32 = 0
let hitsAt: u32 = 0
let hitBytes: u32 = 0
let dataTo: u32 = 0
let part: u32 = 0
/** What makes an address the caller's offset. */
let offset: u32 = 0

/** Once, after the tables are written: longest literal - 1, hit region and bytes of it for each stream. */
export function configure(warm: u32, hits: u32, bytesPerStream: u32): void {
  warmUp = warm
  hitsAt = hits
  hitBytes = bytesPerStream
  learnTraits()
}

/**
 * Scans the `size` bytes at DATA, of which `behind` bytes before and `ahead` bytes after may be looked at; reports every
 * hit that ends in (0, size], plus `origin`, as pairs (literal, end) at `hits`, in order. Returns their number.
 */
export function scan(size: u32, behind: u32, ahead: u32, origin: u32): u32 {
  dataTo = DATA + size
  offset = origin - DATA
  openWindow(DATA - behind, dataTo + ahead)
  memory.fill(COUNTS, 0, MEMOS + STREAMS * MEMO_BYTES - COUNTS)
  if (size < 3 * warmUp) {
    part = size
    scanOne(DATA - min(warmUp, behind), dataTo)
  } else {
    part = (size + STREAMS - 1) / STREAMS
    scanFive()
  }
  return addTails(hitsAt, joinHits(), dataTo, offset)
}

/** Newlines in the `size` bytes at DATA. */
export function countNewlines(size: u32): u32 {
  const end: u32 = DATA + size
  const newline = i8x16.splat(10)
  let count: u32 = 0
  let p: u32 = DATA
  for (; p + 16 <= end; p += 16) count += popcnt(i8x16.bitmask(i8x16.eq(v128.load(p), newline)))
  for (; p < end; p++) count += u32(load<u8>(p) == 10)
  return count
}

/** One stream over [from, to): inputs too short for the warm-ups to pay. */
function scanOne(from: u32, to: u32): void {
  let state: u32 = 0
  for (let p = from; p < to; p++) state = settle(0, next0(state, p), p + 1)
}

function scanFive(): void {
  let p0: u32 = DATA - warmUp
  let p1 = p0 + part
  let p2 = p1 + part
  let p3 = p2 + part
  let p4 = p3 + part
  let s0: u32 = 0
  let s1: u32 = 0
  let s2: u32 = 0
  let s3: u32 = 0
  let s4: u32 = 0
  const end: u32 = DATA + part
  while (p0 < end) {
    let step: u32 = 0
    // May run up to 3 bytes too far; report() leaves out what ends there.
    while (p0 < end) {
      s0 = next0(s0, p0)
      s1 = next0(s1, p1)
      s2 = next0(s2, p2)
      s3 = next0(s3, p3)
      s4 = next0(s4, p4)
      if ((s0 | s1 | s2 | s3 | s4) & 1) {
        step = 1
        break
      }
      s0 = next1(s0, p0)
      s1 = next1(s1, p1)
      s2 = next1(s2, p2)
      s3 = next1(s3, p3)
      s4 = next1(s4, p4)
      if ((s0 | s1 | s2 | s3 | s4) & 1) {
        step = 2
        break
      }
      s0 = next2(s0, p0)
      s1 = next2(s1, p1)
      s2 = next2(s2, p2)
      s3 = next2(s3, p3)
      s4 = next2(s4, p4)
      if ((s0 | s1 | s2 | s3 | s4) & 1) {
        step = 3
        break
      }
      s0 = next3(s0, p0)
      s1 = next3(s1, p1)
      s2 = next3(s2, p2)
      s3 = next3(s3, p3)
      s4 = next3(s4, p4)
      if ((s0 | s1 | s2 | s3 | s4) & 1) {
        step = 4
        break
      }
      p0 += 4
      p1 += 4
      p2 += 4
      p3 += 4
      p4 += 4
    }
    p0 += step
    p1 += step
    p2 += step
    p3 += step
    p4 += step
    s0 = settle(0, s0, p0)
    s1 = settle(1, s1, p1)
    s2 = settle(2, s2, p2)
    s3 = settle(3, s3, p3)
    s4 = settle(4, s4, p4)
  }
}

// Four functions because the offset of a load must be a literal: folded into the instruction it costs nothing.

// @ts-ignore: decorator
@inline
function next0(state: u32, p: u32): u32 {
  return follow(state, load<u8>(p))
}

// @ts-ignore: decorator
@inline
function next1(state: u32, p: u32): u32 {
  return follow(state, load<u8>(p, 1))
}

// @ts-ignore: decorator
@inline
function next2(state: u32, p: u32): u32 {
  return follow(state, load<u8>(p, 2))
}

// @ts-ignore: decorator
@inline
function next3(state: u32, p: u32): u32 {
  return follow(state, load<u8>(p, 3))
}

// @ts-ignore: decorator
@inline
function follow(state: u32, byte: u32): u32 {
  return load<u32>(state + (<u32>load<u8>(byte, COLUMNS) << 2), TABLE)
}

/** The state's row after reporting its outputs, if it has any. */
// @ts-ignore: decorator
@inline
function settle(stream: u32, state: u32, end: u32): u32 {
  if (!(state & 1)) return state
  report(stream, state & ~1, end)
  return state & ~1
}

/** Writes the outputs of a state whose guards agree, unless they end outside the stream's part. */
function report(stream: u32, state: u32, end: u32): void {
  const from: u32 = DATA + stream * part
  if (end <= from || end > min(from + part, dataTo)) return
  const outputs = load<u32>(state, TABLE)
  const last = outputs + 4 * load<u32>(outputs)
  const memo = MEMOS + stream * MEMO_BYTES
  for (let at = outputs + 4; at <= last; at += 4) {
    const literal = load<u32>(at)
    if (accepts(literal, end, memo)) push(stream, load<u32>(literal), end + offset)
  }
}

/** A stream's region holds as many hits as its part can have: no overflow. */
function push(stream: u32, literal: u32, end: u32): void {
  const counter = COUNTS + 4 * stream
  const count = load<u32>(counter)
  const hit = hitsAt + stream * hitBytes + 8 * count
  store<u32>(hit, literal)
  store<u32>(hit, end, 4)
  store<u32>(counter, count + 1)
}

/** Moves the streams' hits together; streams stand in the order of the text. */
function joinHits(): u32 {
  let total = load<u32>(COUNTS)
  for (let stream: u32 = 1; stream < <u32>STREAMS; stream++) {
    const count = load<u32>(COUNTS + 4 * stream)
    if (count) memory.copy(hitsAt + 8 * total, hitsAt + stream * hitBytes, 8 * count)
    total += count
  }
  return total
}
