// Looks for tails: TAIL letters and digits or more behind a byte that joins them to what stands before (`acme_` and a token). No literal
// leads to what vendors nobody has heard of put there, but it is long: whoever looks at WIDTH bytes side by side, everywhere, meets it.

import { DATA, JOINTS, MOST_JOINTS, TAIL } from '../layout'
import { from, isLetterOrDigit, lettersAndDigits, to } from './text'

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
 * Returns how many hits there are then. At equal ends a joint comes last: it is the shortest literal.
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
  // The last joint may be the byte before `end`.
  const last = min(end + WIDTH, to - min(to, WIDTH))
  for (let p: u32 = DATA; p <= last; p += WIDTH) {
    const full = (lettersAndDigits(p) & FULL) == FULL
    if (full && !inside) look(p, end, offset)
    inside = full
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
  for (let i: u32 = 0; i < joints; i++)
    if (load<u32>(JOINTS + 8 * i) == <u32>load<u8>(joint)) note(load<u32>(JOINTS + 8 * i + 4), start + offset)
}

function note(literal: u32, end: u32): void {
  store<u32>(tailsAt + 8 * count, literal)
  store<u32>(tailsAt + 8 * count, end, 4)
  count++
}
