import type { Check, Confidence, Detector, Hints, Surroundings, Verdict } from '../model.ts'
import { latin1 } from './bytes.ts'
import { checks } from './checks/index.ts'
import { costs } from './effort.ts'
import { shannonEntropy } from './entropy.ts'
import { compileExpression } from './pattern/expression.ts'
import { parseAllow } from './pattern/pattern.ts'
import { findOwnPlaceholder, isPartlyMasked, overlapsOwnPlaceholder } from './placeholders.ts'
import { type TextScan, toPayload, traceStep } from './text-scan.ts'

/** Puts a candidate that has the right shape through allow patterns and checks, and reports it when it stays. */
export type Judge = (scan: TextScan, start: number, end: number) => void

/** `base`: the confidence where no check proves or disproves it. */
export function compileJudge(detector: Detector, base: Confidence): Judge {
  const allow = detector.allow.map((pattern) => lazy(() => compileExpression(parseAllow(pattern))))
  const prove = compileProof(detector, base)
  const { entropy } = detector
  return (scan, start, end) => {
    scan.effort.left -= costs.candidate
    if (meetsPlaceholder(scan, start, end) || isMasked(scan.bytes, start, end))
      return traceStep(scan, 'allow', detector.id, start, end, 'reject: placeholder')
    if (allow.length > 0) {
      scan.effort.left -= allow.length * costs.test + costs.candidateByte * (end - start)
      const text = Buffer.from(latin1(scan.bytes, start, end))
      for (const pattern of allow) {
        if (pattern().search(text, 0, text.length, 0))
          return traceStep(scan, 'allow', detector.id, start, end, 'reject: allowed')
      }
    }
    if (entropy !== undefined) {
      scan.effort.left -= costs.test + costs.candidateByte * (end - start)
      if (shannonEntropy(latin1(scan.bytes, start, end)) <= entropy)
        return traceStep(scan, 'value', detector.id, start, end, 'reject: entropy')
    }
    const proof = prove(scan, start, end)
    if (proof === null) return
    traceStep(scan, 'finding', detector.id, start, end, proof.confidence)
    scan.found(detector, proof.confidence, start, end, proof.hints)
  }
}

interface Proof {
  readonly confidence: Confidence
  readonly hints: Hints | null
}

/** Runs a detector's checks on a candidate: how sure it is and what is known of it, or null when it is no secret. */
export function compileProof(
  detector: Detector,
  base: Confidence
): (scan: TextScan, start: number, end: number) => Proof | null {
  const tests: Check[] = detector.checks.map((name) => checks[name])
  const unproven: Proof = { confidence: base, hints: null }
  return (scan, start, end) => {
    if (tests.length === 0) return unproven
    scan.effort.left -= tests.length * (costs.test + costs.candidateByte * (end - start))
    const text = latin1(scan.bytes, start, end)
    const around = surroundingsOf(scan, start, end)
    const proofs: Verdict[] = []
    let hints: Hints | null = null
    for (const test of tests) {
      const verdict = test.check(text, around)
      traceStep(scan, 'check', detector.id, start, end, `${test.name}: ${verdict}`)
      if (verdict === 'reject') return null
      if (test.filter !== true) proofs.push(verdict)
      if (verdict !== 'fail' && test.hints !== undefined) hints = { ...(hints ?? {}), ...test.hints(text, around) }
    }
    return { confidence: confidenceOf(proofs, base), hints }
  }
}

/** A failed check never lets a token through: truncation or a new revision of the format fails it too. */
function confidenceOf(proofs: readonly Verdict[], base: Confidence): Confidence {
  if (proofs.includes('fail')) return base === 'confirmed' ? 'likely' : 'possible'
  return proofs.length > 0 && proofs.every((verdict) => verdict === 'pass') ? 'confirmed' : base
}

/** The candidate's own text, decoded, then the record that it is a part of, as it stands: a JSON value's neighbours say whose it is. */
function surroundingsOf(scan: TextScan, start: number, end: number): Surroundings {
  const { bytes, field, effort, payload } = scan
  const whole = toPayload(field, field.start, field.end)
  const read = (from: Uint8Array, first: number, last: number): string => {
    effort.left -= costs.candidateByte * Math.max(0, last - first)
    return latin1(from, first, last)
  }
  return {
    before(length) {
      const own = Math.max(field.start, start - length)
      const rest = Math.max(field.recordStart, whole.start - (length - (start - own)))
      const outer = read(payload, rest, whole.start)
      return (outer === '' ? '' : `${outer}\n`) + read(bytes, own, start)
    },
    after(length) {
      const own = Math.min(field.end, end + length)
      const rest = Math.min(field.recordEnd, whole.end + length - (own - end))
      const outer = read(payload, whole.end, rest)
      return read(bytes, end, own) + (outer === '' ? '' : `\n${outer}`)
    }
  }
}

/** Longest token that somebody masked. */
const longestMasked = 256

/** `npm_xxxxxxxxxxxxxxxx`: the token's prefix, and what was put in place of the rest. */
function isMasked(bytes: Uint8Array, start: number, end: number): boolean {
  return end - start <= longestMasked && isPartlyMasked(bytes, start, end)
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

/** Patterns are compiled at their first use: most detectors never see a candidate. */
export function lazy<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
