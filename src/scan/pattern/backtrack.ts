import { isWord } from './char-class.ts'
import { op, type Program } from './program.ts'

// Scratch memory of the search that runs; none begins before another has ended.

/** A bit for every split at every offset from `base` on; all 0 between searches. */
let tried = new Uint32Array(1024)
let base = 0
/** The last offset with a bit. */
let furthest = -1
/** Pairs, the last one first: an instruction to go on with and the offset there, or -1 - i and what `marks[i]` was. */
let stack = new Int32Array(512)
let depth = 0

/** Where group 1 of the last match begins and ends; -1 where the match leaves the group out. */
export const marks: [start: number, end: number] = [-1, -1]

/** Begins a search in `[at, to)`, within which `matchAt` takes no way twice: what came to nothing once does so again. */
export function beginSearch({ splits }: Program, at: number, to: number): void {
  const words = ((to - at + 1) * splits) / 32 + 1
  if (words > tried.length) tried = new Uint32Array(2 * words)
  base = at
  furthest = -1
}

export function endSearch({ splits }: Program): void {
  if (furthest >= base) tried.fill(0, 0, ((furthest - base + 1) * splits) / 32 + 1)
}

/** Offset behind the match at `start` in the text `bytes[from..to)`, which sets `marks`; -1 when there is none. */
export function matchAt(program: Program, bytes: Uint8Array, from: number, to: number, start: number): number {
  const { kind, arg, next, other } = program
  marks[0] = marks[1] = -1
  depth = 0
  let pc = program.start
  let at = start
  while (kind[pc] !== op.match) {
    if (kind[pc] === op.split) {
      if (isNew(program, pc, at)) push(other[pc], at)
      else at = -1
    } else if (kind[pc] === op.mark) {
      push(-1 - arg[pc], marks[arg[pc]])
      marks[arg[pc]] = at
    } else if (kind[pc] <= op.wide) at = characterEnd(program, pc, bytes, at, to)
    else if (!holds(kind[pc], bytes, from, to, at)) at = -1
    if (at >= 0) {
      pc = next[pc]
      continue
    }
    pc = pop()
    if (pc < 0) return -1
    at = stack[depth + 1]
  }
  return at
}

function isNew({ arg, splits }: Program, pc: number, at: number): boolean {
  const bit = (at - base) * splits + arg[pc]
  const mask = 1 << (bit & 31)
  if ((tried[bit >>> 5] & mask) !== 0) return false
  tried[bit >>> 5] |= mask
  if (at > furthest) furthest = at
  return true
}

function push(first: number, second: number): void {
  if (depth === stack.length) {
    const larger = new Int32Array(2 * depth)
    larger.set(stack)
    stack = larger
  }
  stack[depth] = first
  stack[depth + 1] = second
  depth += 2
}

/** The instruction to go on with, whose offset stands behind the stack's end; -1 when there is none. Puts marks back on the way. */
function pop(): number {
  while (depth > 0) {
    depth -= 2
    if (stack[depth] >= 0) return stack[depth]
    marks[-1 - stack[depth]] = stack[depth + 1]
  }
  return -1
}

/** Offset behind the character that `pc` reads at `at`; -1 when it is another one. */
function characterEnd({ kind, arg, sets }: Program, pc: number, bytes: Uint8Array, at: number, to: number): number {
  if (at >= to) return -1
  const byte = bytes[at]
  if (kind[pc] === op.byte) return byte === arg[pc] ? at + 1 : -1
  if (byte < 0x80 || kind[pc] === op.one) return sets[arg[pc]][byte] === 1 ? at + 1 : -1
  return beyondAsciiEnd(byte, bytes, at, to)
}

/** As lenient as RE2, which also takes overlong forms and surrogates. */
function beyondAsciiEnd(lead: number, bytes: Uint8Array, at: number, to: number): number {
  const end = at + (lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4)
  if (lead < 0xc2 || lead > 0xf4 || end > to) return -1
  for (let i = at + 1; i < end; i++) if ((bytes[i] & 0xc0) !== 0x80) return -1
  return end
}

function holds(assertion: number, bytes: Uint8Array, from: number, to: number, at: number): boolean {
  if (assertion === op.begin) return at === from
  if (assertion === op.end) return at === to
  return (at > from && isWord[bytes[at - 1]] === 1) !== (at < to && isWord[bytes[at]] === 1)
}
