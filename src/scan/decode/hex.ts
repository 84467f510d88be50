import type { View } from '../../model.ts'
import { isHex } from '../bytes.ts'
import { childView, enclosingOf, makeRoom, type Room } from './child.ts'
import { behindEscape, isMostlyText, nibbles } from './digits.ts'

const lineFeed = 0x0a

/** The hex digits that every hex text of something with `text` in it holds; lower case, none below 4 characters. */
export function hexLiterals(text: string): string[] {
  const literal = Buffer.from(text).toString('hex')
  return literal.length < 4 ? [] : [literal]
}

/** The maximal run of hex digits around `at`, in `bytes[start..end)`; digits of an escape before it are no part of it. */
export function hexRun(bytes: Uint8Array, at: number, start: number, end: number): readonly [from: number, to: number] {
  let from = at
  while (from > start && isHex[bytes[from - 1]] === 1 && !(from - 1 > start && bytes[from - 2] === 0x5c)) from--
  let to = at
  while (to < end && isHex[bytes[to]] === 1) to++
  return [behindEscape(bytes, from, start, at), to]
}

/**
 * What a run of hex digits stands for; null when it has only one. Where that is mostly no text, pairs may begin with the
 * second digit: that reading follows, behind a line feed. A match in either covers the whole run.
 */
export function decodeHex(view: View, runStart: number, runEnd: number): View | null {
  const pairs = (runEnd - runStart) >> 1
  if (pairs === 0) return null
  const room = makeRoom(2 * pairs + 1)
  let length = readPairs(view.bytes, runStart, runEnd, room, 0)
  if (!isMostlyText(room.bytes, length)) {
    room.bytes[length] = lineFeed
    room.origin[length] = runEnd
    length = readPairs(view.bytes, runStart + 1, runEnd, room, length + 1)
  }
  room.origin[length] = runEnd
  return childView(view, room, length, enclosingOf(view, runStart, runEnd))
}

/** Decodes the pairs of `bytes[start..end)` into the room from `from` on; returns its new length. */
function readPairs(bytes: Uint8Array, start: number, end: number, room: Room, from: number): number {
  let length = from
  for (let at = start; at + 1 < end; at += 2) {
    room.bytes[length] = (nibbles[bytes[at]] << 4) | nibbles[bytes[at + 1]]
    room.origin[length++] = at
  }
  return length
}
