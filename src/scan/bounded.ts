import { type ByteClass, sameClass } from './char-class.ts'
import { minLengthOf, type PatternAst } from './pattern.ts'
import { type Sequence, type Step, sequencesOf } from './sequences.ts'

/**
 * A pattern as table-driven loops, which a short text costs a tenth of a call to RE2.
 *
 * It is anchored at `at` and gives the same answer there as RE2 with `^(?:pattern)` on `bytes[at..end)`; it never reads at or behind
 * `end`, allocates nothing, and looks at no byte again except where ways through the pattern part, so a call costs at most about the
 * pattern's longest match. At a run of which every byte begins a match that adds up: look at the byte before `at` first.
 */
export interface BoundedMatcher {
  /** Whether the pattern matches at `at`; then `groupStart` and `groupEnd` tell where group 1 stands, until the next call. */
  match(bytes: Uint8Array, at: number, end: number): boolean
  readonly groupStart: number
  readonly groupEnd: number
}

/** Null when the pattern needs RE2 (see sequencesOf). Case is folded in ASCII only. */
export function compileBounded(ast: PatternAst): BoundedMatcher | null {
  const sequences = sequencesOf(ast)
  if (sequences === null) return null
  const root = branchOf(sequences)
  const minLength = minLengthOf(ast)
  const matcher = {
    groupStart: -1,
    groupEnd: -1,
    match: (bytes: Uint8Array, at: number, end: number) =>
      end - at >= minLength && matchBranch(matcher, root, bytes, at, end)
  }
  return matcher
}

/** Steps that sequences have in common, and how they go on; it matches when there is no going on, or one of `next` matches. */
interface Branch {
  readonly ops: readonly Op[]
  readonly next: readonly Branch[]
}

/** One shape for all kinds, so that the loop below stays monomorphic. */
interface Op {
  readonly kind: number
  /** `literal`: its bytes. `run`: the class. */
  readonly table: Uint8Array
  readonly min: number
  readonly max: number
}

const literal = 0
const run = 1
const open = 2
const close = 3

function matchBranch(
  group: { groupStart: number; groupEnd: number },
  { ops, next }: Branch,
  bytes: Uint8Array,
  from: number,
  end: number
): boolean {
  let at = from
  for (let i = 0; i < ops.length; i++) {
    const { kind, table, min, max } = ops[i]
    if (kind === literal) {
      if (at + table.length > end) return false
      for (let j = 0; j < table.length; j++) if (bytes[at + j] !== table[j]) return false
      at += table.length
    } else if (kind === run) {
      const required = at + min
      if (required > end) return false
      while (at < required) if (table[bytes[at++]] === 0) return false
      const limit = Math.min(end, required + max - min)
      while (at < limit && table[bytes[at]] === 1) at++
    } else if (kind === open) group.groupStart = at
    else group.groupEnd = at
  }
  if (next.length === 0) return true
  for (let i = 0; i < next.length; i++) if (matchBranch(group, next[i], bytes, at, end)) return true
  return false
}

/** Sequences with the same first steps share them, as long as that keeps their order. */
function branchOf(sequences: readonly Sequence[]): Branch {
  const [first] = sequences
  let shared = 0
  while (
    shared < first.length &&
    sequences.every((steps) => shared < steps.length && sameStep(steps[shared], first[shared]))
  )
    shared++
  const rests = sequences.map((steps) => steps.slice(shared))
  return { ops: opsOf(first.slice(0, shared)), next: shared === first.length && allEmpty(rests) ? [] : nextOf(rests) }
}

function allEmpty(rests: readonly Sequence[]): boolean {
  return rests.every((steps) => steps.length === 0)
}

/** Neighbours that begin alike become one branch; an empty rest always matches, so nothing behind it is ever reached. */
function nextOf(rests: readonly Sequence[]): Branch[] {
  const families: Sequence[][] = []
  for (const steps of rests) {
    const family = families.at(-1)
    if (family !== undefined && steps.length > 0 && sameStep(family[0][0], steps[0])) family.push(steps)
    else families.push([steps])
    if (steps.length === 0) break
  }
  return families.map(branchOf)
}

function sameStep(a: Step, b: Step): boolean {
  if (a.kind === 'byte') return b.kind === 'byte' && a.byte === b.byte
  if (a.kind === 'run') return b.kind === 'run' && a.min === b.min && a.max === b.max && sameClass(a.set, b.set)
  return a.kind === b.kind
}

/** Bytes side by side become a literal, runs of fixed length one run. */
function opsOf(steps: Sequence): Op[] {
  const ops: Op[] = []
  for (const step of steps) {
    const last = ops.at(-1)
    const op = opOf(step)
    if (last?.kind === literal && op.kind === literal) ops[ops.length - 1] = literalOp([...last.table, ...op.table])
    else if (last?.kind === run && op.kind === run && isFixed(last) && isFixed(op) && sameClass(last.table, op.table)) {
      ops[ops.length - 1] = runOp(op.table, last.min + op.min, last.max + op.max)
    } else ops.push(op)
  }
  return ops
}

function isFixed({ min, max }: Op): boolean {
  return min === max
}

const noTable = new Uint8Array(0)

function opOf(step: Step): Op {
  switch (step.kind) {
    case 'byte':
      return literalOp([step.byte])
    case 'run':
      return runOp(step.set, step.min, step.max)
    case 'open':
      return { kind: open, table: noTable, min: 0, max: 0 }
    case 'close':
      return { kind: close, table: noTable, min: 0, max: 0 }
  }
}

function literalOp(bytes: readonly number[]): Op {
  return { kind: literal, table: Uint8Array.from(bytes), min: bytes.length, max: bytes.length }
}

function runOp(set: ByteClass, min: number, max: number): Op {
  return { kind: run, table: set, min, max }
}
