import type { Detector } from '../../model.ts'
import { endsEscape } from '../bytes.ts'
import { costs } from '../effort.ts'
import type { Judge } from '../judge.ts'
import { lazy } from '../judge.ts'
import { type ByteClass, parseClass } from '../pattern/char-class.ts'
import { compileExpression } from '../pattern/expression.ts'
import { parsePattern } from '../pattern/pattern.ts'
import { type TextScan, traceStep, type WindowSearch } from '../text-scan.ts'

/** Longer joined windows are searched before they grow on, in bytes: a search takes memory for every one of them. */
const maxJoined = 32768
/** Or than so many of the windows they are made of: the next one begins before they end. */
const mostOverlaps = 4

/**
 * Adds the window around a literal to those that wait. Windows of one detector that touch are joined, so that every byte is searched at
 * most once per detector (twice where long joined windows meet), however often the literal stands there.
 */
export function enqueue(scan: TextScan, search: WindowSearch, from: number, to: number): void {
  const clippedFrom = Math.max(scan.start, from)
  const clippedTo = Math.min(scan.end, to)
  for (const open of scan.windows) {
    if (open.search !== search) continue
    if (clippedFrom > open.to || open.to - open.from > Math.max(maxJoined, mostOverlaps * (to - from))) {
      search(scan, open.from, open.to)
      open.from = clippedFrom
    }
    open.to = Math.max(open.to, clippedTo)
    return
  }
  scan.windows.push({ search, from: clippedFrom, to: clippedTo })
}

/** Searches what still waits at the end of the text. */
export function flushWindows(scan: TextScan): void {
  for (const open of scan.windows) open.search(scan, open.from, open.to)
  scan.windows.length = 0
}

/** The neighbours that group 1 must not have. */
export interface Boundaries {
  readonly left: ByteClass | null
  readonly right: ByteClass | null
}

export function compileBoundaries(detector: Detector): Boundaries {
  const { left, right } = detector.boundaries
  return { left: left === '' ? null : parseClass(left), right: right === '' ? null : parseClass(right) }
}

/** By character class, not by a list of terminators: a token ends where its own alphabet does. */
export function standsAlone(scan: TextScan, { left, right }: Boundaries, start: number, end: number): boolean {
  const { bytes } = scan
  if (right !== null && end < scan.end && right[bytes[end]] === 1) return false
  return left === null || mayBegin(scan, left, start)
}

/** Whether the left neighbour allows a token to begin here. */
function mayBegin({ bytes, start }: TextScan, left: ByteClass, at: number): boolean {
  return at <= start || left[bytes[at - 1]] === 0 || endsEscape(bytes, at, start)
}

/** Only then does the byte before a match stand before what is redacted. */
export function groupComesFirst(pattern: string): boolean {
  return pattern.startsWith('(') && !pattern.startsWith('(?')
}

/**
 * The pattern with large upper bounds taken off: as an expression, `x{1,900}` is written out 900 times. A single
 * window is no longer than the longest match and a little slack; in joined ones a longer run goes as a whole.
 */
export function openEnded(pattern: string): string {
  return pattern.replace(/(?<!\\)\{(\d+),(\d{3,})\}/g, '{$1,}')
}

/** The next place whose left neighbour allows a token to begin: in a long run of one class that is its end. */
function nextBegin(scan: TextScan, left: ByteClass | null, from: number, to: number): number {
  if (left === null) return from
  let at = from
  while (at < to && !mayBegin(scan, left, at)) at++
  return at
}

/** Searches windows; `judge` gets every group 1 that stands alone. */
export function compileWindowSearch(detector: Detector, boundaries: Boundaries, judge: Judge): WindowSearch {
  // Where something stands before the group, its left neighbour says nothing about where a match may begin.
  const left = groupComesFirst(detector.pattern) ? boundaries.left : null
  const expression = lazy(() => compileExpression(parsePattern(openEnded(detector.pattern), detector.caseInsensitive)))
  const search: WindowSearch = (scan, from, to) => {
    const { bytes, effort } = scan
    const pattern = expression()
    effort.left -= costs.test + costs.searchedByte * (to - from)
    for (let at = from; effort.left >= 0 && pattern.search(bytes, from, to, at); ) {
      const { start, groupStart, groupEnd } = pattern
      effort.left -= costs.search + costs.matchedByte * (groupEnd - start)
      if (standsAlone(scan, boundaries, groupStart, groupEnd)) {
        judge(scan, groupStart, groupEnd)
        at = Math.max(groupEnd, start + 1)
      } else {
        traceStep(scan, 'boundary', detector.id, groupStart, groupEnd, 'no match')
        at = nextBegin(scan, left, start + 1, to)
      }
    }
  }
  return (scan, from, to) => {
    if (scan.meter === null) search(scan, from, to)
    else scan.meter.run(detector, scan, () => search(scan, from, to))
  }
}
