import {
  bodyAfterPrefix,
  maxLengthOf,
  type PatternAst,
  PatternError,
  parsePattern,
  prefixesOf
} from '../scan/pattern/pattern.ts'
import { type GoNode, GoRegexError, parseGoRegex } from './go-regex.ts'
import { boundRepeats } from './go-regex-bounds.ts'
import { casingOf, type Dialect, writeDialect } from './go-regex-dialect.ts'
import {
  certainGroups,
  flatten,
  groupsOf,
  isBoundary,
  isDelimiter,
  isGap,
  isNamePart,
  isOperator
} from './go-regex-shape.ts'
import { requiredLiterals } from './required-literals.ts'

/** What a detector takes from a rule's regex. */
export interface TranslatedRegex extends Dialect {
  readonly context: 'anywhere' | 'assigned' | 'near'
  readonly keywords: readonly string[]
  /** As in a detector file: what is not there has its default. */
  readonly boundaries: { readonly left?: string; readonly right?: string }
  /** Whether what is redacted is all that the regex matches. */
  readonly wholeMatch: boolean
  /** What is not as in the rule. */
  readonly changes: readonly string[]
}

/** Longest match of a detector, in bytes. */
const longestMatch = 65_536
/** Key names are cheap: they are looked up, not searched. */
const mostKeyNames = 128
/** Shortest literal that may lead to a match. */
const shortestLiteral = 3
/** A prefix of two bytes will do where so many of the next are certain. */
const certainBody = 16
/** More of them are no longer looked for as prefixes, see scan/token/token-literals.ts. */
const mostPrefixes = 16

/**
 * A gitleaks rule's regex as one detector, or as several when it is an alternation of regexes with a group each. Where the regex spells
 * out `name operator value`, as most do, the detector looks for the value of a key instead, so that it also finds it in JSON. `secretGroup`
 * and `keywords` are the rule's. Throws GoRegexError where there is no such detector.
 */
export function translateRegex(
  regex: string,
  secretGroup: number,
  keywords: readonly string[]
): readonly TranslatedRegex[] {
  const parts = flatten(boundRepeats(parseGoRegex(regex)))
  const groups = parts.flatMap(groupsOf)
  if (secretGroup > 0 && !groups.includes(secretGroup))
    throw new GoRegexError(`secretGroup is ${secretGroup}, but the regex has ${groups.length} groups`)
  return alternativesOf(parts, secretGroup).map((alternative) => {
    const keyed = translateKeyed(alternative, secretGroup)
    return keyed ?? translateToken(alternative, secretGroup, keywords)
  })
}

/** Alternatives that have their own secrets go their own ways. */
function alternativesOf(parts: readonly GoNode[], secretGroup: number): (readonly GoNode[])[] {
  const [only] = parts
  if (parts.length !== 1 || only.kind !== 'alternation' || secretGroup > 0) return [parts]
  return only.nodes.filter((node) => groupsOf(node).length > 0).length > 1 ? only.nodes.map(flatten) : [parts]
}

/** `name gap operator gap (value) end` → the value of a key with that name; null when the regex is no such thing. */
function translateKeyed(parts: readonly GoNode[], secretGroup: number): TranslatedRegex | null {
  const operator = parts.findIndex((part, i) => i > 0 && isOperator(part))
  const value = parts.findIndex(
    (part, i) => i > operator && part.kind === 'group' && (secretGroup === 0 || part.index === secretGroup)
  )
  if (operator < 0 || value < 0) return null
  const name = parts.slice(0, operator)
  if (!name.every(isNamePart) || !parts.slice(operator + 1, value).every(isGap)) return null
  if (!parts.slice(value + 1).every(isDelimiter)) return null
  const keywords = keyNames(name)
  const group = parts[value]
  if (keywords === null || group.kind !== 'group') return null
  const first = parts.flatMap(groupsOf)[0]
  const { dialect, changes } = writeCased([group], group.index)
  return {
    ...dialect,
    context: 'assigned',
    keywords,
    boundaries: {},
    wholeMatch: false,
    changes:
      secretGroup === 0 && first !== group.index
        ? [...changes, `group ${group.index}, the value, is redacted instead of the first`]
        : changes
  }
}

function keyNames(name: readonly GoNode[]): readonly string[] | null {
  const ast = parseDialect(writeDialect({ kind: 'concat', nodes: name }, 0, true))
  const found = requiredLiterals(ast, { most: mostKeyNames, shortest: shortestLiteral }) ?? []
  const names = [...new Set(found.map((text) => text.replace(/^[^\w]+|[^\w]+$/g, '')))]
  return names.length > 0 && names.every((text) => text.length >= shortestLiteral && /^[\w.-]+$/.test(text))
    ? names
    : null
}

