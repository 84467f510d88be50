import { isHex } from '../bytes.ts'

/** Value of a hex digit, by byte; 0 for all others. */
export const nibbles = Uint8Array.from({ length: 256 }, (_, byte) =>
  isHex[byte] === 1 ? Number.parseInt(String.fromCharCode(byte), 16) : 0
)

/** The number that `count` hex digits at `at` make; -1 when they are not all digits or reach behind `end`. */
export function hexNumber(bytes: Uint8Array, at: number, count: number, end: number): number {
  if (at + count > end) return -1
  let number = 0
  for (let i = at; i < at + count; i++) {
    if (isHex[bytes[i]] === 0) return -1
    number = number * 16 + nibbles[bytes[i]]
  }
  return number
}

/**
 * Where a run of letters and digits that seems to begin at `at` really begins: behind the digits of an escape (`%3D`,
 * `\u003d`, `\x3d`) that stands right before it. Never behind `stop`.
 */
export function behindEscape(bytes: Uint8Array, at: number, start: number, stop: number): number {
  const width = escapeWidth(bytes, at, start)
  return width > 0 && at + width <= stop && hexNumber(bytes, at, width, stop) >= 0 ? at + width : at
}

/** How many digits belong to the escape whose introducer ends at `at`. */
function escapeWidth(bytes: Uint8Array, at: number, start: number): number {
  if (at > start && bytes[at - 1] === 0x25) return 2
  if (at - 1 <= start || bytes[at - 2] !== 0x5c) return 0
  return bytes[at - 1] === 0x75 ? 4 : bytes[at - 1] === 0x78 ? 2 : 0
}

/** Longest stretch that decides whether a reading is text, in bytes. */
const sample = 1024
/** Readings of text from a wrong place have less than three quarters of printable bytes. */
const textShare = 0.9

/** Whether `bytes[0..length)` begins as text does: nearly all printable ASCII. */
export function isMostlyText(bytes: Uint8Array, length: number): boolean {
  const end = Math.min(length, sample)
  let printable = 0
  for (let i = 0; i < end; i++) printable += isPrintable[bytes[i]]
  return printable >= end * textShare
}

const isPrintable = Uint8Array.from({ length: 256 }, (_, byte) =>
  (byte >= 0x20 && byte < 0x7f) || byte === 0x09 || byte === 0x0a || byte === 0x0d ? 1 : 0
)
