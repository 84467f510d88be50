// Looks for tails: TAIL letters and digits or more behind a byte that joins them to what stands before (`acme_` and a token), or WIDE_TAIL
// of base64url. No literal leads to what vendors nobody has heard of put there, but it is long: whoever looks at WIDTH bytes side by side,
// everywhere, meets it.

import { DATA, JOINTS, MOST_JOINTS, TAIL, WIDE, WIDE_JOINTS, WIDE_LEAD, WIDE_TAIL } from '../layout'
import { from, isLetterOrDigit, isUrlMark, lettersAndDigits, to, urlMarks } from './text'

/** Wherever a tail begins, it fills one of the stretches of so many bytes that follow each other. */
const WIDTH: u32 = TAIL / 2
const FULL: i32 = (1 << WIDTH) - 1

let joints: u32 = 0
let tailsAt: u32 = 0
let count: u32 = 0

/** Once, after the joints are written: how many there are, and where tails are noted. */
export function configureTails(jointCount: u32, notes: u32): void {
  joints = min(jointCount, <u32>MOST_JOINTS)
  tailsAt = notes
}

/**
 * Adds to the `total` hits at `hits`, which are in order, the joints in [DATA, end) that a tail follows, each as (literal, its end), plus `offset`.
 * Returns how many hits there are then. At equal ends a joint comes last: it is the shortest literal; one before a wide tail first.
 */
export function addTails(hits: u32, total: u32, end: u32, offset: u32): u32 {
  if (!joints) return total
  findTails(end, offset)
  let next = hits + 8 * total
  let left = count
  while (left) {
    const tail = load<u64>(tailsAt + 8 * (left - 1))
    const to = next + 8 * left - 8
    if (next > hits && endOf(load<u64>(next - 8)) > endOf(tail)) {
      next -= 8
      store<u64>(to, load<u64>(next))
    } else {
      store<u64>(to, tail)
      left--
    }
  }
  return total + count
}

// @ts-ignore: decorator
@inline
function endOf(hit: u64): u32 {
  return (hit >> 32) as u32
}

function findTails(end: u32, offset: u32): void {
  count = 0
  let inside = false
  let insideWide = false
  // The last joint may be the byte before `end`.
  const last = min(end + WIDTH, to - min(to, WIDTH))
  for (let p: u32 = DATA; p <= last; p += WIDTH) {
    const plain = lettersAndDigits(p) & FULL
    const full = plain == FULL
    const wide = full || (plain | (urlMarks(p) & FULL)) == FULL
    // The joints of a wide tail are the first ones of their run.
    if (wide && !insideWide) lookWide(p, end, offset)
    if (full && !inside) look(p, end, offset)
    inside = full
    insideWide = wide
  }
}

/** All of [p, p + WIDTH) are letters and digits, and not all of what stands before it. */
function look(p: u32, end: u32, offset: u32): void {
  let start = p
  while (start > from && isLetterOrDigit(start - 1)) start--
  const joint = start - 1
  if (joint < max(from, <u32>DATA) || joint >= end) return
  let at = p + WIDTH
  while (at < start + TAIL && at < to && isLetterOrDigit(at)) at++
  if (at - start < <u32>TAIL) return
  note(load<u8>(joint), start + offset)
}

/** The same of letters, digits, `_` and `-`. */
function lookWide(p: u32, end: u32, offset: u32): void {
  let start = p
  while (start > from && (isLetterOrDigit(start - 1) || isUrlMark(start - 1))) start--
  // Most runs are shorter: UUIDs, names.
  const least = start + WIDE_TAIL - 15
  if (least + 16 > to || (lettersAndDigits(least) | urlMarks(least)) != 0xffff) return
  let found = 0
  for (let joint = start; joint < start + WIDE_LEAD && found < WIDE_JOINTS; joint++) {
    if (!isUrlMark(joint)) continue
    found++
    if (joint >= max(from, <u32>DATA) && joint < end && isWideTail(joint + 1)) note(WIDE | load<u8>(joint), joint + 1 + offset)
  }
}

/** Long names in capitals or small letters alone are none, nor are lines. */
function isWideTail(start: u32): bool {
  if (start + WIDE_TAIL > to) return false
  let kinds: u32 = 0
  for (let p = start; p < start + WIDE_TAIL; p++) {
    const byte: u32 = load<u8>(p)
    if (byte - 0x30 < 10) kinds |= 1
    else if (byte - 0x41 < 26) kinds |= 2
    else if (byte - 0x61 < 26) kinds |= 4
    else if (byte != 0x5f && byte != 0x2d) return false
  }
  return kinds == 7
}

/** `joint` as in JOINTS. */
function note(joint: u32, end: u32): void {
  for (let i: u32 = 0; i < joints; i++) {
    if (load<u32>(JOINTS + 8 * i) != joint) continue
    store<u32>(tailsAt + 8 * count, load<u32>(JOINTS + 8 * i + 4))
    store<u32>(tailsAt + 8 * count, end, 4)
    count++
  }
}
