import type { Detector, TokenLiteral } from '../../model.ts'
import { endsEscape } from '../bytes.ts'
import { costs } from '../effort.ts'
import { compileJudge } from '../judge.ts'
import type { ByteClass } from '../pattern/char-class.ts'
import { alphabetOf, parsePattern } from '../pattern/pattern.ts'
import { type Confirm, type TextScan, traceStep } from '../text-scan.ts'
import { fromHex } from './token-literals.ts'
import { compileBoundaries, compileWindowSearch } from './windows.ts'

/** What stands before a tail, in bytes; a name and its joints are shorter. */
const longestName = 64
/** Bytes behind the tail in which its end can be seen. */
const slack = 2

/** Confirms a token whose tail the kernel saw behind a joint. It ends where the tail does: in most texts that do not, nothing is searched. */
export function compileTailed(detector: Detector, { min, after }: TokenLiteral): Confirm {
  const boundaries = compileBoundaries(detector)
  const search = compileWindowSearch(detector, boundaries, compileJudge(detector, 'likely'))
  const set = fromHex(after)
  const alphabet = alphabetOf(parsePattern(detector.pattern, detector.caseInsensitive).root)
  const longest = detector.maxLength
  const { right } = boundaries
  return (scan, joint, tail) => {
    if (scan.namedFrom < joint && tail + min <= scan.namedTo) return
    scan.effort.left -= costs.literal
    const end = endOf(scan, set, tail + min, tail + longest + 1)
    if (end - tail > longest || (right !== null && end < scan.end && right[scan.bytes[end]] === 1))
      return traceStep(scan, 'boundary', detector.id, tail, end, 'no match')
    search(scan, startOf(scan, joint, alphabet), Math.min(end + slack, scan.end))
  }
}

function endOf({ bytes, end }: TextScan, set: ByteClass, from: number, to: number): number {
  let at = from
  const stop = Math.min(end, to)
  while (at < stop && set[bytes[at]] === 1) at++
  return at
}

function startOf({ bytes, start }: TextScan, joint: number, alphabet: Uint8Array): number {
  let at = joint
  const stop = Math.max(start, joint - longestName)
  while (at > stop && alphabet[bytes[at - 1]] === 1 && !endsEscape(bytes, at, start)) at--
  return at
}
