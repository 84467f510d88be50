import { type ByteClass, classEscapes, classOf, complementOf, unionOf } from '../scan/pattern/char-class.ts'
import { controls, everything, posixClasses } from './go-regex-classes.ts'

/**
 * A regular expression in the syntax of Go's regexp (https://pkg.go.dev/regexp/syntax), with every flag resolved: what gitleaks rules
 * are written in, and more than the dialect of detectors takes.
 */
export type GoNode =
  /** `fold`: in either case. */
  | { readonly kind: 'char'; readonly code: number; readonly fold: boolean }
  /** One character; every byte from 0x80 on stands for all characters beyond ASCII. */
  | { readonly kind: 'class'; readonly set: ByteClass; readonly fold: boolean }
  /** `\B` is '': it is left out, which lets more match. */
  | { readonly kind: 'assertion'; readonly assertion: '^' | '$' | '\\b' | '' }
  /** Capture group, numbered from 1. */
  | { readonly kind: 'group'; readonly index: number; readonly node: GoNode }
  | { readonly kind: 'concat'; readonly nodes: readonly GoNode[] }
  | { readonly kind: 'alternation'; readonly nodes: readonly GoNode[] }
  | {
      readonly kind: 'repeat'
      readonly node: GoNode
      readonly min: number
      /** Infinity for `*`, `+` and `{n,}`. */
      readonly max: number
      readonly lazy: boolean
    }

/** What cannot be read. The message is for people, and says where. */
export class GoRegexError extends Error {}

interface Flags {
  readonly fold: boolean
  readonly dotAll: boolean
  readonly lazy: boolean
}

