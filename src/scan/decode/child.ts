import type { View } from '../../model.ts'

/** Room for a decoded text, and for the offsets in the parent at which its bytes begin, with one more for the end. */
export interface Room {
  readonly bytes: Uint8Array
  readonly origin: Int32Array
}

/** Offsets are cut from one array: to allocate each costs more than to decode a short text. */
let offsets = new Int32Array(0)
let used = 0
const chunk = 16384

/** Room for at most `length` bytes; what is in it is undefined. */
export function makeRoom(length: number): Room {
  if (used + length + 1 > offsets.length) {
    offsets = new Int32Array(Math.max(length + 1, chunk))
    used = 0
  }
  const origin = offsets.subarray(used, used + length + 1)
  used += length + 1
  return { bytes: Buffer.allocUnsafe(length), origin }
}

/** The view of a room's first `length` bytes: one encoding deeper, `origin[0..length]` taken from the parent to the payload. */
export function childView(parent: View, { bytes, origin }: Room, length: number, enclosing = parent.enclosing): View {
  if (parent.origin !== null) {
    for (let i = 0; i <= length; i++) origin[i] = parent.origin[origin[i] - parent.start]
  }
  // Without the rest of the room: who looks a byte too far must find nothing there, and not what another text left.
  const text = bytes.subarray(0, length)
  const places = origin.subarray(0, length + 1)
  return { bytes: text, start: 0, end: length, origin: places, enclosing, depth: parent.depth + 1 }
}

/** The payload range of `[start, end)` of a view, or what encloses it. */
export function enclosingOf(view: View, start: number, end: number): { readonly start: number; readonly end: number } {
  if (view.enclosing !== null) return view.enclosing
  if (view.origin === null) return { start, end }
  return { start: view.origin[start - view.start], end: view.origin[end - view.start] }
}
