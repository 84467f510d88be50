// The text that guards look at: bounds, byte traits, and escapes as the characters they stand for.

import { PAD, TRAITS } from '../layout'

/** Part of an identifier: letter, digit, `_`, `.`, `-`, or a byte of a non-ASCII character. */
export const NAME: u32 = 1
/** Part of a random looking value: letter, digit or one of `_+/=.~-`. */
export const TOKEN: u32 = 2
export const DIGIT: u32 = 4
export const HEX: u32 = 8
/** Ends the userinfo of a URL: white space, control bytes, quotes, `<`, `>`. */
export const USERINFO_END: u32 = 16

/** Bytes that may be read: [from, to); PAD zero bytes stand on both sides. */
export let from: u32 = 0
export let to: u32 = 0

export function openWindow(first: u32, end: u32): void {
  from = first
  to = end
  for (let at: u32 = 0; at < <u32>PAD; at += 8) {
    store<u64>(first - PAD + at, 0)
    store<u64>(end + at, 0)
  }
}

export function learnTraits(): void {
  for (let b: u32 = 0; b < 256; b++) {
    const digit = b - 0x30 < 10
    const letter = (b | 32) - 0x61 < 26 && b < 128
    const dot = b == 0x5f || b == 0x2e || b == 0x2d // _ . -
    const plus = b == 0x2b || b == 0x2f || b == 0x3d || b == 0x7e // + / = ~
    const quote = b == 0x22 || b == 0x27 || b == 0x60
    let traits: u32 = 0
    if (digit || letter || dot || b >= 128) traits |= NAME
    if (digit || letter || dot || plus) traits |= TOKEN
    if (digit) traits |= DIGIT
    if (digit || (letter && (b | 32) <= 0x66)) traits |= HEX
    if (b <= 0x20 || b == 0x7f || quote || b == 0x3c || b == 0x3e) traits |= USERINFO_END
    store<u8>(TRAITS + b, traits)
  }
}

// @ts-ignore: decorator
@inline
export function at(p: u32): u32 {
  return load<u8>(p)
}

// @ts-ignore: decorator
@inline
export function is(p: u32, traits: u32): bool {
  return (load<u8>(<u32>load<u8>(p), TRAITS) & traits) != 0
}

/** Of ASCII. */
// @ts-ignore: decorator
@inline
export function isLetterOrDigit(p: u32): bool {
  const byte: u8 = load<u8>(p)
  return ((byte - 0x30) as u8) < 10 || (((byte | 0x20) - 0x61) as u8) < 26
}

/** The same of 16 bytes, a bit for each. */
// @ts-ignore: decorator
@inline
export function lettersAndDigits(p: u32): i32 {
  const bytes = v128.load(p)
  const letters = i8x16.lt_u(i8x16.sub(v128.or(bytes, i8x16.splat(0x20)), i8x16.splat(0x61)), i8x16.splat(26))
  const digits = i8x16.lt_u(i8x16.sub(bytes, i8x16.splat(0x30)), i8x16.splat(10))
  return i8x16.bitmask(v128.or(letters, digits))
}

/** Which of the 16 bytes are `_` or `-`, likewise. */
// @ts-ignore: decorator
@inline
export function urlMarks(p: u32): i32 {
  const bytes = v128.load(p)
  return i8x16.bitmask(v128.or(i8x16.eq(bytes, i8x16.splat(0x5f)), i8x16.eq(bytes, i8x16.splat(0x2d))))
}

// @ts-ignore: decorator
@inline
export function isUrlMark(p: u32): bool {
  const byte = load<u8>(p)
  return byte == 0x5f || byte == 0x2d
}

/** Bytes that the character last read by `read` takes. */
export let width: u32 = 1

/**
 * The character at p; an escape is read as what it stands for: %XX (and %25XX, %2525XX), \uXXXX and \xXX behind any
 * number of backslashes up to 15, \t \n \r likewise, &quot; &apos; &gt; &lt; &#NN; &#xNN; (and &amp;quot; ...). Backslashes
 * before anything else are read as one backslash. Looks at most 24 bytes ahead.
 */
// @ts-ignore: decorator
@inline
export function read(p: u32): u32 {
  const byte = at(p)
  width = 1
  return byte == 0x25 || byte == 0x26 || byte == 0x5c || byte == 0xef ? readEscape(p, byte) : byte
}

/** The colon or equals sign of Chinese and Japanese text: `：` `＝`. */
export function isWideSign(p: u32): bool {
  return at(p) == 0xef && at(p + 1) == 0xbc && (at(p + 2) == 0x9a || at(p + 2) == 0x9d)
}

function readEscape(p: u32, byte: u32): u32 {
  if (byte == 0xef) {
    if (!isWideSign(p)) return byte
    width = 3
    return at(p + 2) == 0x9a ? 0x3a : 0x3d
  }
  if (byte == 0x25) return readPercent(p)
  return byte == 0x5c ? readBackslash(p) : readEntity(p)
}

function readPercent(p: u32): u32 {
  let q = p + 1
  while (q < p + 5 && at(q) == 0x32 && at(q + 1) == 0x35 && is(q + 2, HEX) && is(q + 3, HEX)) q += 2
  return readHex(p, q, 2)
}

function readBackslash(p: u32): u32 {
  let q = p
  while (q < p + 15 && at(q) == 0x5c) q++
  const letter = at(q)
  if (letter == 0x75) return readHex(p, q + 1, 4)
  if (letter == 0x78) return readHex(p, q + 1, 2)
  width = q + 1 - p
  if (letter == 0x74) return 0x09
  if (letter == 0x6e || letter == 0x72) return 0x0a
  width = q - p
  return 0x5c
}

/** The character of `digits` hexadecimal digits at q, or the byte at p when they are not there. */
function readHex(p: u32, q: u32, digits: u32): u32 {
  let value: u32 = 0
  for (const end = q + digits; q < end; q++) {
    if (!is(q, HEX)) {
      width = 1
      return at(p)
    }
    value = (value << 4) | hexValue(at(q))
  }
  width = q - p
  return value
}

function hexValue(digit: u32): u32 {
  return digit <= 0x39 ? digit - 0x30 : (digit | 32) - 0x57
}

function readEntity(p: u32): u32 {
  let q = p + 1
  while (q < p + 9 && load<u32>(q) == 0x3b706d61) q += 4 // amp;
  if (at(q) == 0x23) return readNumber(p, q + 1)
  const name = load<u32>(q)
  if (name == 0x746f7571 || name == 0x736f7061) {
    // quot apos
    width = at(q + 4) == 0x3b ? q + 5 - p : 1
    return width > 1 ? 0x22 : 0x26
  }
  width = (name & 0xffffff) == 0x3b7467 || (name & 0xffffff) == 0x3b746c ? q + 3 - p : 1 // gt; lt;
  if (width == 1) return 0x26
  return at(q) == 0x67 ? 0x3e : 0x3c
}

function readNumber(p: u32, q: u32): u32 {
  const hex = (at(q) | 32) == 0x78
  if (hex) q++
  let value: u32 = 0
  for (const end = q + 5; q < end && is(q, hex ? HEX : DIGIT); q++) value = value * (hex ? 16 : 10) + hexValue(at(q))
  const closed = at(q) == 0x3b
  width = closed ? q + 1 - p : 1
  return closed ? value : 0x26
}
