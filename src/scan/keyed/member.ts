// The surroundings of a name in raw JSON, at any depth of escaping, seen without parsing the line.

import { namingMembers } from '../../model.ts'
import { isQuote, isSpace, startsWithFolded } from '../bytes.ts'

/** Where the value of a member begins whose name ends at `at`; 0 when it is a string of its own, -1 for anything else. */
export function memberValue(bytes: Uint8Array, at: number): number {
  const quote = behindBackslashes(bytes, at)
  if (isQuote[bytes[quote]] !== 1) return -1
  const next = behindSpaces(bytes, quote + 1)
  if (bytes[next] === 0x3a) return behindSpaces(bytes, next + 1)
  return bytes[next] === 0x7d || bytes[next] === 0x2c ? 0 : -1
}

/** Where the value that begins at `start` ends, at the latest. */
export function memberEnd(bytes: Uint8Array, start: number): number {
  const first = bytes[start]
  let at = start
  if (isQuote[first] === 1) {
    // Two: an empty string, or the first of three quotes.
    if (bytes[start + 1] === first) return bytes.length
    do at++
    while (at < bytes.length && (bytes[at] !== first || bytes[at - 1] === 0x5c))
  } else if (first !== 0x5c) {
    while (at < bytes.length && bytes[at] !== 0x2c && bytes[at] !== 0x5d && bytes[at] !== 0x7d) at++
  } else at = bytes.length
  return at
}

/** Longest string that names another value, in raw bytes. */
const longestName = 768

/** `"name": "acme"`: whether the string around `at` names what a member beside it holds, perhaps one before it. */
export function namesSibling(bytes: Uint8Array, at: number): boolean {
  const stop = Math.max(0, at - longestName)
  let start = at
  while (start > stop && isQuote[bytes[start - 1]] === 0) start--
  const colon = beforeSpaces(bytes, beforeBackslashes(bytes, start - 1))
  if (bytes[colon - 1] !== 0x3a) return false
  const quote = beforeSpaces(bytes, colon - 1)
  if (isQuote[bytes[quote - 1]] !== 1) return false
  const end = beforeBackslashes(bytes, quote - 1)
  return namingMembers.some((word) => startsWithFolded(bytes, end - word.length, end, word))
}

function behindBackslashes(bytes: Uint8Array, from: number): number {
  let at = from
  while (bytes[at] === 0x5c) at++
  return at
}

function behindSpaces(bytes: Uint8Array, from: number): number {
  let at = from
  while (isSpace[bytes[at]] === 1) at++
  return at
}

function beforeBackslashes(bytes: Uint8Array, to: number): number {
  let at = to
  while (bytes[at - 1] === 0x5c) at--
  return at
}

function beforeSpaces(bytes: Uint8Array, to: number): number {
  let at = to
  while (isSpace[bytes[at - 1]] === 1) at--
  return at
}
