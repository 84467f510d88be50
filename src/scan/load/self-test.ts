import type { Detector } from '../../model.ts'
import { endsEscape, latin1 } from '../bytes.ts'
import { checks } from '../checks/index.ts'
import { shannonEntropy } from '../entropy.ts'
import { type ByteClass, parseClass } from '../pattern/char-class.ts'
import { compileExpression } from '../pattern/expression.ts'
import { parseAllow, parsePattern } from '../pattern/pattern.ts'
import { type Expansion, expand } from '../template.ts'
import { type Mistake, mistakeAt, type Placed } from './load.ts'
import { containsKeyword } from './rules.ts'

type Span = readonly [start: number, end: number]

/**
 * Runs a detector's pattern, checks and allow patterns over its own examples, without the scanner: what it finds must be what
 * `[[ ]]` marks, in several fillings of the random parts. Slower than loading, so it is for `detectors check` and tests.
 */
export function selfTest({ detector, source, path }: Placed): Mistake[] {
  const report = (field: string, number: number | null, message: string) =>
    mistakeAt(source, number === null ? [...path, field] : [...path, field, number], detector.id, message)
  if (detector.pattern === '') return []
  const find = compileFind(detector)
  return [
    ...detector.examples.flatMap((template, i) => {
      const wrong = fillings(template)
        .map((filling) => exampleMistake(detector, filling, find))
        .find((message) => message !== null)
      return wrong === undefined ? [] : [report('examples', i, wrong)]
    }),
    ...detector.counterExamples.flatMap((template, i) => {
      if (detector.context !== 'anywhere') return []
      const matched = fillings(template).some(({ text }) =>
        find(Buffer.from(text)).some((hit) => verdict(detector, hit.secret) !== 'dropped')
      )
      return matched ? [report('counterExamples', i, 'is matched: narrow the pattern, or move it to the examples')] : []
    })
  ]
}

/** Random lengths three times, then all shortest and all longest. */
function fillings(template: string): Expansion[] {
  return [
    expand(template, 1),
    expand(template, 2),
    expand(template, 3),
    expand(template, 4, 'least'),
    expand(template, 5, 'most')
  ]
}

function exampleMistake(detector: Detector, { text, spans }: Expansion, find: Find): string | null {
  const bytes = Buffer.from(text)
  const hits = find(bytes)
  const missed = spans.find(
    (span) => !hits.some((hit) => sameSpan(hit.span, span)) && !matchesAlone(detector, bytes.subarray(...span))
  )
  if (missed !== undefined) return `is not matched exactly between [[ and ]]${nearMiss(hits, missed)}`
  if (detector.context === 'anywhere') {
    if (hits.some((hit) => !spans.some((span) => sameSpan(hit.span, span))))
      return 'is also matched outside [[ ]]: mark it, or narrow the pattern'
    if (hits.some((hit) => !containsKeyword(hit.match, detector.keywords)))
      return 'is matched without any keyword: each match must contain one'
  }
  const dropped = spans
    .map(([start, end]) => verdict(detector, latin1(bytes, start, end)))
    .find((outcome) => outcome !== 'kept')
  return dropped === undefined
    ? null
    : `marks what ${dropped === 'dropped' ? 'an allow pattern, entropy or a check drops' : 'the pattern does not match'}`
}

function nearMiss(hits: readonly Hit[], [start, end]: Span): string {
  const hit = hits.find(({ span }) => span[0] < end && start < span[1])
  if (hit === undefined) return ': the pattern or the boundaries refuse it'
  const shift = (by: number, where: string) =>
    by === 0 ? '' : ` ${Math.abs(by)} bytes too ${by < 0 ? 'early' : 'late'} at the ${where}`
  return `: the match is${[shift(hit.span[0] - start, 'start'), shift(hit.span[1] - end, 'end')].filter(Boolean).join(' and')}`
}

function sameSpan(a: Span, b: Span): boolean {
  return a[0] === b[0] && a[1] === b[1]
}

/** For `assigned` and `near` the grammar delimits the value, not its neighbours. */
function matchesAlone(detector: Detector, secret: Uint8Array): boolean {
  if (detector.context === 'anywhere') return false
  const whole = compileExpression(parsePattern(`^(?:${detector.pattern})$`, detector.caseInsensitive))
  return whole.search(secret, 0, secret.length, 0) && sameSpan([whole.groupStart, whole.groupEnd], [0, secret.length])
}

function verdict(detector: Detector, secret: string): 'kept' | 'dropped' {
  if (detector.allow.some((pattern) => isIn(pattern, Buffer.from(secret)))) return 'dropped'
  if (detector.entropy !== undefined && shannonEntropy(secret) <= detector.entropy) return 'dropped'
  return detector.checks.some((name) => checks[name].check(secret) === 'reject') ? 'dropped' : 'kept'
}

function isIn(allow: string, text: Uint8Array): boolean {
  return compileExpression(parseAllow(allow)).search(text, 0, text.length, 0)
}

interface Hit {
  /** Of group 1. */
  readonly span: Span
  /** Texts of the whole match and of group 1, one character a byte. */
  readonly match: string
  readonly secret: string
}

type Find = (bytes: Buffer) => Hit[]

/** Every match of group 1 that stands alone, from left to right, none overlapping. */
function compileFind(detector: Detector): Find {
  const pattern = compileExpression(parsePattern(detector.pattern, detector.caseInsensitive))
  const [left, right] = [parseClass(detector.boundaries.left), parseClass(detector.boundaries.right)]
  return (bytes) => {
    const hits: Hit[] = []
    for (let at = 0; pattern.search(bytes, 0, bytes.length, at); ) {
      const { start, end, groupStart, groupEnd } = pattern
      const span: Span = [groupStart, groupEnd]
      const alone = standsAlone(bytes, span, left, right)
      if (alone) hits.push({ span, match: latin1(bytes, start, end), secret: latin1(bytes, ...span) })
      at = alone ? Math.max(groupEnd, start + 1) : start + 1
    }
    return hits
  }
}

function standsAlone(bytes: Uint8Array, [start, end]: Span, left: ByteClass, right: ByteClass): boolean {
  if (end < bytes.length && right[bytes[end]] === 1) return false
  return start === 0 || left[bytes[start - 1]] === 0 || endsEscape(bytes, start, 0)
}
