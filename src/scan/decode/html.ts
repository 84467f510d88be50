import type { View } from '../../model.ts'
import { isDigit, isHex, isLetter, startsWithFolded } from '../bytes.ts'
import { childView, makeRoom } from './child.ts'
import { nibbles } from './digits.ts'
import { writeUtf8 } from './utf8.ts'

const ampersand = 0x26
const semicolon = 0x3b
/** `&#x` or `&#`, digits, `;` of the largest code points, with leading zeros. */
const maxEntity = 16

/** The entities that every encoder of HTML and XML writes. */
const entities: readonly (readonly [name: string, byte: number])[] = [
  ['&quot;', 0x22],
  ['&apos;', 0x27],
  ['&amp;', ampersand],
  ['&lt;', 0x3c],
  ['&gt;', 0x3e]
]

/** `[start, end)` of a view with HTML character references taken off, one level of them; null when there is none. */
export function decodeHtml(view: View, start: number, end: number): View | null {
  const { bytes } = view
  if (bytes.subarray(start, end).indexOf(ampersand) < 0) return null
  const room = makeRoom(end - start)
  const entity = { point: 0, size: 0 }
  let length = 0
  for (let at = start; at < end; ) {
    const from = length
    if (bytes[at] === ampersand && readEntity(bytes, at, end, entity)) {
      length = writeUtf8(room.bytes, length, entity.point)
    } else {
      room.bytes[length++] = bytes[at]
      entity.size = 1
    }
    for (let i = from; i < length; i++) room.origin[i] = at
    at += entity.size
  }
  room.origin[length] = end
  return length === end - start ? null : childView(view, room, length)
}

interface Entity {
  point: number
  size: number
}

function readEntity(bytes: Uint8Array, at: number, end: number, entity: Entity): boolean {
  const next = at + 1 < end ? bytes[at + 1] : 0
  if (next === 0x23) return readNumber(bytes, at, Math.min(end, at + maxEntity), entity)
  if (isLetter[next] === 0) return false
  for (const [name, byte] of entities) {
    if (!startsWithFolded(bytes, at, end, name)) continue
    entity.point = byte
    entity.size = name.length
    return true
  }
  return false
}

/** `&#34;` and `&#x22;` */
function readNumber(bytes: Uint8Array, at: number, end: number, entity: Entity): boolean {
  const hex = at + 2 < end && (bytes[at + 2] | 0x20) === 0x78
  const digits = hex ? isHex : isDigit
  const from = at + (hex ? 3 : 2)
  let to = from
  let point = 0
  for (; to < end && digits[bytes[to]] === 1; to++) point = point * (hex ? 16 : 10) + nibbles[bytes[to]]
  if (to === from || to >= end || bytes[to] !== semicolon || point > 0x10ffff) return false
  entity.point = point
  entity.size = to + 1 - at
  return true
}
