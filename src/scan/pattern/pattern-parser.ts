import { type ByteClass, eitherCase, isAnyButNewline, isLetter, readClass, readEscape, sizeOf } from './char-class.ts'
import type { PatternAst, PatternNode } from './pattern-ast.ts'
import { PatternError } from './pattern-error.ts'

/**
 * Parses a detector pattern; throws PatternError for what the dialect leaves out.
 *
 *     pattern    = branch *("|" branch)
 *     branch     = *(assertion / atom [quantifier])
 *     atom       = character / escape / "." / "[" ["^"] members "]" / "(" pattern ")" / "(?:" pattern ")"
 *     quantifier = ("?" / "{n}" / "{n,m}" / "*" / "+" / "{n,}") ["?"]
 *     assertion  = "^" / "$" / "\b"
 *
 * The unbounded quantifiers are parsed, and named in `unbounded`, so that the loader can refuse them with their place.
 */
export function parsePattern(source: string, caseInsensitive: boolean): PatternAst {
  return parse({ source, caseInsensitive, flags: false, folded: false, at: 0, depth: 0, groups: 0, unbounded: null })
}

/** The same for a pattern of `allow`, which may begin with `(?i)` and hold groups `(?i:...)`. */
export function parseAllow(source: string): PatternAst {
  const caseInsensitive = source.startsWith('(?i)')
  const at = caseInsensitive ? 4 : 0
  return parse({ source, caseInsensitive, flags: true, folded: false, at, depth: 0, groups: 0, unbounded: null })
}

function parse(parser: Parser): PatternAst {
  const { source, caseInsensitive } = parser
  const root = parseAlternation(parser)
  if (parser.at < source.length) throw new PatternError(parser.at, 'this ) closes no group')
  return { source, caseInsensitive, root, groups: parser.groups, unbounded: parser.unbounded }
}

interface Parser {
  readonly source: string
  readonly caseInsensitive: boolean
  /** Whether `(?i:...)` is known. */
  readonly flags: boolean
  /** Inside one. */
  folded: boolean
  at: number
  depth: number
  groups: number
  unbounded: string | null
}

function parseAlternation(parser: Parser): PatternNode {
  const nodes = [parseBranch(parser)]
  while (parser.source[parser.at] === '|') {
    parser.at++
    nodes.push(parseBranch(parser))
  }
  return nodes.length === 1 ? nodes[0] : { kind: 'alternation', nodes }
}

function parseBranch(parser: Parser): PatternNode {
  const nodes: PatternNode[] = []
  for (;;) {
    const next = parser.source[parser.at]
    if (next === undefined || next === '|' || next === ')') return concatOf(nodes)
    const assertion = readAssertion(parser)
    if (assertion !== null) nodes.push(assertion)
    else nodes.push(parseQuantifier(parser, parseAtom(parser)))
  }
}

/** Adjacent literals become one, and so does what a `(?:...)` without alternatives wrapped. */
function concatOf(nodes: readonly PatternNode[]): PatternNode {
  const parts: PatternNode[] = []
  for (const node of nodes.flatMap((part) => (part.kind === 'concat' ? part.nodes : [part]))) {
    const last = parts.at(-1)
    if (node.kind === 'literal' && last?.kind === 'literal') {
      parts[parts.length - 1] = { kind: 'literal', bytes: [...last.bytes, ...node.bytes] }
    } else parts.push(node)
  }
  return parts.length === 1 ? parts[0] : { kind: 'concat', nodes: parts }
}

function readAssertion(parser: Parser): PatternNode | null {
  const { source, at } = parser
  const assertion = source.startsWith('\\b', at) ? '\\b' : source[at]
  if (assertion !== '^' && assertion !== '$' && assertion !== '\\b') return null
  parser.at += assertion.length
  return { kind: 'assertion', assertion }
}

function parseAtom(parser: Parser): PatternNode {
  const { source, at } = parser
  switch (source[at]) {
    case '(':
      return parseGroup(parser)
    case '[': {
      const { set, end } = readClass(source, at + 1, parser.caseInsensitive || parser.folded)
      parser.at = end
      return classNode(parser, set)
    }
    case '.':
      parser.at++
      return classNode(parser, isAnyButNewline)
    case '\\': {
      const escaped = readEscape(source, at)
      parser.at = escaped.end
      return escaped.set === null ? literalNode(parser, at, escaped.code) : classNode(parser, escaped.set)
    }
    case '?':
    case '*':
    case '+':
    case '{':
      throw new PatternError(at, `nothing to repeat; write \\${source[at]} for the character`)
    case '}':
    case ']':
      throw new PatternError(at, `${source[at]} must be escaped`)
  }
  const code = source.codePointAt(at) ?? 0
  parser.at += code > 0xffff ? 2 : 1
  return literalNode(parser, at, code)
}

