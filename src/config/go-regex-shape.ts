import { isWide } from '../scan/pattern/char-class.ts'
import type { GoNode } from './go-regex.ts'
import { innerOf } from './go-regex-dialect.ts'

/** The parts that follow each other, without the groups that only hold them together. */
export function flatten(node: GoNode): readonly GoNode[] {
  if (node.kind === 'concat') return node.nodes.flatMap(flatten)
  return node.kind === 'alternation' && node.nodes.length === 1 ? flatten(node.nodes[0]) : [node]
}

/** Numbers of the capture groups in a node, in order. */
export function groupsOf(node: GoNode): readonly number[] {
  const inner = innerOf(node).flatMap(groupsOf)
  return node.kind === 'group' ? [node.index, ...inner] : inner
}

/** Those that take part in every match, once. */
export function certainGroups(node: GoNode): readonly number[] {
  switch (node.kind) {
    case 'group':
      return [node.index, ...certainGroups(node.node)]
    case 'concat':
      return node.nodes.flatMap(certainGroups)
    case 'alternation':
      return node.nodes.length === 1 ? certainGroups(node.nodes[0]) : []
    case 'repeat':
      return node.min === 1 && node.max === 1 ? certainGroups(node.node) : []
    default:
      return []
  }
}

/** Characters of the longest match of parts that follow each other. */
export function longestOf(parts: readonly GoNode[]): number {
  return parts.reduce((sum, part) => sum + longest(part), 0)
}

function longest(node: GoNode): number {
  switch (node.kind) {
    case 'char':
    case 'class':
      return 1
    case 'assertion':
      return 0
    case 'repeat':
      return longest(node.node) === 0 ? 0 : longest(node.node) * node.max
    case 'alternation':
      return Math.max(...node.nodes.map(longest))
    default:
      return longestOf(innerOf(node))
  }
}

/** Only says where a secret begins or ends, without needing a character there: `\b`, `(?:['"\s;]|\\[nr]|$)`. An anchor alone says more. */
export function isBoundary(node: GoNode): boolean {
  if (node.kind === 'assertion') return node.assertion === '\\b' || node.assertion === ''
  return node.kind === 'alternation' && node.nodes.some(({ kind }) => kind === 'assertion') && isDelimiter(node)
}

/** What may stand behind a value: quotes, punctuation, white space, the end. */
export function isDelimiter(node: GoNode): boolean {
  return longest(node) <= 2 && delimits(node)
}

function delimits(node: GoNode): boolean {
  switch (node.kind) {
    case 'char':
      return !isAlnum(node.code)
    case 'class':
      return !hasAlnum(node.set) || isWide(node.set)
    case 'concat':
      return isEscapedBreak(node.nodes) || node.nodes.every(delimits)
    case 'assertion':
      return true
    default:
      return innerOf(node).every(delimits)
  }
}

/** `\\[nr]`: a line break as logs escape it. */
function isEscapedBreak([slash, letter, more]: readonly GoNode[]): boolean {
  return slash?.kind === 'char' && slash.code === 0x5c && longestOf([letter]) === 1 && more === undefined
}

/** Assigns: `=`, `:`, `[:=]`, or several ways to write it. */
export function isOperator(node: GoNode): boolean {
  switch (node.kind) {
    case 'char':
      return node.code === 0x3d || node.code === 0x3a
    case 'class':
      return (node.set[0x3d] === 1 || node.set[0x3a] === 1) && !hasAlnum(node.set) && !isWide(node.set)
    case 'alternation':
      return node.nodes.length > 1 && node.nodes.some(isOperator) && !node.nodes.some(namesSomething)
    case 'group':
      return isOperator(node.node)
    case 'repeat':
      return node.min > 0 && isOperator(node.node)
    default:
      return false
  }
}

function namesSomething(node: GoNode): boolean {
  if (node.kind === 'char') return isAlnum(node.code)
  return node.kind === 'class' ? hasAlnum(node.set) : innerOf(node).some(namesSomething)
}

/** May stand between an operator and a value: quotes, brackets, white space, more of the operator, a few characters of anything. */
export function isGap(node: GoNode): boolean {
  if (node.kind === 'char') return `'"\`=>:|\\([{ `.includes(String.fromCodePoint(node.code))
  if (node.kind === 'class') return isWide(node.set) || !hasAlnum(node.set)
  if (node.kind === 'repeat') return node.max <= 10 ? isGap(node.node) : isSpaceClass(node.node)
  return node.kind === 'assertion' || innerOf(node).every(isGap)
}

function isSpaceClass(node: GoNode): boolean {
  return node.kind === 'class' && node.set[0x20] === 1 && !hasAlnum(node.set) && !isWide(node.set)
}

/** May stand in a key's name or around it: no character that says where it is (`<`, `/`, `?`, ...). */
export function isNamePart(node: GoNode): boolean {
  if (node.kind === 'char')
    return isAlnum(node.code) || node.code > 0x7f || `_.-'"\`\\([ `.includes(String.fromCodePoint(node.code))
  return node.kind === 'class' || node.kind === 'assertion' || innerOf(node).every(isNamePart)
}

function isAlnum(code: number): boolean {
  return code < 0x80 && /[0-9A-Za-z]/.test(String.fromCharCode(code))
}

function hasAlnum(set: Uint8Array): boolean {
  for (let code = 0x30; code < 0x7b; code++) if (set[code] === 1 && isAlnum(code)) return true
  return false
}
