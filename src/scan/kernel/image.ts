// The kernel's memory: sizes it, and writes automaton, literals and guards where the kernel reads them.

import { type ByteClass, type Guard, isJoint, isUrlMark, type Literal } from './guard.ts'
import {
  COLUMNS,
  GUARD_ASSIGN,
  GUARD_NONE,
  GUARD_RUN,
  GUARD_USERINFO,
  JOINTS,
  LITERAL_BYTES,
  MOST_JOINTS,
  PIECE,
  STREAMS,
  TABLE,
  TAIL,
  WIDE,
  WIDE_JOINTS,
  WIDE_TAIL
} from './layout.ts'
import { statesOf } from './saved-states.ts'
import type { States } from './states.ts'
import { type Memory, wasm } from './wasm.ts'

const PAGE_BYTES = 65536
const MAX_MIN = 32
const encoder = new TextEncoder()

export interface Image {
  readonly memory: Memory
  readonly states: States
  readonly tableBytes: number
  /** Where the kernel writes its hits, and the bytes each stream has there. */
  readonly hits: number
  readonly bytesPerStream: number
  /** How many joints there are, and where the kernel notes those that a tail follows. */
  readonly joints: number
  readonly tails: number
}

/** A literal, and which one it is to the caller. */
type Numbered = Literal & { readonly index: number }

type SpelledGuard = Exclude<Guard, { readonly kind: 'tail' }>
/** One that the automaton finds. */
type Spelled = Numbered & { readonly guard: SpelledGuard }

/** Tails lie apart, each with its joint: so many fit into a piece, for every literal that is noted there. */
const TAILS = Math.ceil(PIECE / (TAIL + 1) + 1)
const WIDE_TAILS = WIDE_JOINTS * Math.ceil(PIECE / (WIDE_TAIL + 1) + 1)

export function buildImage(all: readonly Literal[]): Image {
  const numbered = all.map((literal, index): Numbered => ({ ...literal, index }))
  const joints = numbered.filter(({ guard }) => guard.kind === 'tail')
  const literals = numbered.filter((literal): literal is Spelled => literal.guard.kind !== 'tail')
  requireJoints(joints)
  const texts = literals.map(({ text }) => text)
  const bytes = encoder.encode(texts.join(''))
  const states = statesOf(texts)
  const classes = distinctClasses(literals)
  const tableBytes = 4 * states.count * (states.classes + 1)
  const records = TABLE + tableBytes
  const lists = records + LITERAL_BYTES * literals.length
  const strings = lists + listBytes(states)
  const classTables = strings + bytes.length
  const hits = align(classTables + 256 * classes.contents.length)
  const bytesPerStream = streamBytes(states)
  const tailBytes = 8 * joints.reduce((sum, { guard }) => sum + (isWide(guard) ? WIDE_TAILS : TAILS), 0)
  // Hits and tails are merged where the hits are.
  const tails = align(hits + STREAMS * bytesPerStream + tailBytes)
  const memory = new wasm.Memory({ initial: Math.ceil((tails + tailBytes) / PAGE_BYTES) })
  writeTable(memory, states, writeLists(memory, states, lists, records))
  new Uint8Array(memory.buffer).set(bytes, strings)
  writeLiterals(memory, literals, { records, strings, classTables, classes })
  writeJoints(memory, joints)
  return { memory, states, tableBytes, hits, bytesPerStream, joints: joints.length, tails }
}

function requireJoints(joints: readonly Numbered[]): void {
  if (joints.length > MOST_JOINTS) throw new RangeError(`${joints.length} joints; at most ${MOST_JOINTS} are possible`)
  for (const { text, index, guard } of joints) {
    if (!isJoint(text)) throw new RangeError(`literal ${index}, a joint, is no single mark of ASCII`)
    if (isWide(guard) && !isUrlMark(text))
      throw new RangeError(`literal ${index}, before a wide tail, is neither _ nor -`)
  }
}

function isWide(guard: Guard): boolean {
  return guard.kind === 'tail' && guard.wide
}

function writeJoints(memory: Memory, joints: readonly Numbered[]): void {
  const words = new Uint32Array(memory.buffer)
  for (const [i, { text, index, guard }] of joints.entries())
    words.set([(isWide(guard) ? WIDE : 0) + text.charCodeAt(0), index], JOINTS / 4 + 2 * i)
}

/** The classes of all guards, by identity, and the number of each distinct content, in the order of their places in memory. */
interface Classes {
  readonly numberOf: ReadonlyMap<ByteClass, number>
  readonly contents: readonly ByteClass[]
}

