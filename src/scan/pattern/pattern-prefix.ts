import { type ByteClass, sizeOf, unionOf } from './char-class.ts'
import type { PatternAst } from './pattern-ast.ts'
import { advance, reach, type State, type States, statesOf } from './pattern-states.ts'

/** Most literals that one pattern may add to the automaton. */
const mostPrefixes = 64
/** Longest literal of the automaton, in bytes. */
const longestPrefix = 64
/** A class of more members is not spelled out: `xox[bp]-` gives two prefixes, `v\d\.` one. */
const widestSpelled = 8
/** Bytes behind a prefix that the kernel's guard looks at. */
const mostBody = 32
/** A class of more members rules out too little to be worth a look. */
const widestBody = 128

/**
 * Literals of which one begins every match of the pattern, at the match's start: at most 64, of 1 to 64 bytes, none the
 * beginning of another, in lower case when the pattern ignores case. Null when there is no such set.
 */
export function prefixesOf(ast: PatternAst): readonly string[] | null {
  const { start, accept } = cachedStates(ast)
  let paths: Path[] = [{ bytes: [], kept: 0, states: reach([start]) }]
  for (let length = 0; length < longestPrefix; length++) {
    const longer = paths.flatMap((path) =>
      path.bytes.length < length ? [path] : (extend(path, accept, ast) ?? [path])
    )
    if (longer.length > mostPrefixes) break
    paths = longer
  }
  const prefixes = new Set(paths.map(({ bytes, kept }) => textOf(bytes.slice(0, kept))))
  if (prefixes.has('')) return null
  return [...prefixes].filter((prefix) => ![...prefixes].some((other) => other !== prefix && prefix.startsWith(other)))
}

/** A way into the pattern. */
interface Path {
  readonly bytes: readonly number[]
  /** How many of the bytes are worth keeping: up to the last that comes from a literal. */
  readonly kept: number
  readonly states: ReadonlySet<State>
}

/** The path's continuations by one byte; null when a match may end here or go on in too many ways. */
function extend(path: Path, accept: State, { caseInsensitive }: PatternAst): Path[] | null {
  if (path.states.has(accept)) return null
  const ways = new Map<number, boolean>()
  for (const { edges } of path.states) {
    for (const { set } of edges) {
      const members = membersOf(set, caseInsensitive)
      if (members.length > widestSpelled) return null
      for (const byte of members) ways.set(byte, ways.get(byte) === true || members.length === 1)
    }
  }
  const { length } = path.bytes
  return [...ways].map(([byte, literal]) => ({
    bytes: [...path.bytes, byte],
    kept: literal ? length + 1 : path.kept,
    states: advance(path.states, byte)
  }))
}

/** In a folded class the lower case stands for both. */
function membersOf(set: ByteClass, folded: boolean): number[] {
  const members: number[] = []
  set.forEach((member, byte) => {
    if (member === 1 && !(folded && byte >= 0x41 && byte <= 0x5a)) members.push(byte)
  })
  return members
}

/** Without a character that the bytes only begin. */
function textOf(bytes: readonly number[]): string {
  const text = new TextDecoder().decode(Uint8Array.from(bytes))
  return text.endsWith('\ufffd') ? text.slice(0, text.indexOf('\ufffd')) : text
}

/** What follows a prefix: the first `min` bytes behind it are all in `after`, in every match that begins with it. */
export interface Body {
  /** 0 to 32; 0 when nothing is certain. */
  readonly min: number
  readonly after: ByteClass
  /** The classes of the first two of them, or of as many as there are. */
  readonly next: readonly ByteClass[]
}

/**
 * The body behind `prefix`, which is any text that matches of the pattern can begin with; of another, nothing is
 * certain.
 */
export function bodyAfterPrefix(ast: PatternAst, prefix: string): Body {
  const { start, accept } = cachedStates(ast)
  const bytes = new TextEncoder().encode(ast.caseInsensitive ? prefix.toLowerCase() : prefix)
  let states = reach([start])
  for (const byte of bytes.subarray(0, longestPrefix)) states = advance(states, byte)
  let after: ByteClass = new Uint8Array(256)
  const first: ByteClass[] = []
  let min = 0
  while (bytes.length <= longestPrefix && min < mostBody && !states.has(accept)) {
    const [next, following] = readAny(states)
    const wider = unionOf(after, next)
    if (following.size === 0 || (min > 0 && sizeOf(wider) > widestBody && sizeOf(after) <= widestBody)) break
    after = wider
    states = following
    if (min++ < 2) first.push(next)
  }
  return { min, after, next: first }
}

/** The bytes that can be read next, and where they lead. */
function readAny(states: ReadonlySet<State>): [set: ByteClass, next: Set<State>] {
  let union: ByteClass = new Uint8Array(256)
  const next: State[] = []
  for (const { edges } of states) {
    for (const { set, to } of edges) {
      union = unionOf(union, set)
      next.push(to)
    }
  }
  return [union, reach(next)]
}

const known = new WeakMap<PatternAst, States>()

/** Building them is what costs; a pattern is asked for several prefixes and their bodies. */
function cachedStates(ast: PatternAst): States {
  let states = known.get(ast)
  if (states === undefined) {
    states = statesOf(ast, longestPrefix + mostBody)
    known.set(ast, states)
  }
  return states
}