function literalNode(parser: Parser, at: number, code: number): PatternNode {
  if (code < 0x80) {
    if (parser.folded && isLetter(code)) return { kind: 'class', set: eitherCase(code) }
    return { kind: 'literal', bytes: [parser.caseInsensitive && isLetter(code) ? code | 0x20 : code] }
  }
  if (code >= 0xd800 && code <= 0xdfff) throw new PatternError(at, 'half of a surrogate pair')
  if (parser.caseInsensitive) throw new PatternError(at, 'a pattern that ignores case holds only ASCII characters')
  return { kind: 'literal', bytes: [...new TextEncoder().encode(String.fromCodePoint(code))] }
}

/** A class of one is a literal: `[.]` is a way to escape. */
function classNode(parser: Parser, set: ByteClass): PatternNode {
  if (sizeOf(set) === 0) throw new PatternError(parser.at, 'the class before here matches nothing')
  if (sizeOf(set) === 1) return literalNode(parser, parser.at, set.indexOf(1))
  return { kind: 'class', set }
}

/** RE2 has the same limit. */
const deepest = 1000

function parseGroup(parser: Parser): PatternNode {
  const { source, at } = parser
  if (++parser.depth > deepest) throw new PatternError(at, `groups are nested over ${deepest} deep`)
  const capture = source[at + 1] !== '?'
  const folds = parser.flags && source.startsWith('(?i:', at)
  if (!capture && !folds && source[at + 2] !== ':') throw new PatternError(at, unsupportedGroup(source, at))
  parser.at += capture ? 1 : folds ? 4 : 3
  if (capture) parser.groups++
  const { folded } = parser
  parser.folded ||= folds
  const node = parseAlternation(parser)
  parser.folded = folded
  if (source[parser.at] !== ')') throw new PatternError(at, 'the group has no closing )')
  parser.at++
  parser.depth--
  return capture ? { kind: 'group', node } : node
}

function unsupportedGroup(source: string, at: number): string {
  if (/^\(\?<?[=!]/.test(source.slice(at, at + 4)))
    return 'look-around does not exist in RE2; boundaries test the neighbours'
  if (/^\(\?P?</.test(source.slice(at, at + 4))) return 'named groups are not supported; write (...)'
  if (/^\(\?-?[imsU]/.test(source.slice(at, at + 4))) return 'inline flags are not supported; use caseInsensitive: true'
  return 'this kind of group is not supported; write (...) or (?:...)'
}

/** RE2 has the same limit, also for the product of nested ones. */
const mostRepeats = 1000

function parseQuantifier(parser: Parser, node: PatternNode): PatternNode {
  const start = parser.at
  const count = readCount(parser)
  if (count === null) return node
  const lazy = parser.source[parser.at] === '?'
  if (lazy) parser.at++
  if (/[?*+{]/.test(parser.source[parser.at] ?? ''))
    throw new PatternError(parser.at, 'a quantifier cannot be repeated')
  const repeat: PatternNode = { kind: 'repeat', node, ...count, lazy }
  if (repeatsOf(repeat) > mostRepeats)
    throw new PatternError(start, `RE2 repeats at most ${mostRepeats} times, nested ones multiplied`)
  if (count.max === Infinity) {
    parser.unbounded ??= `position ${start}: ${parser.source.slice(start, parser.at)} has no upper bound; write {n,m}`
  }
  return repeat
}

function readCount(parser: Parser): { min: number; max: number } | null {
  const { source, at } = parser
  const sign = source[at]
  if (sign === '?' || sign === '*' || sign === '+') {
    parser.at++
    return { min: sign === '+' ? 1 : 0, max: sign === '?' ? 1 : Infinity }
  }
  if (sign !== '{') return null
  const [text, low, comma, high] = /^\{(\d{1,6})(,?)(\d{0,6})\}/.exec(source.slice(at, at + 20)) ?? []
  if (text === undefined || (comma === '' && high !== ''))
    throw new PatternError(at, '{ must be escaped unless it begins {n}, {n,m} or {n,}')
  parser.at += text.length
  const min = Number(low)
  const max = comma === '' ? min : high === '' ? Infinity : Number(high)
  if (max < min) throw new PatternError(at, 'the numbers are out of order')
  return { min, max }
}

/** How many copies RE2 makes of what is nested deepest. */
function repeatsOf(node: PatternNode): number {
  switch (node.kind) {
    case 'group':
      return repeatsOf(node.node)
    case 'repeat':
      return Math.max(1, node.max === Infinity ? node.min : node.max) * repeatsOf(node.node)
    case 'concat':
    case 'alternation':
      return Math.max(1, ...node.nodes.map(repeatsOf))
    default:
      return 1
  }
}
