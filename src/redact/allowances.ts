import type { Match } from '../model.ts'
import type { Fingerprinter } from './fingerprint.ts'
import { type SpanUnion, unionSpans } from './overlap.ts'

/** False positives that somebody decided on. Asked for each match, so that what it answers may change with time. */
export interface Allowances {
  /** Whether there are any of this detector: without them nobody computes fingerprints. */
  knows(detector: string): boolean
  /** Whether one of these, all of one secret, is allowed now. */
  allows(detector: string, fingerprints: readonly string[]): boolean
}

/**
 * What is left of a union without what is allowed: that stays as it is, and is no finding. As with `flag`, an allowed match neither widens an edit
 * nor names one; when it is the best of its group, matches within its span are the same value, seen worse, and stay as well.
 */
export function createAllowing(
  allowances: Allowances,
  fingerprinter: Fingerprinter
): (unions: readonly SpanUnion[]) => SpanUnion[] {
  const isAllowed = ({ detector: { id }, secret }: Match): boolean =>
    allowances.knows(id) && allowances.allows(id, fingerprinter.all(secret))
  return (unions) =>
    unions.flatMap((union) => {
      const { winner, matches } = union
      const allowed = new Set(matches.filter(isAllowed))
      if (allowed.size === 0) return [union]
      const others = matches.filter((match) => !allowed.has(match))
      if (!allowed.has(winner)) return unionSpans(others)
      return unionSpans(others.filter(({ start, end }) => start < winner.start || end > winner.end))
    })
}
