import { type ByteClass, foldOf, isDigit, isWide, isWord, sameClass } from '../scan/pattern/char-class.ts'
import type { GoNode } from './go-regex.ts'

/** Written into the dialect of detectors, in which every repeat is bounded and only what is redacted is a group. */
export interface Dialect {
  readonly pattern: string
  readonly caseInsensitive: boolean
}

/** Whether letters mean the same in every part, `exact` or `folded`, or `mixed`; classes can say both cases themselves. */
export type Casing = 'exact' | 'folded' | 'mixed'

export function casingOf(node: GoNode): Casing {
  const seen = { foldedLetter: false, exact: false }
  walk(node, (part) => {
    if (part.kind === 'char' && isLetter(part.code)) {
      if (part.fold) seen.foldedLetter = true
      else seen.exact = true
    }
    if (part.kind === 'class' && !sameClass(part.set, foldOf(part.set))) seen.exact = true
  })
  if (!seen.foldedLetter) return 'exact'
  return seen.exact ? 'mixed' : 'folded'
}

/** The capture group numbered `secret` stays one, 0 means all of it. Every repeat must be bounded (see go-regex-bounds.ts). */
export function writeDialect(node: GoNode, secret: number, caseInsensitive: boolean): Dialect {
  const text = write(node, { secret, caseInsensitive }, 'alternation')
  return { pattern: secret === 0 ? `(${text})` : text, caseInsensitive }
}

/** The same for an allow pattern, whose repeats need not be bounded. */
export function writeAllow(node: GoNode): string {
  return write(node, { secret: Number.NaN, caseInsensitive: false }, 'alternation')
}

interface Style {
  readonly secret: number
  readonly caseInsensitive: boolean
}

/** What a node stands in: one alternative of several may be a concatenation without a group around it, a part of that may not. */
type Place = 'alternation' | 'concat' | 'atom'

function write(node: GoNode, style: Style, place: Place): string {
  switch (node.kind) {
    case 'char':
      return writeChar(node, style)
    case 'class':
      return writeSet(node.set)
    case 'assertion':
      return node.assertion
    case 'group':
      return node.index === style.secret
        ? `(${write(node.node, style, 'alternation')})`
        : write(node.node, style, place)
    case 'concat': {
      const text = node.nodes.map((inner) => write(inner, style, 'concat')).join('')
      return place === 'atom' ? `(?:${text})` : text
    }
    case 'alternation': {
      if (node.nodes.length === 1) return write(node.nodes[0], style, place)
      const text = node.nodes.map((inner) => write(inner, style, 'alternation')).join('|')
      return place === 'alternation' ? text : `(?:${text})`
    }
    case 'repeat':
      return writeRepeat(node, write(node.node, style, 'atom'), place)
  }
}

function writeRepeat({ min, max, lazy }: GoNode & { kind: 'repeat' }, atom: string, place: Place): string {
  if (atom === '') return ''
  const most = max === Number.POSITIVE_INFINITY ? '' : max
  const count = min === 0 && max === 1 ? '?' : min === max ? `{${min}}` : `{${min},${most}}`
  const text = `${atom}${count}${lazy && min !== max ? '?' : ''}`
  return place === 'atom' ? `(?:${text})` : text
}

function writeChar({ code, fold }: GoNode & { kind: 'char' }, { caseInsensitive }: Style): string {
  const char = String.fromCodePoint(code)
  if (fold && !caseInsensitive && isLetter(code)) return `[${char.toLowerCase()}${char.toUpperCase()}]`
  if (code < 0x20 || code === 0x7f) return `\\x${code.toString(16).padStart(2, '0')}`
  return /[\\^$.|?*+()[\]{}]/.test(char) ? `\\${char}` : char
}

/** A class that also matches beyond ASCII is written by what it leaves out. */
function writeSet(set: ByteClass): string {
  if (sameClass(set, isDigit)) return '\\d'
  if (sameClass(set, isWord)) return '\\w'
  const text = writeMembers(isWide(set) ? set.map((member) => 1 - member) : set)
  if (isWide(set)) return text === '' ? '[\\s\\S]' : `[^${text}]`
  return `[${text}]`
}

function writeMembers(set: ByteClass): string {
  let text = ''
  for (let low = 0; low < 0x80; low++) {
    if (set[low] === 0) continue
    let high = low
    while (high < 0x7f && set[high + 1] === 1) high++
    text += high - low < 2 ? writeMember(low) : `${writeMember(low)}-${writeMember(high)}`
    if (high - low >= 2) low = high
  }
  return text
}

function writeMember(code: number): string {
  if (code <= 0x20 || code === 0x7f) return code === 0x20 ? ' ' : `\\x${code.toString(16).padStart(2, '0')}`
  const char = String.fromCharCode(code)
  return '\\[]^-'.includes(char) ? `\\${char}` : char
}

function isLetter(code: number): boolean {
  return (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a && code < 0x80
}

export function walk(node: GoNode, visit: (node: GoNode) => void): void {
  visit(node)
  for (const inner of innerOf(node)) walk(inner, visit)
}

export function innerOf(node: GoNode): readonly GoNode[] {
  if (node.kind === 'group' || node.kind === 'repeat') return [node.node]
  return node.kind === 'concat' || node.kind === 'alternation' ? node.nodes : []
}
