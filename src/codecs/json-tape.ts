import { isSpace, scalarEnd, stringEnd } from './json-token.ts'

// One pass over a JSON text: proves that it is valid (RFC 8259; UTF-8 is not looked at), and notes where its values stand,
// so that only what hits touch is looked at again.

/** How deep arrays and objects may be nested in a record, nested documents included. */
export const maxContainers = 256

/**
 * Tokens of JSON texts, in order of their start, three integers each: start, end, and for a container the index of the
 * token behind its last one, for a string 1 when it holds a backslash, else 0. Member names are strings like any other.
 */
export interface Tape {
  ints: Int32Array
  /** Where the next token goes. A document nested in a string puts its tokens behind those of the outer one. */
  top: number
}

/** A larger tape is not kept, in integers. */
const maxKept = 1 << 18
let spare: Tape | null = null

/** Lends a tape for the time of one call; what throws keeps it. */
export function withTape(use: (tape: Tape) => void): void {
  const tape = spare ?? { ints: new Int32Array(3 * 256), top: 0 }
  spare = null
  use(tape)
  if (tape.ints.length <= maxKept) spare = tape
}

const quote = 0x22
const comma = 0x2c
const openBrace = 0x7b
const closeBrace = 0x7d
const openBracket = 0x5b
const closeBracket = 0x5d

/** Tokens of the containers that are open. Scratch, used only while one `readJson` runs. */
const open = new Int32Array(maxContainers)

/** What may come next. */
const value = 0
const name = 1
const separator = 2

/**
 * Puts the tokens of `bytes[start..end)` on the tape and moves its top; false, with the top where it was, when that is not
 * exactly one JSON value, or one with more than `depthLimit` (at most `maxContainers`) containers inside each other.
 * One long function, because its state stays in registers that way: it is most of what a record with a hit costs (1.5 ns
 * a byte).
 */
export function readJson(tape: Tape, bytes: Uint8Array, start: number, end: number, depthLimit: number): boolean {
  let ints = tape.ints
  let top = tape.top
  let depth = 0
  let expected = value
  let inObject = false
  let at = start
  for (;;) {
    while (at < end && isSpace[bytes[at]] === 1) at++
    if (at >= end) break
    const byte = bytes[at]
    if (expected === separator) {
      if (depth === 0) return false
      if (byte === comma) {
        expected = inObject ? name : value
        at++
        continue
      }
      if (byte !== (inObject ? closeBrace : closeBracket)) return false
      const container = open[--depth]
      ints[container + 1] = ++at
      ints[container + 2] = top
      inObject = depth > 0 && bytes[ints[open[depth - 1]]] === openBrace
      continue
    }
    if (top + 3 > ints.length) ints = grow(tape)
    if (byte === quote) {
      const close = stringEnd(bytes, at + 1, end)
      if (close === 0) return false
      ints[top] = at
      at = close < 0 ? -close : close
      ints[top + 1] = at
      ints[top + 2] = close < 0 ? 1 : 0
      top += 3
      if (expected === value) {
        expected = separator
        continue
      }
      while (at < end && isSpace[bytes[at]] === 1) at++
      if (at >= end || bytes[at] !== 0x3a) return false
      at++
      expected = value
      continue
    }
    if (expected === name) return false
    ints[top] = at
    if (byte === openBrace || byte === openBracket) {
      if (depth === depthLimit) return false
      open[depth++] = top
      top += 3
      inObject = byte === openBrace
      at++
      while (at < end && isSpace[bytes[at]] === 1) at++
      const empty = at < end && bytes[at] === (inObject ? closeBrace : closeBracket)
      expected = empty ? separator : inObject ? name : value
      continue
    }
    at = scalarEnd(bytes, at, end)
    if (at === 0) return false
    ints[top + 1] = at
    ints[top + 2] = 0
    top += 3
    expected = separator
  }
  if (expected !== separator || depth > 0) return false
  tape.top = top
  return true
}

function grow(tape: Tape): Int32Array {
  const ints = new Int32Array(tape.ints.length * 2)
  ints.set(tape.ints)
  tape.ints = ints
  return ints
}
