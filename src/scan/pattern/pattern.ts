import { type ByteClass, classOf, isWide, unionOf } from './char-class.ts'
import type { PatternAst, PatternNode } from './pattern-ast.ts'

export type { PatternAst, PatternNode } from './pattern-ast.ts'
export { PatternError } from './pattern-error.ts'
export { parseAllow, parsePattern } from './pattern-parser.ts'
export { bodyAfterPrefix, prefixesOf } from './pattern-prefix.ts'

/** Longest UTF-8 form of one character. */
const longestCharacter = 4

/** Bytes of the longest text that the pattern can match, Infinity when there is none. */
export function maxLengthOf(ast: PatternAst): number {
  return longest(ast.root)
}

function longest(node: PatternNode): number {
  switch (node.kind) {
    case 'literal':
      return node.bytes.length
    case 'class':
      return isWide(node.set) ? longestCharacter : 1
    case 'group':
      return longest(node.node)
    case 'concat':
      return node.nodes.reduce((sum, part) => sum + longest(part), 0)
    case 'alternation':
      return Math.max(...node.nodes.map(longest))
    case 'repeat':
      return longest(node.node) === 0 ? 0 : longest(node.node) * node.max
    case 'assertion':
      return 0
  }
}

/** Bytes of the shortest text that the pattern can match. */
export function minLengthOf(ast: PatternAst): number {
  return shortest(ast.root)
}

function shortest(node: PatternNode): number {
  switch (node.kind) {
    case 'literal':
      return node.bytes.length
    case 'class':
      return 1
    case 'group':
      return shortest(node.node)
    case 'concat':
      return node.nodes.reduce((sum, part) => sum + shortest(part), 0)
    case 'alternation':
      return Math.min(...node.nodes.map(shortest))
    case 'repeat':
      return shortest(node.node) * node.min
    case 'assertion':
      return 0
  }
}

/** The bytes that a match may hold. */
export function alphabetOf(node: PatternNode): Uint8Array {
  switch (node.kind) {
    case 'literal':
      return classOf(...node.bytes)
    case 'class':
      return node.set
    case 'group':
    case 'repeat':
      return alphabetOf(node.node)
    case 'concat':
    case 'alternation':
      return node.nodes.map(alphabetOf).reduce(unionOf, classOf())
    case 'assertion':
      return classOf()
  }
}

/** Number of capture groups; a detector has exactly one. */
export function groupCount(ast: PatternAst): number {
  return ast.groups
}

/**
 * The class of the last character of group 1, over all alternatives: what must not follow a token. Null when it can be
 * a literal, or when there is no group.
 */
export function groupLastClass(ast: PatternAst): ByteClass | null {
  const group = findGroup(ast.root)
  if (group === null) return null
  const { set, literal } = lastOf(group)
  return literal ? null : set
}

function findGroup(node: PatternNode): PatternNode | null {
  if (node.kind === 'group') return node.node
  if (node.kind === 'repeat') return findGroup(node.node)
  if (node.kind !== 'concat' && node.kind !== 'alternation') return null
  for (const part of node.nodes) {
    const found = findGroup(part)
    if (found !== null) return found
  }
  return null
}

/**
 * How the text of a node can end: in a character of `set`, in a literal, or (it may be empty) as the text before it.
 */
interface Last {
  readonly set: ByteClass | null
  readonly literal: boolean
  readonly empty: boolean
}

function lastOf(node: PatternNode): Last {
  switch (node.kind) {
    case 'literal':
      return { set: null, literal: true, empty: false }
    case 'class':
      return { set: node.set, literal: false, empty: false }
    case 'group':
      return lastOf(node.node)
    case 'concat':
      return node.nodes.reduceRight<Last>((last, part) => (last.empty ? eitherOf(last, lastOf(part)) : last), nothing)
    case 'alternation':
      return node.nodes.map(lastOf).reduce((a, b) => ({ ...eitherOf(a, b), empty: a.empty || b.empty }))
    case 'repeat':
      return node.max === 0 ? nothing : { ...lastOf(node.node), ...(node.min === 0 && { empty: true }) }
    case 'assertion':
      return nothing
  }
}

const nothing: Last = { set: null, literal: false, empty: true }

/** `empty` is that of `b`. */
function eitherOf(a: Last, b: Last): Last {
  const set = a.set === null || b.set === null ? (a.set ?? b.set) : unionOf(a.set, b.set)
  return { set, literal: a.literal || b.literal, empty: b.empty }
}
