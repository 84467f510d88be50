import type { View } from '../../model.ts'
import { isHex } from '../bytes.ts'
import { childView, makeRoom } from './child.ts'
import { nibbles } from './digits.ts'

/** `[start, end)` of a view with `%XX` decoded (RFC 3986; `+` stays); null when there is none. */
export function decodePercent(view: View, start: number, end: number): View | null {
  const { bytes } = view
  const first = bytes.subarray(start, end).indexOf(0x25)
  if (first < 0) return null
  const room = makeRoom(end - start)
  let length = 0
  for (let at = start; at < end; length++) {
    room.origin[length] = at
    if (bytes[at] === 0x25 && at + 2 < end && isHex[bytes[at + 1]] === 1 && isHex[bytes[at + 2]] === 1) {
      room.bytes[length] = (nibbles[bytes[at + 1]] << 4) | nibbles[bytes[at + 2]]
      at += 3
    } else room.bytes[length] = bytes[at++]
  }
  room.origin[length] = end
  return length === end - start ? null : childView(view, room, length)
}