function translateToken(parts: readonly GoNode[], secretGroup: number, keywords: readonly string[]): TranslatedRegex {
  const { secret, changes } = secretOf(parts, secretGroup)
  const { core, boundaries } = withoutBoundaries(parts, secret)
  const written = writeCased(core, secret)
  const ast = parseDialect(written.dialect)
  const longest = maxLengthOf(ast)
  if (longest > longestMatch) throw new GoRegexError(`matches up to ${longest} bytes: ${longestMatch} are the limit`)
  const shared = { ...written.dialect, boundaries, wholeMatch: secret === 0 }
  const literals = requiredLiterals(ast, { shortest: shortestLiteral }) ?? rarePrefixes(ast)
  if (literals !== null)
    return { ...shared, context: 'anywhere', keywords: literals, changes: [...changes, ...written.changes] }
  const near = keywords.filter((keyword) => Buffer.byteLength(keyword) >= shortestLiteral)
  if (near.length === 0)
    throw new GoRegexError(
      'nothing leads to a match: the regex holds no literal of 3 bytes, and there is no keyword of 3'
    )
  const behind = 'is looked for within 40 bytes behind a keyword only: the regex itself holds no literal of 3 bytes'
  return { ...shared, context: 'near', keywords: near, changes: [...changes, ...written.changes, behind] }
}

/** `SK` and 32 digits behind it. */
function rarePrefixes(ast: PatternAst): readonly string[] | null {
  const prefixes = prefixesOf(ast)
  if (prefixes === null || prefixes.length > mostPrefixes) return null
  return prefixes.every((text) => text.length > 1 && bodyAfterPrefix(ast, text).min >= certainBody) ? prefixes : null
}

/** The group that is redacted, 0 for the whole match: gitleaks takes the first one, which must be there in every match. */
function secretOf(parts: readonly GoNode[], secretGroup: number): { secret: number; changes: string[] } {
  const certain = parts.flatMap(certainGroups)
  if (secretGroup === 0 && certain.length > 0) return { secret: certain[0], changes: [] }
  if (certain.includes(secretGroup)) return { secret: secretGroup, changes: [] }
  const groups = parts.flatMap(groupsOf).length
  if (groups === 0) return { secret: 0, changes: [] }
  const which = secretGroup > 0 ? `group ${secretGroup} is not` : 'no group is'
  return { secret: 0, changes: [`all of the match is redacted: ${which} in every match exactly once`] }
}

/** What only delimits the secret is what boundaries are for: they know more of what stands around secrets in logs. */
function withoutBoundaries(
  parts: readonly GoNode[],
  secret: number
): { core: readonly GoNode[]; boundaries: TranslatedRegex['boundaries'] } {
  const group = parts.findIndex((part) => part.kind === 'group' && part.index === secret)
  const first = group < 0 ? parts.findIndex((part) => !isBoundary(part)) : group
  const last = group < 0 ? parts.findLastIndex((part) => !isBoundary(part)) : group
  const head = parts.slice(0, first)
  const tail = parts.slice(last + 1)
  const from = head.length > 0 && head.every(isBoundary) ? first : 0
  const to = tail.length > 0 && tail.every(isBoundary) ? last + 1 : parts.length
  const word = head.some((part) => part.kind === 'assertion' && part.assertion === '\\b')
  return {
    core: parts.slice(from, to),
    boundaries: {
      ...(from === 0 ? { left: '' } : word ? { left: '\\w' } : {}),
      ...(to === parts.length ? { right: '' } : {})
    }
  }
}

/** Letters of which some are folded and some are not cannot be told apart in the dialect, unless those that are folded need no literal. */
function writeCased(parts: readonly GoNode[], secret: number): { dialect: Dialect; changes: string[] } {
  const node: GoNode = { kind: 'concat', nodes: parts }
  const casing = casingOf(node)
  if (casing !== 'mixed') return { dialect: writeDialect(node, secret, casing === 'folded'), changes: [] }
  const exact = writeDialect(node, secret, false)
  if (requiredLiterals(withoutCasePairs(parseDialect(exact))) !== null) return { dialect: exact, changes: [] }
  return { dialect: writeDialect(node, secret, true), changes: ['letter case does not matter anywhere in it'] }
}

/** `[aA]` in an exact pattern would be spelled out as two literals each: a word of them as thousands. */
function withoutCasePairs(ast: PatternAst): PatternAst {
  type Node = PatternAst['root']
  const blur = (node: Node): Node => {
    if (node.kind === 'class') return isCasePair(node.set) ? { ...node, set: new Uint8Array(256).fill(1) } : node
    if (node.kind === 'group' || node.kind === 'repeat') return { ...node, node: blur(node.node) }
    return node.kind === 'concat' || node.kind === 'alternation' ? { ...node, nodes: node.nodes.map(blur) } : node
  }
  return { ...ast, root: blur(ast.root) }
}

function isCasePair(set: Uint8Array): boolean {
  const first = set.indexOf(1)
  return first >= 0x41 && first <= 0x5a && set.lastIndexOf(1) === (first | 0x20)
}

function parseDialect({ pattern, caseInsensitive }: Dialect): PatternAst {
  try {
    return parsePattern(pattern, caseInsensitive)
  } catch (error) {
    if (error instanceof PatternError) throw new GoRegexError(`has no counterpart: ${error.reason}`)
    throw error
  }
}
