import type { View } from '../../model.ts'
import { digits, nextDigit } from './base64-run.ts'
import { childView, enclosingOf, makeRoom, type Room } from './child.ts'
import { isMostlyText } from './digits.ts'

export { base64Run } from './base64-run.ts'

/** Shortest text that is decoded, in bytes. */
const minRun = 6
const lineFeed = 0x0a

/**
 * The base64 that the encoding (standard or url alphabet) of anything with `text` in it must hold, for each of the three
 * places in a group at which `text` can begin. Only characters that `text` alone determines; none below 4 of them.
 */
export function base64Literals(text: string): string[] {
  const bytes = Buffer.from(text)
  const literals = new Set<string>()
  for (let lead = 0; lead < 3; lead++) {
    const encoded = Buffer.concat([Buffer.alloc(lead), bytes]).toString('base64')
    const literal = encoded.slice(Math.ceil((lead * 8) / 6), Math.floor(((lead + bytes.length) * 8) / 6))
    if (literal.length < 4) continue
    literals.add(literal).add(literal.replaceAll('+', '-').replaceAll('/', '_'))
  }
  return [...literals]
}

/**
 * What a run of base64 stands for; null when it has fewer than 8 characters. Where that is mostly no text, groups may begin
 * up to three characters behind the run's start, since a path or a name can stand right before base64: all four readings
 * follow each other, a line feed between them, the run's own first. A match in any covers the whole run.
 */
export function decodeBase64(view: View, runStart: number, runEnd: number): View | null {
  const { bytes } = view
  const most = Math.ceil(((runEnd - runStart) * 3) / 4)
  if (most < minRun) return null
  let room = makeRoom(most)
  let start = nextDigit(bytes, runStart, runEnd)
  let length = readDigits(bytes, start, runEnd, room, 0)
  if (length < minRun) return null
  if (!isMostlyText(room.bytes, length)) {
    room = makeRoom(4 * (most + 1))
    length = readDigits(bytes, start, runEnd, room, 0)
    for (let skipped = 1; skipped < 4; skipped++) {
      start = nextDigit(bytes, start + 1, runEnd)
      room.bytes[length] = lineFeed
      room.origin[length++] = runEnd
      length = readDigits(bytes, start, runEnd, room, length)
    }
  }
  room.origin[length] = runEnd
  return childView(view, room, length, enclosingOf(view, runStart, runEnd))
}

/**
 * Decodes the characters of `bytes[start..end)` into the room from `from` on, with the place of the character in which each
 * byte begins; returns the room's new length.
 */
function readDigits(bytes: Uint8Array, start: number, end: number, room: Room, from: number): number {
  let length = from
  let bits = 0
  let held = 0 // how many of the low bits are not written yet
  let place = start
  for (let at = start; at < end; at++) {
    if (held === 0) {
      const stop = readGroups(bytes, at, end, room, length)
      length += ((stop - at) / 4) * 3
      at = nextDigit(bytes, stop, end)
      place = at
    } else at = nextDigit(bytes, at, end)
    if (at === end) break
    bits = (bits << 6) | digits[bytes[at]]
    held += 6
    if (held < 8) continue
    held -= 8
    room.bytes[length] = bits >> held
    room.origin[length++] = place
    bits &= (1 << held) - 1
    place = at
  }
  return length
}

/** Decodes whole groups of four as long as nothing stands in them; returns the offset behind. */
function readGroups(bytes: Uint8Array, start: number, end: number, room: Room, from: number): number {
  let length = from
  let at = start
  for (; at + 4 <= end; at += 4) {
    const a = digits[bytes[at]]
    const b = digits[bytes[at + 1]]
    const c = digits[bytes[at + 2]]
    const d = digits[bytes[at + 3]]
    if ((a | b | c | d) >= 64) break
    room.bytes[length] = (a << 2) | (b >> 4)
    room.bytes[length + 1] = (b << 4) | (c >> 2)
    room.bytes[length + 2] = (c << 6) | d
    room.origin[length] = at
    room.origin[length + 1] = at + 1
    room.origin[length + 2] = at + 2
    length += 3
  }
  return at
}
