import { type ByteClass, classOf, foldOf, isWide } from './char-class.ts'
import type { PatternAst, PatternNode } from './pattern-ast.ts'

/** A state of the automaton that reads what a pattern matches, byte by byte. */
export interface State {
  /** Reached without reading. */
  readonly free: State[]
  readonly edges: { readonly set: ByteClass; readonly to: State }[]
}

export interface States {
  readonly start: State
  readonly accept: State
}

/**
 * The automaton takes all beginnings, up to `horizon` bytes, of all matches of the pattern; some more where a class
 * matches non-ASCII characters and where there are assertions, which it leaves out.
 */
export function statesOf(ast: PatternAst, horizon: number): States {
  const start = state()
  return { start, accept: build(ast.root, start, { fold: ast.caseInsensitive, horizon }) }
}

/** The states and all that they reach without reading. */
export function reach(states: Iterable<State>): Set<State> {
  const reached = new Set(states)
  for (const each of reached) for (const next of each.free) reached.add(next)
  return reached
}

/** Where the states get by reading `byte`. */
export function advance(states: ReadonlySet<State>, byte: number): Set<State> {
  const next: State[] = []
  for (const { edges } of states) for (const { set, to } of edges) if (set[byte] === 1) next.push(to)
  return reach(next)
}

interface Options {
  readonly fold: boolean
  readonly horizon: number
}

/** Adds the node behind `from`; returns the state at its end. */
function build(node: PatternNode, from: State, options: Options): State {
  switch (node.kind) {
    case 'literal':
      return node.bytes.reduce((at, byte) => addEdge(at, options.fold ? foldOf(classOf(byte)) : classOf(byte)), from)
    case 'class':
      return buildClass(node.set, from)
    case 'group':
      return build(node.node, from, options)
    case 'concat':
      return node.nodes.reduce((at, part) => build(part, at, options), from)
    case 'alternation': {
      const end = state()
      for (const part of node.nodes) build(part, from, options).free.push(end)
      return end
    }
    case 'repeat':
      return buildRepeat(node, from, options)
    case 'assertion':
      return from
  }
}

function buildClass(set: ByteClass, from: State): State {
  const read = addEdge(from, set)
  if (!isWide(set)) return read
  read.edges.push({ set: highBytes, to: read })
  const end = state()
  read.free.push(end)
  return end
}

const highBytes = new Uint8Array(256).fill(1, 0x80)

/** More copies than `horizon` cannot matter: each one that matters reads at least a byte. */
function buildRepeat(node: PatternNode & { kind: 'repeat' }, from: State, options: Options): State {
  const required = Math.min(node.min, options.horizon)
  let at = from
  for (let i = 0; i < required; i++) at = build(node.node, at, options)
  const end = state()
  const optional = Math.min(node.max - node.min, options.horizon)
  for (let i = 0; i < optional; i++) {
    const copy = state()
    at.free.push(copy, end)
    at = build(node.node, copy, options)
  }
  at.free.push(end)
  return end
}

function addEdge(from: State, set: ByteClass): State {
  const to = state()
  from.edges.push({ set, to })
  return to
}

function state(): State {
  return { free: [], edges: [] }
}
