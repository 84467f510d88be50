// escape = "\" ( letter | "x" 2HEX | "u" 4HEX | "u{" 1*6HEX "}" | "U" 8HEX | octal ), of C, Java, JavaScript, Python, JSON.

import type { View } from '../../model.ts'
import { childView, makeRoom, type Room } from './child.ts'
import { hexNumber } from './digits.ts'
import { writeUtf8 } from './utf8.ts'

export { decodeHtml } from './html.ts'

const backslash = 0x5c
const maxCodePoint = 0x10ffff

/** What a backslash and this byte stand for; 0 for no escape. */
const letters = new Uint8Array(256)
for (const pair of ['n\n', 't\t', 'r\r', 'b\b', 'f\f', 'v\v', 'a\x07', 'e\x1b', '""', "''", '``', '\\\\', '//']) {
  letters[pair.charCodeAt(0)] = pair.charCodeAt(1)
}

/**
 * `[start, end)` of a view with backslash escapes taken off, one level of them (`\\n` becomes `\n`); null when there is none.
 * What is no escape stays. All bytes of a character begin where its escape does. `\xHH` is a byte, `\u` a character.
 */
export function decodeEscapes(view: View, start: number, end: number): View | null {
  const { bytes } = view
  if (bytes.subarray(start, end).indexOf(backslash) < 0) return null
  const room = makeRoom(end - start)
  let length = 0
  for (let at = start; at < end; ) {
    const size = bytes[at] === backslash ? escapeSize(bytes, at, end) : 1
    const from = length
    if (size === 1) room.bytes[length++] = bytes[at]
    else length = writeEscape(room, length, bytes, at, size)
    for (let i = from; i < length; i++) room.origin[i] = at
    at += size
  }
  room.origin[length] = end
  return length === end - start ? null : childView(view, room, length)
}

/** Length of the escape at `at`, 1 when there is none. */
function escapeSize(bytes: Uint8Array, at: number, end: number): number {
  if (at + 1 >= end) return 1
  const kind = bytes[at + 1]
  if (letters[kind] !== 0) return 2
  if (kind === 0x78) return hexNumber(bytes, at + 2, 2, end) >= 0 ? 4 : 1
  if (kind === 0x75) return unicodeSize(bytes, at, end)
  if (kind === 0x55) return isCodePoint(hexNumber(bytes, at + 2, 8, end)) ? 10 : 1
  if (kind < 0x30 || kind > 0x33) return 1
  if (at + 3 < end && isOctal(bytes[at + 2]) && isOctal(bytes[at + 3])) return 4
  return kind === 0x30 ? 2 : 1
}

function isOctal(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x37
}

function isCodePoint(number: number): boolean {
  return number >= 0 && number <= maxCodePoint
}

/** `\uXXXX`, two of them when they are a pair of surrogates, or `\u{X}`. */
function unicodeSize(bytes: Uint8Array, at: number, end: number): number {
  if (at + 2 < end && bytes[at + 2] === 0x7b) {
    let close = at + 3
    while (close < end && close - at < 10 && bytes[close] !== 0x7d) close++
    const digits = close - at - 3
    if (close >= end || bytes[close] !== 0x7d || digits === 0) return 1
    return isCodePoint(hexNumber(bytes, at + 3, digits, end)) ? digits + 4 : 1
  }
  const high = hexNumber(bytes, at + 2, 4, end)
  if (high < 0xd800 || high > 0xdbff) return high < 0 ? 1 : 6
  if (at + 12 > end || bytes[at + 6] !== backslash || bytes[at + 7] !== 0x75) return 6
  const low = hexNumber(bytes, at + 8, 4, end)
  return low >= 0xdc00 && low <= 0xdfff ? 12 : 6
}

/** Writes what the escape of `size` bytes at `at` stands for; returns the offset behind it. */
function writeEscape(room: Room, length: number, bytes: Uint8Array, at: number, size: number): number {
  const kind = bytes[at + 1]
  if (kind === 0x75 || kind === 0x55) return writeUtf8(room.bytes, length, codePoint(bytes, at, size))
  room.bytes[length] =
    size === 2 ? letters[kind] : kind === 0x78 ? hexNumber(bytes, at + 2, 2, at + 4) : octal(bytes, at)
  return length + 1
}

function codePoint(bytes: Uint8Array, at: number, size: number): number {
  const end = at + size
  if (bytes[at + 2] === 0x7b) return hexNumber(bytes, at + 3, size - 4, end)
  if (size !== 12) return hexNumber(bytes, at + 2, size - 2, end)
  const high = hexNumber(bytes, at + 2, 4, end)
  const low = hexNumber(bytes, at + 8, 4, end)
  return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00)
}

function octal(bytes: Uint8Array, at: number): number {
  return ((bytes[at + 1] & 7) << 6) | ((bytes[at + 2] & 7) << 3) | (bytes[at + 3] & 7)
}
