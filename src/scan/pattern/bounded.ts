import { type ByteClass, sameClass } from './char-class.ts'
import { minLengthOf, type PatternAst } from './pattern.ts'
import { type Sequence, type Step, sequencesOf } from './sequences.ts'

/**
 * A pattern as table-driven loops: 20 to 30 ns for a text that it rejects and 50 to 90 for a token of 40 to 70 bytes, a
 * tenth of what a search (expression.ts) takes (warm, Node 24, shared vCPU).
 *
 * It is anchored at `at` and gives the same answer there as RE2 with `^(?:pattern)` on `bytes[at..end)`. It never reads
 * at or behind `end`, and allocates nothing.
 */
export interface BoundedMatcher {
  /**
   * Whether the pattern matches at `at`; then `groupStart` and `groupEnd` tell where group 1 stands, until the next
   * call.
   *
   * A call costs at most about the pattern's longest match. Without more, a text that begins a match every few bytes
   * within one long run (`-eyJ-eyJ-eyJ`) costs that each time. Calls with the same `epoch`, from left to right, look at
   * the bytes of a run only once. An epoch stands for one content of one `bytes`: the caller MUST use a new one for any
   * other, such as the next text decoded into the same buffer. 0: nothing is remembered.
   */
  match(bytes: Uint8Array, at: number, end: number, epoch?: number): boolean
  readonly groupStart: number
  readonly groupEnd: number
}

/** Null when the pattern needs a search (see sequencesOf). Case is folded in ASCII only. */
export function compileBounded(ast: PatternAst): BoundedMatcher | null {
  const sequences = sequencesOf(ast)
  if (sequences === null) return null
  const root = branchOf(sequences)
  const minLength = minLengthOf(ast)
  const matcher = {
    groupStart: -1,
    groupEnd: -1,
    match: (bytes: Uint8Array, at: number, end: number, epoch = 0) =>
      end - at >= minLength && matchBranch(matcher, root, bytes, at, end, epoch)
  }
  return matcher
}

/**
 * Steps that sequences have in common, and how they go on; it matches when there is no going on, or one of `next`
 * matches.
 */
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
  /** In `epoch`, all bytes of `[from, to)` are known to be in the class of this run; 0: none. */
  epoch: number
  from: number
  to: number
}

const literal = 0
const run = 1
const open = 2
const close = 3

/** Shorter runs are read anew: that costs less than to remember them. */
const shortestRemembered = 64

function matchBranch(
  group: { groupStart: number; groupEnd: number },
  { ops, next }: Branch,
  bytes: Uint8Array,
  from: number,
  end: number,
  epoch: number
): boolean {
  let at = from
  for (let i = 0; i < ops.length; i++) {
    const op = ops[i]
    if (op.kind === literal) at = literalEnd(op.table, bytes, at, end)
    else if (op.kind === run) {
      at =
        epoch === 0 || op.max < shortestRemembered
          ? runEnd(op, bytes, at, end)
          : rememberedEnd(op, bytes, at, end, epoch)
    } else if (op.kind === open) group.groupStart = at
    else group.groupEnd = at
    if (at < 0) return false
  }
  if (next.length === 0) return true
  for (let i = 0; i < next.length; i++) if (matchBranch(group, next[i], bytes, at, end, epoch)) return true
  return false
}

/** Offset behind the literal, or -1 when it does not stand at `at`. */
function literalEnd(text: Uint8Array, bytes: Uint8Array, at: number, end: number): number {
  if (at + text.length > end) return -1
  for (let j = 0; j < text.length; j++) if (bytes[at + j] !== text[j]) return -1
  return at + text.length
}

/** Offset behind the run that begins at `at`, or -1 when it is too short. */
function runEnd({ table, min, max }: Op, bytes: Uint8Array, at: number, end: number): number {
  const limit = Math.min(end, at + max)
  let next = at
  while (next < limit && table[bytes[next]] === 1) next++
  return next < at + min ? -1 : next
}

/** As runEnd, but without a second look at bytes that calls before have seen. */
function rememberedEnd(op: Op, bytes: Uint8Array, at: number, end: number, epoch: number): number {
  const { table, min, max } = op
  const known = op.epoch === epoch && op.from <= at && at <= op.to
  const limit = Math.min(end, at + max)
  let next = known ? Math.min(op.to, limit) : at
  while (next < limit && table[bytes[next]] === 1) next++
  if (!known) op.from = at
  op.to = known ? Math.max(op.to, next) : next
  op.epoch = epoch
  return next < at + min ? -1 : next
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

/**
 * Neighbours that begin alike become one branch; an empty rest always matches, so nothing behind it is ever reached.
 */
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

const nothingKnown = { epoch: 0, from: 0, to: 0 }
const noTable = new Uint8Array(0)

function opOf(step: Step): Op {
  switch (step.kind) {
    case 'byte':
      return literalOp([step.byte])
    case 'run':
      return runOp(step.set, step.min, step.max)
    case 'open':
      return { kind: open, table: noTable, min: 0, max: 0, ...nothingKnown }
    case 'close':
      return { kind: close, table: noTable, min: 0, max: 0, ...nothingKnown }
  }
}

function literalOp(bytes: readonly number[]): Op {
  return { kind: literal, table: Uint8Array.from(bytes), min: bytes.length, max: bytes.length, ...nothingKnown }
}

function runOp(set: ByteClass, min: number, max: number): Op {
  return { kind: run, table: set, min, max, ...nothingKnown }
}
