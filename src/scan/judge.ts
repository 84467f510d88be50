import RE2 from 're2'
import type { Check, Confidence, Detector, Hints } from '../model.ts'
import { latin1 } from './bytes.ts'
import { checks } from './checks/index.ts'
import { costs } from './effort.ts'
import { findOwnPlaceholder, overlapsOwnPlaceholder } from './placeholders.ts'
import { type TextScan, traceStep } from './text-scan.ts'

/** Puts a candidate that has the right shape through allow patterns and checks, and reports it when it stays. */
export type Judge = (scan: TextScan, start: number, end: number) => void

/** `base`: the confidence where no check proves or disproves it. */
export function compileJudge(detector: Detector, base: Confidence): Judge {
  const tests: Check[] = detector.checks.map((name) => checks[name])
  const proofs = tests.filter(({ filter }) => filter !== true).length
  const allow = detector.allow.map((pattern) => lazy(() => new RE2(pattern)))
  return (scan, start, end) => {
    scan.effort.left -= costs.candidate
    if (meetsPlaceholder(scan, start, end))
      return traceStep(scan, 'allow', detector.id, start, end, 'reject: placeholder')
    let confidence = base
    let hints: Hints | null = null
    if (allow.length > 0 || tests.length > 0) {
      scan.effort.left -= (allow.length + tests.length + 1) * (costs.test + costs.candidateByte * (end - start))
      const text = latin1(scan.bytes, start, end)
      for (const pattern of allow) {
        if (pattern().test(text)) return traceStep(scan, 'allow', detector.id, start, end, 'reject: allowed')
      }
      let passed = 0
      for (const test of tests) {
        const verdict = test.check(text)
        traceStep(scan, 'check', detector.id, start, end, `${test.name}: ${verdict}`)
        if (verdict === 'reject') return
        if (verdict === 'pass' && test.filter !== true) passed++
        if (verdict === 'pass' && test.hints !== undefined) hints = { ...(hints ?? {}), ...test.hints(text) }
      }
      if (proofs > 0) confidence = passed === proofs ? 'confirmed' : lowered(base)
    }
    traceStep(scan, 'finding', detector.id, start, end, confidence)
    scan.found(detector, confidence, start, end, hints)
  }
}

/** Many candidates may lie in one long run: what one search saw serves the next. */
function meetsPlaceholder(scan: TextScan, start: number, end: number): boolean {
  if (overlapsOwnPlaceholder(scan.bytes, start, start, scan.start, scan.end)) return true
  if (start >= scan.clearFrom && end <= scan.clearTo) return false
  if (start >= scan.clearFrom && start <= scan.clearTo && scan.marked) return true
  const at = findOwnPlaceholder(scan.bytes, start, end, scan.end)
  scan.clearFrom = start
  scan.clearTo = at < 0 ? end : at
  scan.marked = at >= 0
  return scan.marked
}

/** A failed check never lets a token through: truncation or a new revision of the format fails it too. */
function lowered(base: Confidence): Confidence {
  return base === 'confirmed' ? 'likely' : 'possible'
}

/** RE2 patterns are compiled at their first use: most detectors never see a candidate. */
export function lazy<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
