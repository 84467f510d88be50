import { areDisjoint, type ByteClass, classOf, eitherCase, isLetter, isWide, sameClass, unionOf } from './char-class.ts'
import type { PatternAst, PatternNode } from './pattern.ts'

/** One step through a match. Literals are single bytes here. */
export type Step =
  | { readonly kind: 'byte'; readonly byte: number }
  | { readonly kind: 'run'; readonly set: ByteClass; readonly min: number; readonly max: number }
  /** where group 1 begins and ends */
  | { readonly kind: 'open' }
  | { readonly kind: 'close' }

export type Sequence = readonly Step[]

/** Most sequences that one pattern is spelled out into. */
const mostSequences = 64
/** Most steps of all sequences together. */
const mostSteps = 16_384

/**
 * Spells a pattern out into sequences of steps, best first: taking the first sequence that matches, with every run as
 * long as it can be, gives the very match that RE2 (leftmost-first) gives at this place.
 *
 * Null when that does not hold, or cannot be had: with assertions, unbounded quantifiers, not exactly one group in
 * every way through the pattern, more than 64 ways, classes that match non-ASCII characters (RE2 counts characters
 * there, not bytes), and when a run of variable length could also give bytes back to what follows it.
 *
 * Why it holds: RE2 prefers ways in the order in which a backtracking search would find them, earlier choices counting
 * more. All choices but the lengths of runs are spelled out in that order. The length of a run is no choice: what
 * follows it in a match begins with a byte outside its class, so it must take all there is; when nothing follows, it
 * prefers to.
 */
export function sequencesOf(ast: PatternAst): readonly Sequence[] | null {
  if (ast.groups !== 1 || ast.unbounded !== null) return null
  const sequences = expand(ast.root, ast.caseInsensitive)
  if (sequences === null || !sequences.every((steps) => hasOneGroup(steps) && isDeterministic(steps))) return null
  return sequences
}

function expand(node: PatternNode, fold: boolean): Sequence[] | null {
  switch (node.kind) {
    case 'literal':
      return [node.bytes.map((byte) => byteStep(byte, fold))]
    case 'class':
      return isWide(node.set) ? null : [[{ kind: 'run', set: node.set, min: 1, max: 1 }]]
    case 'group': {
      const inner = expand(node.node, fold)
      return inner === null ? null : inner.map((steps) => [{ kind: 'open' }, ...steps, { kind: 'close' }])
    }
    case 'concat':
      return joinRuns(node.nodes).reduce<Sequence[] | null>((all, part) => cross(all, expand(part, fold)), [[]])
    case 'alternation':
      return node.nodes.reduce<Sequence[] | null>((all, part) => either(all, expand(part, fold)), [])
    case 'repeat':
      return expandRepeat(node, fold)
    case 'assertion':
      return null
  }
}

function byteStep(byte: number, fold: boolean): Step {
  return fold && isLetter(byte) ? { kind: 'run', set: eitherCase(byte), min: 1, max: 1 } : { kind: 'byte', byte }
}

/**
 * A greedy repeat of one byte is a run; of anything else, or a lazy one, every number of copies is a way of its own.
 */
function expandRepeat({ node, min, max, lazy }: PatternNode & { kind: 'repeat' }, fold: boolean): Sequence[] | null {
  const once = expand(node, fold)
  if (once === null) return null
  const set = lazy ? null : singleByte(once)
  if (set !== null) return [max === 0 ? [] : [{ kind: 'run', set, min, max }]]
  let more: Sequence[] | null = [[]]
  for (let i = min; i < max && more !== null; i++) {
    more = lazy ? either([[]], cross(once, more)) : either(cross(once, more), [[]])
  }
  for (let i = 0; i < min && more !== null; i++) more = cross(once, more)
  return more
}

/** The class of what always is one byte and nothing else. */
function singleByte(sequences: readonly Sequence[]): ByteClass | null {
  if (sequences.length !== 1 || sequences[0].length !== 1) return null
  const [step] = sequences[0]
  if (step.kind === 'byte') return classOf(step.byte)
  return step.kind === 'run' && step.min === 1 && step.max === 1 ? step.set : null
}

/** Every way through `first`, each with every way through `second`. */
function cross(first: Sequence[] | null, second: Sequence[] | null): Sequence[] | null {
  if (first === null || second === null || first.length * second.length > mostSequences) return null
  return withinLimits(first.flatMap((head) => second.map((tail) => [...head, ...tail])))
}

function either(first: Sequence[] | null, second: Sequence[] | null): Sequence[] | null {
  return first === null || second === null ? null : withinLimits([...first, ...second])
}

function withinLimits(sequences: Sequence[]): Sequence[] | null {
  const steps = sequences.reduce((sum, sequence) => sum + sequence.length, 0)
  return sequences.length > mostSequences || steps > mostSteps ? null : sequences
}

/**
 * Greedy repeats of one class that stand side by side are one: `[a-z]{2,5}[a-z]{3}` is `[a-z]{5,8}`. Only here, where
 * they do so in every way through the pattern: in `[a-z]{1,3}(?:[a-z]|-)` the choice behind the run would come before
 * its length.
 */
function joinRuns(nodes: readonly PatternNode[]): readonly PatternNode[] {
  const joined: PatternNode[] = []
  for (const node of nodes) {
    const last = joined.at(-1)
    const [a, b] = [last === undefined ? null : classRepeat(last), classRepeat(node)]
    if (a === null || b === null || !sameClass(a.set, b.set)) joined.push(node)
    else {
      const inner: PatternNode = { kind: 'class', set: a.set }
      joined[joined.length - 1] = { kind: 'repeat', node: inner, min: a.min + b.min, max: a.max + b.max, lazy: false }
    }
  }
  return joined
}

function classRepeat(node: PatternNode): { set: ByteClass; min: number; max: number } | null {
  if (node.kind === 'class') return { set: node.set, min: 1, max: 1 }
  if (node.kind !== 'repeat' || node.node.kind !== 'class' || node.lazy) return null
  return { set: node.node.set, min: node.min, max: node.max }
}

function hasOneGroup(steps: Sequence): boolean {
  return steps.filter(({ kind }) => kind === 'open').length === 1
}

function isDeterministic(steps: Sequence): boolean {
  // Backwards, so that the bytes that can follow a step are known when it is met.
  let following: ByteClass | number = nothing
  for (let i = steps.length - 1; i >= 0; i--) {
    const step = steps[i]
    if (step.kind === 'byte') following = step.byte
    if (step.kind !== 'run' || step.max === 0) continue
    if (step.min < step.max && meets(step.set, following)) return false
    following =
      step.min > 0 ? step.set : unionOf(typeof following === 'number' ? classOf(following) : following, step.set)
  }
  return true
}

const nothing = classOf()

function meets(set: ByteClass, following: ByteClass | number): boolean {
  return typeof following === 'number' ? set[following] === 1 : !areDisjoint(set, following)
}
