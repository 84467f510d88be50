import { op, type Program } from './program.ts'

/**
 * Whether a pattern may match somewhere in `bytes[at..to)`: never false where it does, rarely true where it does not. One look-up a byte,
 * once the states that a text leads to have been met.
 */
export type MayMatch = (bytes: Uint8Array, at: number, to: number) => boolean

/** States that are remembered. When there are more, all are forgotten, and met again. */
const mostStates = 1000
const unknown = -1
const matched = -2
/** The state of no way on, which only a search that is anchored reaches. */
const dead = 0

/** Takes assertions for true, and a character beyond ASCII for any number of its bytes. `anchored`: matches begin at `at`. */
export function compileMayMatch(program: Program, anchored: boolean): MayMatch {
  const { kind, arg, next, other, sets } = program
  const { classOf, examples } = classify(program)
  const classes = examples.length
  const seen = new Uint32Array(kind.length)
  let look = 0
  /** By state and class, the next state; a state's number is where its row begins. */
  let table = new Int32Array(16 * classes).fill(unknown)
  /** By state, the instructions that read a character, in order. */
  let members: (readonly number[])[] = []
  let numbers = new Map<string, number>()
  const first = readersFrom([program.start])
  let start = -1
  forget()

  /** What reads a character, reached from `from` without reading; null when a match ends there. */
  function readersFrom(from: number[]): readonly number[] | null {
    look++
    const readers: number[] = []
    for (let pc = from.pop(); pc !== undefined; pc = from.pop()) {
      if (seen[pc] === look) continue
      seen[pc] = look
      if (kind[pc] === op.match) return null
      if (kind[pc] <= op.wide) readers.push(pc)
      else from.push(next[pc])
      if (kind[pc] === op.split) from.push(other[pc])
    }
    return readers.sort((a, b) => a - b)
  }

  function forget(): void {
    table.fill(unknown)
    members = []
    numbers = new Map()
    numberOf([])
    if (first !== null) start = numberOf(first)
  }

  function numberOf(readers: readonly number[]): number {
    const key = readers.join()
    let number = numbers.get(key)
    if (number === undefined) {
      number = classes * (members.push(readers) - 1)
      numbers.set(key, number)
      if (number + classes > table.length) grow()
    }
    return number
  }

  function grow(): void {
    const larger = new Int32Array(2 * table.length).fill(unknown)
    larger.set(table)
    table = larger
  }

  function step(state: number, byteClass: number): number {
    const known = table[state + byteClass]
    if (known !== unknown) return known
    const byte = examples[byteClass]
    const ends: number[] = anchored ? [] : [program.start]
    for (const pc of members[state / classes]) {
      if (kind[pc] === op.byte ? arg[pc] !== byte : sets[arg[pc]][byte] === 0) continue
      ends.push(next[pc])
      if (kind[pc] === op.wide && byte >= 0x80) ends.push(pc)
    }
    const readers = readersFrom(ends)
    if (readers !== null && members.length >= mostStates) {
      forget()
      return numberOf(readers)
    }
    const following = readers === null ? matched : numberOf(readers)
    table[state + byteClass] = following
    return following
  }

  return (bytes, at, to) => {
    if (first === null) return true
    let state = start
    for (let i = at; i < to; i++) {
      i = follow(table, classOf, bytes, state, i, to)
      if (i === to) return false
      state = step(reached, classOf[bytes[i]])
      if (state <= dead) return state === matched
    }
    return false
  }
}

/** The state before the byte that `follow` stopped at. */
let reached = 0

/** Goes on through known states, to the first byte that leads to no other; `to` when there is none. */
function follow(
  table: Int32Array,
  classOf: Uint8Array,
  bytes: Uint8Array,
  from: number,
  at: number,
  to: number
): number {
  let state = from
  for (let i = at; i < to; i++) {
    const next = table[state + classOf[bytes[i]]]
    if (next <= dead) {
      reached = state
      return i
    }
    state = next
  }
  return to
}

/** Classes of bytes that no instruction tells apart, and a byte of each. */
function classify({ kind, arg, sets }: Program): { classOf: Uint8Array; examples: number[] } {
  const beyondAscii = new Uint8Array(256).fill(1, 0x80)
  const bytes = [...kind.keys()].filter((pc) => kind[pc] === op.byte).map((pc) => arg[pc])
  let classOf = new Uint8Array(256)
  let examples = [0]
  const divide = (isIn: (byte: number) => boolean) => {
    const numbers = new Int16Array(2 * examples.length).fill(-1)
    const divided = new Uint8Array(256)
    const found: number[] = []
    for (let byte = 0; byte < 256; byte++) {
      const key = 2 * classOf[byte] + (isIn(byte) ? 1 : 0)
      if (numbers[key] < 0) numbers[key] = found.push(byte) - 1
      divided[byte] = numbers[key]
    }
    classOf = divided
    examples = found
  }
  for (const set of [beyondAscii, ...sets]) divide((byte) => set[byte] === 1)
  for (const single of new Set(bytes)) divide((byte) => byte === single)
  return { classOf, examples }
}
