import type { Confidence, Match, Severity } from '../model.ts'
import { vagueness } from '../vagueness.ts'

/** Matches that overlap, and the span that covers every byte of them. */
export interface SpanUnion {
  readonly start: number
  readonly end: number
  /** The best match; the placeholder names its detector. */
  readonly winner: Match
  /** What is reported: the winner first, then the others in payload order. */
  readonly findings: readonly Match[]
  /** Every match of the group, in payload order. */
  readonly matches: readonly Match[]
  /** What the replacement needs around it to keep the record valid. */
  readonly quote: string
}

/**
 * Groups of overlapping matches, disjoint and in payload order; spans that only touch stay apart. Keeping one match and
 * forgetting the others would leave half a secret behind wherever they overlap in part.
 *
 * A match counts as a finding when it covers a byte that no better finding covers; of a run of overlapping matches of one
 * detector only the best can count. Matches of the provider `generic` count only when they win: beside a specific one they
 * are the same secret, seen worse. The result does not depend on the order of the matches. n log n in their number, linear
 * in the bytes they cover.
 */
export function unionSpans(matches: readonly Match[]): SpanUnion[] {
  const sorted = matches.filter((match) => match.end > match.start).sort(byPlace)
  const unions: SpanUnion[] = []
  for (let from = 0; from < sorted.length; ) {
    let end = sorted[from].end
    let to = from + 1
    while (to < sorted.length && sorted[to].start < end) end = Math.max(end, sorted[to++].end)
    unions.push(union(to - from === sorted.length ? sorted : sorted.slice(from, to), end))
    from = to
  }
  return unions
}

function union(matches: readonly Match[], end: number): SpanUnion {
  const start = matches[0].start
  if (matches.length === 1) {
    return { start, end, winner: matches[0], findings: matches, matches, quote: matches[0].field.quote }
  }
  const winner = matches.reduce((a, b) => (byRank(b, a) < 0 ? b : a))
  // Most winners cover all there is.
  if (winner.start === start && winner.end === end)
    return { start, end, winner, findings: [winner], matches, quote: outermostOf(matches).field.quote }
  const ranked = oncePerDetector(matches).sort(byRank)
  const takes = claims(start, end)
  const others = ranked.filter((match) => (match === winner || match.detector.provider !== 'generic') && takes(match))
  return {
    start,
    end,
    winner,
    findings: [winner, ...others.slice(1).sort(byPlace)],
    matches,
    quote: outermostOf(matches).field.quote
  }
}

/** The outermost text of a group decides on quotes: what is nested in it is replaced along with it. */
function outermostOf(matches: readonly Match[]): Match {
  return matches.reduce((a, b) => (b.field.depth < a.field.depth ? b : a))
}

function byPlace(a: Match, b: Match): number {
  return a.start - b.start || b.end - a.end || byRank(a, b)
}

const trust: Record<Confidence, number> = { confirmed: 0, likely: 1, possible: 2 }
const weight: Record<Severity, number> = { critical: 0, high: 1, medium: 2, low: 3 }

/** Best first. */
function byRank(a: Match, b: Match): number {
  return (
    vagueness(a.detector) - vagueness(b.detector) ||
    trust[a.confidence] - trust[b.confidence] ||
    b.end - b.start - (a.end - a.start) ||
    a.start - b.start ||
    weight[a.detector.severity] - weight[b.detector.severity] ||
    (a.detector.id < b.detector.id ? -1 : a.detector.id > b.detector.id ? 1 : 0) ||
    a.field.depth - b.field.depth
  )
}

/** Of every run of overlapping matches of one detector, the best: one secret, found from several keywords. */
function oncePerDetector(matches: readonly Match[]): Match[] {
  const runs: { best: Match; end: number }[] = []
  const lastOf = new Map<string, { best: Match; end: number }>()
  for (const match of matches) {
    const run = lastOf.get(match.detector.id)
    if (run !== undefined && match.start < run.end) {
      run.end = Math.max(run.end, match.end)
      if (byRank(match, run.best) < 0) run.best = match
    } else {
      const begun = { best: match, end: match.end }
      runs.push(begun)
      lastOf.set(match.detector.id, begun)
    }
  }
  return runs.map(({ best }) => best)
}

/** A function that says whether a match covers an unclaimed byte, and claims what it covers. */
function claims(start: number, end: number): (match: Match) => boolean {
  const next = new Int32Array(end - start + 1)
  for (let i = 0; i < next.length; i++) next[i] = i
  const free = (at: number): number => {
    let root = at
    while (next[root] !== root) root = next[root]
    for (let i = at; i !== root; ) {
      const parent = next[i]
      next[i] = root
      i = parent
    }
    return root
  }
  return (match) => {
    let at = free(match.start - start)
    if (at >= match.end - start) return false
    while (at < match.end - start) {
      next[at] = at + 1
      at = free(at + 1)
    }
    return true
  }
}