function distinctClasses(literals: readonly Spelled[]): Classes {
  const numberOf = new Map<ByteClass, number>()
  const contents: ByteClass[] = []
  const known = new Map<string, number>()
  const add = (members: ByteClass) => {
    if (numberOf.has(members)) return
    if (members.length !== 256) throw new RangeError('a byte class has 256 entries')
    const content = Buffer.from(members).toString('latin1')
    const number = known.get(content) ?? contents.push(members) - 1
    known.set(content, number)
    numberOf.set(members, number)
  }
  for (const { guard } of literals) {
    if (guard.kind !== 'run') continue
    if (!(guard.min >= 0 && guard.min <= MAX_MIN)) throw new RangeError(`a guard's min is 0 to ${MAX_MIN}`)
    add(guard.after)
    if (guard.before !== null) add(guard.before)
  }
  return { numberOf, contents }
}

function listBytes({ count, outputs, outputStarts }: States): number {
  let lists = 0
  for (let state = 0; state < count; state++) if (outputStarts[state + 1] > outputStarts[state]) lists++
  return 4 * lists + 4 * outputs.length
}

/** Every byte of a stream's part may end as many literals as one state has: the region cannot overflow. Untouched pages cost nothing. */
function streamBytes({ count, outputStarts }: States): number {
  let most = 1
  for (let state = 0; state < count; state++) most = Math.max(most, outputStarts[state + 1] - outputStarts[state])
  return align(8 * most * Math.ceil(PIECE / STREAMS))
}

function align(address: number): number {
  return (address + 63) & ~63
}

/** Output lists: u32 length, then the addresses of the literals' records. Returns the address by state, 0 for none. */
function writeLists(memory: Memory, states: States, lists: number, records: number): Int32Array {
  const words = new Uint32Array(memory.buffer)
  const addresses = new Int32Array(states.count)
  let at = lists
  for (let state = 0; state < states.count; state++) {
    const first = states.outputStarts[state]
    const last = states.outputStarts[state + 1]
    if (first === last) continue
    addresses[state] = at
    words[at / 4] = last - first
    at += 4
    for (let i = first; i < last; i++, at += 4) words[at / 4] = records + LITERAL_BYTES * states.outputs[i]
  }
  return addresses
}

/**
 * Rows of u32: the address of the outputs, then by class the offset of the next row, + 1 when that has outputs. A missing edge leads where
 * it leads from the state's suffix: so a row begins as a copy of that one's, which is whole, since the suffix is less deep.
 */
function writeTable(memory: Memory, states: States, lists: Int32Array): void {
  const { levels, parent, label, suffix } = states
  const columns = states.classes + 1
  const table = new Uint32Array(memory.buffer, TABLE, states.count * columns)
  for (let depth = 1; depth + 1 < levels.length; depth++) {
    for (let state = levels[depth]; state < levels[depth + 1]; state++)
      table[parent[state] * columns + 1 + label[state]] = 4 * columns * state + (lists[state] === 0 ? 0 : 1)
    for (let state = levels[depth]; state < levels[depth + 1]; state++) {
      const from = suffix[state] * columns
      table.copyWithin(state * columns, from, from + columns)
      table[state * columns] = lists[state]
    }
  }
  new Uint8Array(memory.buffer).set(
    states.classOf.map((c) => c + 1),
    COLUMNS
  )
}

interface Places {
  readonly records: number
  readonly strings: number
  readonly classTables: number
  readonly classes: Classes
}

function writeLiterals(memory: Memory, literals: readonly Spelled[], places: Places): void {
  const bytes = new Uint8Array(memory.buffer)
  const words = new Uint32Array(memory.buffer)
  for (const [i, members] of places.classes.contents.entries()) bytes.set(members, places.classTables + 256 * i)
  let text = places.strings
  literals.forEach((literal, i) => {
    const { guard, index } = literal
    const at = places.records + LITERAL_BYTES * i
    const length = Buffer.byteLength(literal.text)
    words[at / 4] = index
    bytes[at + 4] = length
    bytes[at + 5] = kindNumbers[guard.kind]
    if (guard.kind === 'assign') bytes[at + 6] = guard.whole ? 1 : 0
    if (guard.kind === 'run') {
      bytes[at + 6] = guard.min
      bytes[at + 7] = guard.exactCase ? 1 : 0
      words[at / 4 + 2] = placeOf(places, guard.after)
      words[at / 4 + 3] = guard.before === null ? 0 : placeOf(places, guard.before)
      words[at / 4 + 4] = text
    }
    text += length
  })
}

function placeOf({ classTables, classes }: Places, members: ByteClass): number {
  return classTables + 256 * (classes.numberOf.get(members) ?? 0)
}

const kindNumbers: Readonly<Record<SpelledGuard['kind'], number>> = {
  none: GUARD_NONE,
  run: GUARD_RUN,
  assign: GUARD_ASSIGN,
  userinfo: GUARD_USERINFO
}