/** Throws GoRegexError. */
export function parseGoRegex(source: string): GoNode {
  let at = 0
  let groups = 0
  let flags: Flags = { fold: false, dotAll: false, lazy: false }
  const root = alternation()
  if (at < source.length) fail('this ) closes no group')
  return root

  function fail(message: string): never {
    throw new GoRegexError(`position ${at}: ${message}`)
  }

  /** Flags that are set inside a group end with it, and hold from one alternative to the next. */
  function alternation(): GoNode {
    const nodes = [branch()]
    while (source[at] === '|') {
      at++
      nodes.push(branch())
    }
    return nodes.length === 1 ? nodes[0] : { kind: 'alternation', nodes }
  }

  function branch(): GoNode {
    const nodes: GoNode[] = []
    while (at < source.length && source[at] !== '|' && source[at] !== ')') {
      const found = atom()
      if (found === null) continue
      // What stood in \Q...\E comes as one; a quantifier behind it means its last character.
      const parts = found.kind === 'concat' && found.nodes.length > 0 ? found.nodes : [found]
      nodes.push(...parts.slice(0, -1), quantified(parts[parts.length - 1]))
    }
    return nodes.length === 1 ? nodes[0] : { kind: 'concat', nodes }
  }

  /** Null for what only sets flags. */
  function atom(): GoNode | null {
    const char = source[at]
    if (char === '(') return group()
    if (char === '[') return { kind: 'class', set: bracketed(), fold: flags.fold }
    if (char === '\\') return escaped()
    if (char === '*' || char === '+' || char === '?') fail(`nothing to repeat before ${char}`)
    at++
    if (char === '^' || char === '$') return { kind: 'assertion', assertion: char }
    if (char === '.')
      return { kind: 'class', set: flags.dotAll ? everything : complementOf(classOf(0x0a)), fold: false }
    const code = source.codePointAt(at - 1) ?? 0
    if (code > 0xffff) at++
    return charNode(code)
  }

  function charNode(code: number): GoNode {
    return { kind: 'char', code, fold: flags.fold }
  }

  function quantified(node: GoNode): GoNode {
    const count = quantifier()
    if (count === null) return node
    let { lazy } = flags
    if (source[at] === '?') {
      at++
      lazy = !lazy
    }
    if ('*+?'.includes(source[at] ?? ' ')) fail('a quantifier behind a quantifier')
    return { kind: 'repeat', node, ...count, lazy }
  }

  /** A `{` that begins no count is a character. */
  function quantifier(): { min: number; max: number } | null {
    const sign = source[at]
    if (sign === '*' || sign === '+' || sign === '?') {
      at++
      return { min: sign === '+' ? 1 : 0, max: sign === '?' ? 1 : Number.POSITIVE_INFINITY }
    }
    const [text, low, comma, high] = /^\{(\d{1,4})(,?)(\d{0,4})\}/.exec(source.slice(at, at + 12)) ?? []
    if (text === undefined || (comma === '' && high !== '')) return null
    at += text.length
    const min = Number(low)
    const max = comma === '' ? min : high === '' ? Number.POSITIVE_INFINITY : Number(high)
    if (max < min) fail('the numbers are out of order')
    return { min, max }
  }

  function group(): GoNode | null {
    const [opening = '(', set = '', clear = '', end] =
      /^\((?:\?P?<\w+>|\?([imsU]*)(?:-([imsU]+))?([:)]))?/.exec(source.slice(at)) ?? []
    if (opening === '(' && source[at + 1] === '?') fail('look-around, and other groups that Go does not know')
    at += opening.length
    const outer = flags
    if (end !== undefined) flags = changed(flags, set, clear)
    if (end === ')') return null
    const index = end === undefined ? ++groups : 0
    const node = alternation()
    if (source[at] !== ')') fail('a group has no closing )')
    at++
    flags = outer
    return index > 0 ? { kind: 'group', index, node } : wrapped(node)
  }

  /** One thing to its quantifier. */
  function wrapped(node: GoNode): GoNode {
    return node.kind === 'concat' ? { kind: 'alternation', nodes: [node] } : node
  }

  function escaped(): GoNode {
    const letter = source[at + 1] ?? fail('a lone backslash')
    if (letter === 'Q') return quoted()
    at += 2
    if (letter === 'b') return { kind: 'assertion', assertion: '\\b' }
    if (letter === 'B') return { kind: 'assertion', assertion: '' }
    if (letter === 'A') return { kind: 'assertion', assertion: '^' }
    if (letter === 'z') return { kind: 'assertion', assertion: '$' }
    const set = classEscapes.get(letter)
    return set === undefined ? charNode(escapedCode(letter)) : { kind: 'class', set, fold: false }
  }

  /** `\Q...\E`; without `\E` it reaches the end. */
  function quoted(): GoNode {
    const end = source.indexOf('\\E', at)
    const text = source.slice(at + 2, end < 0 ? source.length : end)
    at = end < 0 ? source.length : end + 2
    return { kind: 'concat', nodes: [...text].map((char) => charNode(char.codePointAt(0) ?? 0)) }
  }

  /** The code behind a backslash; `at` stands behind the letter. */
  function escapedCode(letter: string): number {
    const control = controls.get(letter)
    if (control !== undefined) return control
    if (letter === 'x') return hexCode()
    if (/[0-7]/.test(letter)) return octalCode(letter)
    if (/[A-Za-z0-9]/.test(letter)) fail(`\\${letter} has no counterpart`)
    return letter.charCodeAt(0)
  }

  function hexCode(): number {
    const [text, short, long] = /^(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]{1,6})\})/.exec(source.slice(at)) ?? []
    if (text === undefined) fail('\\x needs two hexadecimal digits')
    at += text.length
    return Number.parseInt(short ?? long ?? '', 16)
  }

  function octalCode(first: string): number {
    const [more] = /^[0-7]{0,2}/.exec(source.slice(at)) ?? ['']
    at += more.length
    return Number.parseInt(first + more, 8)
  }

  function bracketed(): ByteClass {
    const negated = source[at + 1] === '^'
    at += negated ? 2 : 1
    const set = new Uint8Array(256)
    for (let first = true; first || source[at] !== ']'; first = false) {
      if (at >= source.length) fail('a class has no closing ]')
      addMember(set)
    }
    at++
    const folded = flags.fold ? unionOf(set, foldedLetters(set)) : set
    return negated ? complementOf(folded) : folded
  }

  function addMember(set: ByteClass): void {
    const posix = /^\[:(\^?)([a-z]+):\]/.exec(source.slice(at, at + 14))
    if (posix !== null) {
      const members = posixClasses.get(posix[2]) ?? fail(`there is no class ${posix[0]}`)
      at += posix[0].length
      add(set, posix[1] === '' ? members : complementOf(members))
      return
    }
    const named = source[at] === '\\' ? classEscapes.get(source[at + 1] ?? '') : undefined
    if (named !== undefined) {
      at += 2
      add(set, named)
      return
    }
    const low = memberCode()
    const isRange = source[at] === '-' && source[at + 1] !== ']' && at + 1 < source.length
    if (isRange) at++
    const high = isRange ? memberCode() : low
    if (high < low) fail('a range is out of order')
    for (let code = low; code <= Math.min(high, 0x7f); code++) set[code] = 1
    if (high > 0x7f) set.fill(1, 0x80)
  }

  function memberCode(): number {
    if (source[at] === '\\') {
      at += 2
      return escapedCode(source[at - 1] ?? fail('a lone backslash'))
    }
    const code = source.codePointAt(at) ?? fail('a class has no closing ]')
    at += code > 0xffff ? 2 : 1
    return code
  }
}

function changed(flags: Flags, set: string, clear: string): Flags {
  const has = (flag: string, before: boolean) => (set.includes(flag) || before) && !clear.includes(flag)
  return { fold: has('i', flags.fold), dotAll: has('s', flags.dotAll), lazy: has('U', flags.lazy) }
}

function add(set: ByteClass, members: ByteClass): void {
  for (let byte = 0; byte < 256; byte++) if (members[byte] === 1) set[byte] = 1
}

/** Of the letters in a class, those of the other case. */
function foldedLetters(set: ByteClass): ByteClass {
  const other = new Uint8Array(256)
  for (let upper = 0x41; upper <= 0x5a; upper++) {
    other[upper] = set[upper | 0x20]
    other[upper | 0x20] = set[upper]
  }
  return other
}
