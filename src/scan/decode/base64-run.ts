// Where base64 begins and ends in a text. Besides its own characters a run holds, where it goes on behind them:
//   "\/"                           a slash, as some JSON encoders write it
//   CR? LF / "\r"? "\n"            the end of a line (MIME, PEM), raw or as an escape; any number of backslashes

import { behindEscape } from './digits.ts'

const backslash = 0x5c
const slash = 0x2f
const padding = 0x3d
/** Shortest line that is taken for a wrapped one, in characters: encoders wrap at 60 to 76. */
const minLine = 32

/** Value of a base64 or base64url character; 64 for all other bytes. */
export const digits = new Uint8Array(256).fill(64)
for (const [value, character] of [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].entries()) {
  digits[character.charCodeAt(0)] = value
}
digits[0x2d] = 62
digits[0x5f] = 63

/**
 * The maximal run of base64 around `at`, in `bytes[start..end)`, with its padding. A `=` or anything else that is no base64
 * ends it on the left, also the letter or digits of an escape.
 */
export function base64Run(
  bytes: Uint8Array,
  at: number,
  start: number,
  end: number
): readonly [from: number, to: number] {
  const line = lineStart(bytes, bytes[at] === slash ? behindBackslashes(bytes, at, start) : at, start)
  return [firstLine(bytes, line, start), runEnd(bytes, line, at, end)]
}

/** Start of the base64 characters that end at `at`. */
function lineStart(bytes: Uint8Array, at: number, start: number): number {
  let from = at
  while (from > start && digits[bytes[from - 1]] < 64) {
    if (!follows(bytes, from - 1, start)) from--
    else if (bytes[from - 1] === slash) from = behindBackslashes(bytes, from - 1, start)
    else break
  }
  return behindEscape(bytes, from, start, at)
}

/** Whether a backslash stands before the byte at `at`. */
function follows(bytes: Uint8Array, at: number, start: number): boolean {
  return at > start && bytes[at - 1] === backslash
}

/** Offset of the first of the backslashes that end at `at`. */
function behindBackslashes(bytes: Uint8Array, at: number, start: number): number {
  let from = at
  while (from > start && bytes[from - 1] === backslash) from--
  return from
}

/** Start of the first of the wrapped lines of which one begins at `line`. */
function firstLine(bytes: Uint8Array, line: number, start: number): number {
  let first = line
  for (;;) {
    const wrap = wrapBefore(bytes, first, start)
    if (wrap === first) return first
    const previous = lineStart(bytes, wrap, start)
    if (!isWholeLine(bytes, previous, wrap)) return first
    first = previous
  }
}

/** Start of the line end that stands right before `at`, or `at`. */
function wrapBefore(bytes: Uint8Array, at: number, start: number): number {
  const feed = terminatorBefore(bytes, at, start, 0x0a, 0x6e)
  return feed === at ? at : terminatorBefore(bytes, feed, start, 0x0d, 0x72)
}

/** Start of a control byte, or of its escape, before `at`. */
function terminatorBefore(bytes: Uint8Array, at: number, start: number, raw: number, letter: number): number {
  if (at > start && bytes[at - 1] === raw) return at - 1
  if (at - 1 > start && bytes[at - 1] === letter && bytes[at - 2] === backslash)
    return behindBackslashes(bytes, at - 1, start)
  return at
}

/** Only a line of whole groups goes on in the next; what else ends with a line break has nothing to do with it. */
function isWholeLine(bytes: Uint8Array, start: number, end: number): boolean {
  let characters = 0
  for (let at = start; at < end; at++) if (bytes[at] !== backslash) characters++
  return characters >= minLine && characters % 4 === 0
}

/** End of the run, of which a line begins at `line` and goes on at `at`. */
function runEnd(bytes: Uint8Array, line: number, at: number, end: number): number {
  let start = line
  let to = lineEnd(bytes, at, end)
  for (;;) {
    const next = wrapBehind(bytes, to, end)
    const nextEnd = lineEnd(bytes, next, end)
    if (next === to || nextEnd === next || !isWholeLine(bytes, start, to)) break
    start = next
    to = nextEnd
  }
  for (let i = 0; i < 2 && to < end && bytes[to] === padding; i++) to++
  return to
}

/** End of the base64 characters that begin at `at`. */
function lineEnd(bytes: Uint8Array, at: number, end: number): number {
  let to = at
  for (;;) {
    while (to < end && digits[bytes[to]] < 64) to++
    const escaped = afterBackslashes(bytes, to, end)
    if (escaped === to || escaped >= end || bytes[escaped] !== slash) return to
    to = escaped + 1
  }
}

function afterBackslashes(bytes: Uint8Array, at: number, end: number): number {
  let to = at
  while (to < end && bytes[to] === backslash) to++
  return to
}

/** Offset behind the line end that begins at `at`, or `at`. */
function wrapBehind(bytes: Uint8Array, at: number, end: number): number {
  const feed = terminatorBehind(bytes, at, end, 0x0d, 0x72)
  const next = terminatorBehind(bytes, feed, end, 0x0a, 0x6e)
  return next === feed ? at : next
}

function terminatorBehind(bytes: Uint8Array, at: number, end: number, raw: number, letter: number): number {
  if (at < end && bytes[at] === raw) return at + 1
  const escaped = afterBackslashes(bytes, at, end)
  return escaped > at && escaped < end && bytes[escaped] === letter ? escaped + 1 : at
}

/** Offset of the next base64 character of a run at or behind `at`; `end` when there is none left. */
export function nextDigit(bytes: Uint8Array, at: number, end: number): number {
  let next = at
  while (next < end && digits[bytes[next]] === 64) {
    const letter = bytes[next] === backslash ? afterBackslashes(bytes, next, end) : next
    if (letter > next && letter < end && bytes[letter] === slash) return letter
    next = letter + 1
  }
  return Math.min(next, end)
}
