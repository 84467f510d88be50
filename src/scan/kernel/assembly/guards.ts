// Guards: cheap second looks at a literal's surroundings, so that few hits leave the kernel. They may accept too much,
// never too little. Each looks at a bounded number of bytes and, over a whole piece, at a linear number: what costs more
// than a few bytes is remembered per stream, which meets its literals from left to right.

import { GUARD_NONE, GUARD_RUN, GUARD_USERINFO } from '../layout'
import { assigned } from './assignment'
import { at, from, HEX, is, to, USERINFO_END } from './text'

/** Bytes in which a userinfo must end. */
const USERINFO_MAX: u32 = 256
/** Bytes of an ANSI colour looked back over; `[38;2;255;255;255m` has 18. */
const COLOUR_MAX: u32 = 24

/** True unless the guard of the literal that ends at `end` rules it out. A literal is laid out as in layout.ts. */
export function accepts(literal: u32, end: u32, memo: u32): bool {
  const start = end - <u32>load<u8>(literal, 4)
  if (start < from) return false // began in what an earlier scan left in memory
  const kind: u32 = load<u8>(literal, 5)
  if (kind == GUARD_NONE) return true
  if (kind == GUARD_RUN) return runs(literal, start, end)
  if (kind == GUARD_USERINFO) return hasUserinfo(end, memo + 12)
  return (!load<u8>(literal, 6) || endsWord(end)) && assigned(end, memo)
}

/** As `wordEnd` in keyed/key-names.ts has it. */
function endsWord(p: u32): bool {
  const next = at(p)
  if (!isLetter(next)) return true
  if ((next | 0x20) == 0x73 && !isLower(at(p + 1))) return true
  return isLower(next) != isLower(at(p - 1))
}

// @ts-ignore: decorator
@inline
function isLetter(byte: u32): bool {
  return (byte | 0x20) - 0x61 < 26
}

// @ts-ignore: decorator
@inline
function isLower(byte: u32): bool {
  return byte - 0x61 < 26
}

function runs(literal: u32, start: u32, end: u32): bool {
  const min: u32 = load<u8>(literal, 6)
  if (end + min > to) return false
  const after = load<u32>(literal, 8)
  // One byte on either side rules out most: the rest is looked at only then.
  if (min && !load<u8>(after + at(end))) return false
  const before = load<u32>(literal, 12)
  if (before && start > from && load<u8>(before + at(start - 1)) && !endsEscape(start)) return false
  for (let p = end + 1; p < end + min; p++) if (!load<u8>(after + at(p))) return false
  return !load<u8>(literal, 7) || memory.compare(start, load<u32>(literal, 16), end - start) == 0
}

/**
 * True when the byte before p is no neighbour of what starts at p: it ends %XX, %25XX, \xXX, \uXXXX, \n \r \t \b \f or an
 * ANSI colour, or may be the length of a protobuf string that starts at p.
 */
function endsEscape(p: u32): bool {
  const last = at(p - 1)
  const second = at(p - 2)
  if (second == 0x5c && (last == 0x6e || last == 0x72 || last == 0x74 || last == 0x62 || last == 0x66)) return true
  if (is(p - 1, HEX) && is(p - 2, HEX) && endsHexEscape(p)) return true
  if ((last == 0x6d || last == 0x4b) && endsColour(p)) return true
  // The length's tag (a length-delimited field 1 to 7, or 12) or the first byte of a length of two.
  return second >= 128 || ((second & 7) == 2 && second < 64) || second == 0x62
}

function endsHexEscape(p: u32): bool {
  const third = at(p - 3)
  if (third == 0x25 || (third == 0x35 && at(p - 4) == 0x32 && at(p - 5) == 0x25)) return true
  if (third == 0x78) return at(p - 4) == 0x5c
  return at(p - 5) == 0x75 && at(p - 6) == 0x5c && is(p - 3, HEX) && is(p - 4, HEX)
}

function endsColour(p: u32): bool {
  let q = p - 2
  while (q > p - COLOUR_MAX && (at(q) - 0x30 < 10 || at(q) == 0x3b)) q--
  return at(q) == 0x5b
}

/**
 * True when `@` or `%40` comes before the end of the URL, with at least one byte before it. The memo holds up to where
 * the text was searched, and what was found there: 1 an @, 2 something else that ends the URL, 0 nothing yet.
 */
function hasUserinfo(p: u32, memo: u32): bool {
  if (p >= to || is(p, USERINFO_END)) return false
  const limit = min(p + USERINFO_MAX, to)
  let q = max(load<u32>(memo), p + 1)
  let found = q == load<u32>(memo) ? load<u32>(memo, 4) : 0
  if (!found) {
    while (q < limit && !isAt(q) && !is(q, USERINFO_END)) q++
    if (q < limit) found = isAt(q) ? 1 : 2
    store<u32>(memo, q)
    store<u32>(memo, found, 4)
  }
  return found == 1
}

function isAt(p: u32): bool {
  return at(p) == 0x40 || (at(p) == 0x25 && at(p + 1) == 0x34 && at(p + 2) == 0x30)
}
