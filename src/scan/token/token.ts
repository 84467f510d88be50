import type { Detector, TokenLiteral } from '../../model.ts'
import { isHex, isQuote, isSpace } from '../bytes.ts'
import { costs } from '../effort.ts'
import { compileJudge, lazy } from '../judge.ts'
import { compileBounded } from '../pattern/bounded.ts'
import { parsePattern } from '../pattern/pattern.ts'
import { type Confirm, type TextScan, traceStep } from '../text-scan.ts'
import { compileBoundaries, compileWindowSearch, enqueue, standsAlone } from './windows.ts'

/** Bytes that a window reaches behind the longest match, so that the boundary and a greedy end can be seen. */
const slack = 8
/** How far behind a literal an escape is looked for, in bytes. */
const maxRun = 512

/**
 * Confirms a token detector (`context: anywhere`) at one of its literals. A simple pattern that begins with the literal (`leads`) runs
 * in a hand-written matcher right there; any other is searched for in a window around the literal. Where characters of the token may be
 * percent-encoded, the run is decoded as well.
 */
export function compileToken(detector: Detector, { leads, escaped }: TokenLiteral, percent: Confirm): Confirm {
  const judge = compileJudge(detector, 'likely')
  const boundaries = compileBoundaries(detector)
  const search = compileWindowSearch(detector, boundaries, judge)
  const behind = leads ? slack : detector.maxLength + slack
  const matcher = lazy(() => (leads ? compileBounded(parsePattern(detector.pattern, detector.caseInsensitive)) : null))
  return (scan, start, literalEnd) => {
    scan.effort.left -= costs.literal
    if (escaped && holdsPercent(scan, start, literalEnd, leads, detector.maxLength)) percent(scan, start, literalEnd)
    const bounded = matcher()
    if (bounded === null) return enqueue(scan, search, start - behind, start + detector.maxLength + slack)
    if (!bounded.match(scan.bytes, start, scan.end, scan.epoch))
      return traceStep(scan, 'pattern', detector.id, start, start, 'no match')
    const { groupStart, groupEnd } = bounded
    scan.effort.left -= costs.match
    if (standsAlone(scan, boundaries, groupStart, groupEnd)) judge(scan, groupStart, groupEnd)
    else traceStep(scan, 'boundary', detector.id, groupStart, groupEnd, 'no match')
  }
}

/** An escape in the run around the literal, as far as the token can reach. What one literal looked through, the next does not. */
function holdsPercent(scan: TextScan, from: number, to: number, leads: boolean, maxLength: number): boolean {
  const { bytes } = scan
  const reach = Math.min(maxLength, maxRun)
  const stop = Math.min(scan.end - 2, to + reach)
  let at = Math.max(to, scan.plainTo)
  while (at < stop && !isSpace[bytes[at]] && !isQuote[bytes[at]]) if (isEscape(bytes, at++)) return true
  const known = scan.plainTo >= from
  scan.plainTo = Math.max(scan.plainTo, at)
  if (leads || known) return false
  const first = Math.max(scan.start, from - reach)
  for (let i = from - 1; i >= first && !isSpace[bytes[i]] && !isQuote[bytes[i]]; i--)
    if (isEscape(bytes, i)) return true
  return false
}

function isEscape(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0x25 && isHex[bytes[at + 1]] === 1 && isHex[bytes[at + 2]] === 1
}
