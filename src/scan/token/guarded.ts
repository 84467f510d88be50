import type { Detector, TokenLiteral } from '../../model.ts'
import { type Guard, isJoint, type Literal } from '../kernel/guard.ts'
import { WIDE_TAIL } from '../kernel/layout.ts'
import { parseClass } from '../pattern/char-class.ts'
import { fromHex, userinfo } from './token-literals.ts'
import { groupComesFirst } from './windows.ts'

const anyByte = new Uint8Array(256).fill(1)

/** Two bytes spelled out behind a prefix of so many letters are at most so many literals. */
const mostSpelled: Readonly<Record<number, number>> = { 2: 256, 3: 1400 }

/**
 * A literal of a token detector as the automaton takes it, with what the kernel shall see around it. Of a prefix that ordinary words hold, two
 * of the bytes behind it are spelled out: at every occurrence the kernel leaves its fast loop, and most do not go on like that.
 */
export function guardedLiterals(detector: Detector, literal: TokenLiteral): Literal[] {
  const { text, next = [] } = literal
  const guard = guardOf(detector, literal)
  const [first, second] = next.map((set) => foldedMembers(fromHex(set)))
  if (guard.kind !== 'run' || second === undefined || first.length * second.length > (mostSpelled[text.length] ?? 0))
    return [{ text, guard }]
  // The bytes spelled out may have either case.
  const rest: Guard = { ...guard, min: guard.min - 2, exactCase: false }
  return first.flatMap((one) => second.map((two) => ({ text: text + one + two, guard: rest })))
}

function guardOf(detector: Detector, literal: TokenLiteral): Guard {
  const exactCase = !detector.caseInsensitive
  if (isJoint(literal.text)) return { kind: 'tail', wide: literal.min === WIDE_TAIL }
  if (literal.text === userinfo) return { kind: 'userinfo' }
  if (!literal.leads) return { kind: 'run', min: 0, after: anyByte, before: null, exactCase }
  const { left } = detector.boundaries
  const before = left === '' || !groupComesFirst(detector.pattern) ? null : sharedClass(left)
  return { kind: 'run', min: literal.min, after: fromHex(literal.after), before, exactCase }
}

/** As literals are compared: in lower case. */
function foldedMembers(set: Uint8Array): string[] {
  const members = new Set<string>()
  for (let byte = 0; byte < 256; byte++) if (set[byte] === 1) members.add(String.fromCharCode(byte).toLowerCase())
  return [...members]
}

const sharedClasses = new Map<string, Uint8Array>()

function sharedClass(text: string): Uint8Array {
  const known = sharedClasses.get(text) ?? parseClass(text)
  sharedClasses.set(text, known)
  return known
}
