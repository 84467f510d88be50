import type { Detector } from '../model.ts'
import { compileBounded } from './bounded.ts'
import { compileJudge, lazy } from './judge.ts'
import { parsePattern } from './pattern.ts'
import { type Confirm, traceStep } from './text-scan.ts'
import { compileBoundaries, compileWindowSearch, enqueue, standsAlone } from './windows.ts'

/** Bytes that a window reaches behind the longest match, so that the boundary and a greedy end can be seen. */
const slack = 8

/**
 * Confirms a token detector (`context: anywhere`) at one of its literals. A simple pattern that begins with the literal (`leads`) runs
 * in a hand-written matcher right there; any other runs in RE2 over a window around the literal.
 */
export function compileToken(detector: Detector, leads: boolean): Confirm {
  const judge = compileJudge(detector, 'likely')
  const boundaries = compileBoundaries(detector)
  const search = compileWindowSearch(detector, boundaries, judge)
  const behind = leads ? slack : detector.maxLength + slack
  const matcher = lazy(() => (leads ? compileBounded(parsePattern(detector.pattern, detector.caseInsensitive)) : null))
  return (scan, start) => {
    const bounded = matcher()
    if (bounded === null) return enqueue(scan, search, start - behind, start + detector.maxLength + slack)
    if (!bounded.match(scan.bytes, start, scan.end, scan.epoch))
      return traceStep(scan, 'pattern', detector.id, start, start, 'no match')
    const { groupStart, groupEnd } = bounded
    if (standsAlone(scan, boundaries, groupStart, groupEnd)) judge(scan, groupStart, groupEnd)
    else traceStep(scan, 'boundary', detector.id, groupStart, groupEnd, 'no match')
  }
}
