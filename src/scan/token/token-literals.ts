import type { Detector, TokenLiteral } from '../../model.ts'
import { isJoint } from '../kernel/guard.ts'
import { isWide } from '../pattern/char-class.ts'
import { alphabetOf, bodyAfterPrefix, type PatternAst, parsePattern, prefixesOf } from '../pattern/pattern.ts'
import { tailOf } from './joints.ts'

/** Shortest prefix that may be a literal of its own; below that the detector's keywords are used. */
const minPrefix = 3
/** A shorter one may, too, when so many bytes behind it are certain that the guard leaves hardly any. */
const minBody = 16
/** Ordinary words hold it (`pat` of `path`, `AC` of `access`): the compiler spells out what stands behind. */
const isWordPart = /^(?:[A-Za-z]{2}|[a-z]{3})$/
/** More ways to begin than this are one keyword with variable space behind it, or the like. */
const mostPrefixes = 16

/**
 * The literals that lead to a token detector (`context: anywhere`): the prefixes with which every match begins, and what must follow
 * them, or else the keywords, which stand somewhere in the match. The build computes them for the bundled detectors, since taking
 * patterns apart would be half of the start-up.
 */
export function tokenLiteralsOf(detector: Detector): readonly TokenLiteral[] {
  const ast = parsePattern(detector.pattern, detector.caseInsensitive)
  const prefixes = rarePrefixesOf(ast)
  if (prefixes === null) {
    const escaped = (text: string) => text !== userinfo && hasReserved(alphabetOf(ast.root))
    const tail = detector.keywords.every(isJoint) ? tailOf(ast) : null
    const { min, after } = tail === null ? { min: 0, after: '' } : { min: tail.min, after: toHex(tail.set) }
    return detector.keywords.map((text) => ({ text, leads: false, min, after, escaped: escaped(text) }))
  }
  return prefixes.map((text) => {
    const { min, after, next } = bodyAfterPrefix(ast, text)
    const guard = hasReserved(after) ? withPercent(after) : after
    const literal = { text, leads: true, min, after: toHex(guard), escaped: hasReserved(alphabetOf(ast.root)) }
    return isWordPart.test(text) && !next.some((set) => hasReserved(set) || isWide(set))
      ? { ...literal, next: next.map(toHex) }
      : literal
  })
}

/** Whether characters are in it that a URL writes as %XX: then an escape may stand where the token is looked for. */
function hasReserved(set: Uint8Array): boolean {
  return [...'+/=$:@,;!*()'].some((character) => set[character.charCodeAt(0)] === 1)
}

function withPercent(after: Uint8Array): Uint8Array {
  const set = after.slice()
  for (const character of '%0123456789ABCDEFabcdef') set[character.charCodeAt(0)] = 1
  return set
}

/** With which every match begins, each rare enough to be a literal; null when there are no such. */
export function rarePrefixesOf(ast: PatternAst): readonly string[] | null {
  const prefixes = prefixesOf(ast)
  if (prefixes === null || prefixes.length > mostPrefixes) return null
  return prefixes.every((prefix) => isRare(prefix, bodyAfterPrefix(ast, prefix).min)) ? prefixes : null
}

function isRare(prefix: string, min: number): boolean {
  return prefix !== userinfo && (prefix.length >= minPrefix || (prefix.length > 1 && min >= minBody))
}

/** As a prefix it would lead to every URL: its own guard, which asks for an `@`, rules out nearly all. */
export const userinfo = '://'

/** A byte class as 64 hexadecimal digits, byte 0 in the lowest bit of the first one. */
export function toHex(set: Uint8Array): string {
  let text = ''
  for (let byte = 0; byte < 256; byte += 4) {
    text += (set[byte] | (set[byte + 1] << 1) | (set[byte + 2] << 2) | (set[byte + 3] << 3)).toString(16)
  }
  return text
}

/** The class that `toHex` wrote; shared between literals, as equal ones are. */
export function fromHex(text: string): Uint8Array {
  let set = classes.get(text)
  if (set === undefined) {
    set = new Uint8Array(256)
    for (let byte = 0; byte < 256; byte++) set[byte] = (Number.parseInt(text[byte >> 2] ?? '0', 16) >> (byte & 3)) & 1
    classes.set(text, set)
  }
  return set
}

/** Few: detectors share their alphabets. */
const classes = new Map<string, Uint8Array>()
