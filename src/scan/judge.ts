import RE2 from 're2'
import type { Check, Confidence, Detector, Hints } from '../model.ts'
import { latin1 } from './bytes.ts'
import { checks } from './checks/index.ts'
import { overlapsOwnPlaceholder } from './placeholders.ts'
import { type TextScan, traceStep } from './text-scan.ts'

/** Puts a candidate that has the right shape through allow patterns and checks, and reports it when it stays. */
export type Judge = (scan: TextScan, start: number, end: number) => void

/** `base`: the confidence where no check proves or disproves it. */
export function compileJudge(detector: Detector, base: Confidence): Judge {
  const proofs: Check[] = detector.checks.map((name) => checks[name])
  const allow = detector.allow.map((pattern) => lazy(() => new RE2(pattern)))
  return (scan, start, end) => {
    if (overlapsOwnPlaceholder(scan.bytes, start, end, scan.start, scan.end))
      return traceStep(scan, 'allow', detector.id, start, end, 'reject: placeholder')
    let confidence = base
    let hints: Hints | null = null
    if (allow.length > 0 || proofs.length > 0) {
      const text = latin1(scan.bytes, start, end)
      for (const pattern of allow) {
        if (pattern().test(text)) return traceStep(scan, 'allow', detector.id, start, end, 'reject: allowed')
      }
      let passed = 0
      for (const proof of proofs) {
        const verdict = proof.check(text)
        traceStep(scan, 'check', detector.id, start, end, `${proof.name}: ${verdict}`)
        if (verdict === 'reject') return
        if (verdict === 'pass') passed++
        if (verdict === 'pass' && proof.hints !== undefined) hints = { ...(hints ?? {}), ...proof.hints(text) }
      }
      if (proofs.length > 0) confidence = passed === proofs.length ? 'confirmed' : lowered(base)
    }
    traceStep(scan, 'finding', detector.id, start, end, confidence)
    scan.found(detector, confidence, start, end, hints)
  }
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
