import {
  type ByteClass,
  classOf,
  complementOf,
  eitherCase,
  isLetter,
  isWide,
  sameClass,
  unionOf
} from './char-class.ts'
import type { PatternAst, PatternNode } from './pattern.ts'

/**
 * A pattern as instructions. Each one names the next; `split` has a second one, which is tried when the first comes to nothing: tried in
 * that order, the first way that succeeds is the match that RE2 (leftmost-first) gives.
 */
export interface Program {
  readonly kind: Uint8Array
  /** `byte`: the byte. `one`, `wide`: index of the set. `split`: its number among the splits. `mark`: which one. */
  readonly arg: Int32Array
  readonly next: Int32Array
  /** `split` only. */
  readonly other: Int32Array
  readonly sets: readonly ByteClass[]
  readonly start: number
  readonly splits: number
}

/** The first three read a character. */
export const op = {
  byte: 0,
  /** An ASCII character. */
  one: 1,
  /** A character, which may be any beyond ASCII. */
  wide: 2,
  split: 3,
  /** Where group 1 begins (0) and ends (1). */
  mark: 4,
  begin: 5,
  end: 6,
  wordEdge: 7,
  match: 8
} as const

interface Writer {
  readonly kind: number[]
  readonly arg: number[]
  readonly next: number[]
  readonly other: number[]
  readonly sets: ByteClass[]
  readonly fold: boolean
  splits: number
}

/** Unbounded repeats are taken as well; of what may be empty, they may prefer another way than RE2. */
export function compileProgram(ast: PatternAst): Program {
  const writer: Writer = { kind: [], arg: [], next: [], other: [], sets: [], fold: ast.caseInsensitive, splits: 0 }
  const start = write(writer, ast.root, add(writer, op.match, 0, 0))
  const { kind, arg, next, other, sets, splits } = writer
  return {
    kind: Uint8Array.from(kind),
    arg: Int32Array.from(arg),
    next: Int32Array.from(next),
    other: Int32Array.from(other),
    sets,
    start,
    splits
  }
}

function add(writer: Writer, kind: number, arg: number, next: number): number {
  writer.arg.push(arg)
  writer.next.push(next)
  writer.other.push(0)
  return writer.kind.push(kind) - 1
}

/** Writes what goes on with `next`; returns where it begins. */
function write(writer: Writer, node: PatternNode, next: number): number {
  switch (node.kind) {
    case 'literal':
      return node.bytes.reduceRight((after, byte) => writeByte(writer, byte, after), next)
    case 'class':
      return writeSet(writer, node.set, next)
    case 'group':
      return add(writer, op.mark, 0, write(writer, node.node, add(writer, op.mark, 1, next)))
    case 'concat':
      return node.nodes.reduceRight((after, part) => write(writer, part, after), next)
    case 'alternation':
      return node.nodes
        .map((part) => write(writer, part, next))
        .reduceRight((rest, branch) => split(writer, branch, rest))
    case 'repeat':
      return writeRepeat(writer, node, next)
    case 'assertion':
      return add(writer, { '^': op.begin, $: op.end, '\\b': op.wordEdge }[node.assertion], 0, next)
  }
}

function writeByte(writer: Writer, byte: number, next: number): number {
  return writer.fold && isLetter(byte) ? writeSet(writer, eitherCase(byte), next) : add(writer, op.byte, byte, next)
}

function writeSet(writer: Writer, set: ByteClass, next: number): number {
  const known = writer.sets.findIndex((other) => sameClass(other, set))
  const index = known < 0 ? writer.sets.push(set) - 1 : known
  return add(writer, isWide(set) ? op.wide : op.one, index, next)
}

function split(writer: Writer, next: number, other: number): number {
  const at = add(writer, op.split, writer.splits++, next)
  writer.other[at] = other
  return at
}

function writeRepeat(writer: Writer, { node, min, max, lazy }: PatternNode & { kind: 'repeat' }, next: number): number {
  const optional = (body: number) => (lazy ? split(writer, next, body) : split(writer, body, next))
  let at = next
  let copies = min
  if (max === Number.POSITIVE_INFINITY) {
    const loop = optional(0)
    const body = write(writer, node, loop)
    if (lazy) writer.other[loop] = body
    else writer.next[loop] = body
    at = min === 0 ? loop : body
    copies = Math.max(0, min - 1)
  } else for (let i = min; i < max; i++) at = optional(write(writer, node, at))
  for (let i = 0; i < copies; i++) at = write(writer, node, at)
  return at
}

/** What a match can begin with: everything when it may be empty. */
export function firstBytes({ kind, arg, next, other, sets, start }: Program): ByteClass {
  let first = classOf()
  const reached = new Set([start])
  for (const pc of reached) {
    if (kind[pc] === op.match) return complementOf(classOf())
    if (kind[pc] === op.byte) first[arg[pc]] = 1
    else if (kind[pc] <= op.wide) first = unionOf(first, sets[arg[pc]])
    else {
      reached.add(next[pc])
      if (kind[pc] === op.split) reached.add(other[pc])
    }
  }
  return first
}
