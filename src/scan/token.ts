import type { Detector, TokenLiteral } from '../model.ts'
import { compileBounded } from './bounded.ts'
import { isHex, isQuote, isSpace } from './bytes.ts'
import { compileJudge, lazy } from './judge.ts'
import { parsePattern } from './pattern.ts'
import { type Confirm, type TextScan, traceStep } from './text-scan.ts'
import { compileBoundaries, compileWindowSearch, enqueue, standsAlone } from './windows.ts'

/** Bytes that a window reaches behind the longest match, so that the boundary and a greedy end can be seen. */
const slack = 8
/** How far behind a literal an escape is looked for, in bytes. */
const maxRun = 512

/**
 * Confirms a token detector (`context: anywhere`) at one of its literals. A simple pattern that begins with the literal (`leads`) runs
 * in a hand-written matcher right there; any other runs in RE2 over a window around the literal. Where characters of the token may be
 * percent-encoded, the run is decoded as well.
 */
export function compileToken(detector: Detector, { leads, escaped }: TokenLiteral, percent: Confirm): Confirm {
  const judge = compileJudge(detector, 'likely')
  const boundaries = compileBoundaries(detector)
  const search = compileWindowSearch(detector, boundaries, judge)
  const behind = leads ? slack : detector.maxLength + slack
  const matcher = lazy(() => (leads ? compileBounded(parsePattern(detector.pattern, detector.caseInsensitive)) : null))
  return (scan, start, literalEnd) => {
    if (escaped && holdsPercent(scan, literalEnd, detector.maxLength)) percent(scan, start, literalEnd)
    const bounded = matcher()
    if (bounded === null) return enqueue(scan, search, start - behind, start + detector.maxLength + slack)
    if (!bounded.match(scan.bytes, start, scan.end, scan.epoch))
      return traceStep(scan, 'pattern', detector.id, start, start, 'no match')
    const { groupStart, groupEnd } = bounded
    if (standsAlone(scan, boundaries, groupStart, groupEnd)) judge(scan, groupStart, groupEnd)
    else traceStep(scan, 'boundary', detector.id, groupStart, groupEnd, 'no match')
  }
}

/** An escape in the run that begins behind the literal, as far as the token can reach. */
function holdsPercent({ bytes, end }: TextScan, from: number, maxLength: number): boolean {
  const stop = Math.min(end - 2, from + Math.min(maxLength, maxRun))
  for (let i = from; i < stop && !isSpace[bytes[i]] && !isQuote[bytes[i]]; i++) {
    if (bytes[i] === 0x25) return isHex[bytes[i + 1]] === 1 && isHex[bytes[i + 2]] === 1
  }
  return false
}
