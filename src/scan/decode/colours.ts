// colour = ( ESC | "^[" | "#033" | nothing ) "[" *( DIGIT | ";" | ":" ) ( "m" | "K" )
//
// SGR and EL of ECMA-48, section 8.3, as loggers and grep write them, and as `cat -v` (`^[`), rsyslog (`#033`) and whatever takes control
// characters out show them. ESC that is written as an escape (`\x1b`, `\u001b`) is read by escapes.ts before.

import type { View } from '../../model.ts'
import { isDigit, startsWithExactly, tableOf } from '../bytes.ts'
import { childView, makeRoom } from './child.ts'

/** Longest parameters of a colour, in bytes: `38;2;255;255;255` has 16, and both colours may be set at once. */
const maxParameters = 40

const beginsColour = tableOf('\x1b[^#')

/** Length of the colour at `at`, 0 when there is none. Without anything for ESC, it must have a parameter: `[m` is text. */
export function colourSize(bytes: Uint8Array, at: number, end: number): number {
  const open = at + introducerSize(bytes, at, end)
  if (bytes[open] !== 0x5b) return 0
  let i = open + 1
  const stop = Math.min(end, i + maxParameters)
  while (i < stop && (isDigit[bytes[i]] === 1 || bytes[i] === 0x3b || bytes[i] === 0x3a)) i++
  if (i >= end || (bytes[i] !== 0x6d && bytes[i] !== 0x4b) || (open === at && i === open + 1)) return 0
  return i + 1 - at
}

function introducerSize(bytes: Uint8Array, at: number, end: number): number {
  if (bytes[at] === 0x1b) return 1
  if (bytes[at] === 0x5e && bytes[at + 1] === 0x5b) return 2
  return startsWithExactly(bytes, at, end, '#033') ? 4 : 0
}

/** `[start, end)` of a view without colours; null when there is none. What a byte is replaced with leaves the colours around it. */
export function decodeColours(view: View, start: number, end: number): View | null {
  const { bytes } = view
  const room = makeRoom(end - start)
  let length = 0
  for (let at = start; at < end; ) {
    const size = beginsColour[bytes[at]] === 1 ? colourSize(bytes, at, end) : 0
    if (size === 0) {
      room.bytes[length] = bytes[at]
      room.origin[length++] = at
    }
    at += Math.max(1, size)
  }
  if (length === end - start) return null
  room.origin[length] = end
  const ends = room.origin.slice(0, length)
  for (let i = 0; i < length; i++) ends[i] = view.origin === null ? ends[i] + 1 : view.origin[ends[i] + 1 - view.start]
  return { ...childView(view, room, length), ends }
}
