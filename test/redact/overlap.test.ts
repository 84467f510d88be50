import { describe, expect, test } from 'vitest'
import type { Confidence, Match } from '../../src/model.ts'
import { type SpanUnion, unionSpans } from '../../src/redact/overlap.ts'
import { growth } from '../growth.ts'
import fc from '../property.ts'
import { type MatchLike, match } from './matches.ts'

/** `a.x 0-10 > a.x b.y`: union 0-10, won by a.x, reported: a.x and b.y. */
function show(unions: readonly SpanUnion[]): string[] {
  return unions.map(({ start, end, winner, findings }) => {
    expect(findings[0]).toBe(winner)
    return `${start}-${end} ${findings.map((one) => `${one.detector.id}@${one.start}`).join(' ')}`
  })
}

const unions = (...likes: MatchLike[]) => show(unionSpans(likes.map(match)))

describe('unionSpans', () => {
  test('nothing in, nothing out', () => {
    expect(unions()).toEqual([])
    expect(unions({ start: 3, end: 3 })).toEqual([])
  })

  test('disjoint and touching spans stay apart', () => {
    expect(
      unions({ id: 'a', start: 0, end: 5 }, { id: 'b', start: 5, end: 9 }, { id: 'c', start: 12, end: 13 })
    ).toEqual(['0-5 a@0', '5-9 b@5', '12-13 c@12'])
  })

  test('a partial overlap becomes one span, both are reported', () => {
    expect(unions({ id: 'a', start: 0, end: 6 }, { id: 'b', start: 4, end: 12 })).toEqual(['0-12 b@4 a@0'])
  })

  test('a chain becomes one span', () => {
    expect(
      unions({ id: 'a', start: 0, end: 5 }, { id: 'b', start: 4, end: 9 }, { id: 'c', start: 8, end: 20 })
    ).toEqual(['0-20 c@8 a@0 b@4'])
  })

  describe('the winner is', () => {
    test.each<[string, MatchLike, MatchLike]>([
      [
        'confirmed before likely',
        { id: 'z', confidence: 'confirmed', start: 4, end: 5 },
        { id: 'a', start: 0, end: 9 }
      ],
      ['likely before possible', { id: 'z', start: 4, end: 5 }, { id: 'a', confidence: 'possible', start: 0, end: 9 }],
      ['specific before generic', { id: 'z', start: 4, end: 5 }, { id: 'generic-a', start: 0, end: 9 }],
      ['longer', { id: 'z', start: 1, end: 9 }, { id: 'a', start: 0, end: 7 }],
      ['earlier', { id: 'z', start: 0, end: 7 }, { id: 'a', start: 1, end: 8 }],
      ['first by id', { id: 'a', start: 0, end: 7 }, { id: 'z', start: 0, end: 7 }],
      [
        'a likely specific one before a confirmed generic',
        { id: 'a', start: 0, end: 9 },
        { id: 'generic-z', confidence: 'confirmed', start: 4, end: 5 }
      ]
    ])('%s', (_, better, worse) => {
      const [a, b] = [match(better), match(worse)]
      expect(unionSpans([a, b])[0].winner).toBe(a)
      expect(unionSpans([b, a])[0].winner).toBe(a)
    })
  })

  describe('reported are', () => {
    test('not those within the winner', () => {
      expect(unions({ id: 'a', start: 0, end: 9 }, { id: 'b', start: 2, end: 5 })).toEqual(['0-9 a@0'])
    })
    test('not generic ones beside a specific one, even if they reach further', () => {
      expect(unions({ id: 'a', start: 2, end: 5 }, { id: 'generic-password', start: 0, end: 9 })).toEqual(['0-9 a@2'])
    })
    test('not a second sight of the same detector', () => {
      expect(unions({ id: 'a', start: 0, end: 9 }, { id: 'a', start: 4, end: 12 })).toEqual(['0-12 a@0'])
    })
    test('each of two tokens that a generic match holds together', () => {
      expect(
        unions(
          { id: 'generic-tokens', confidence: 'possible', start: 0, end: 30 },
          { id: 'a', start: 0, end: 10 },
          { id: 'a', start: 12, end: 22 },
          { id: 'b', confidence: 'possible', start: 12, end: 22 }
        )
      ).toEqual(['0-30 a@0 a@12'])
    })
    test('a wide specific one around a better narrow one', () => {
      expect(unions({ id: 'a', confidence: 'confirmed', start: 5, end: 9 }, { id: 'uri', start: 0, end: 20 })).toEqual([
        '0-20 a@5 uri@0'
      ])
    })
    test('specific ones that a generic one holds together', () => {
      expect(
        unions(
          { id: 'generic-known', confidence: 'confirmed', start: 0, end: 9 },
          { id: 'a', start: 4, end: 12 },
          { id: 'b', start: 1, end: 3 }
        )
      ).toEqual(['0-12 a@4 b@1'])
    })
  })

  test('the quote is that of the outermost text', () => {
    const inner = match({ id: 'a', confidence: 'confirmed', start: 5, end: 9, depth: 1, quote: '\\"' })
    expect(unionSpans([inner, match({ id: 'b', start: 0, end: 12 })])[0].quote).toBe('')
    expect(unionSpans([inner])[0].quote).toBe('\\"')
  })

  test('eight times as many matches under one take nowhere near 64 times as long', () => {
    const [small, large] = [12_500, 100_000].map((count) => {
      const many = Array.from({ length: count }, (_, i) => match({ id: 'a', start: i * 10, end: i * 10 + 10 }))
      const all = match({ id: 'wide', confidence: 'possible', start: 0, end: 10 * count })
      return () => {
        const [one, ...rest] = unionSpans([all, ...many])
        expect([rest.length, one.start, one.end, one.findings.length]).toEqual([0, 0, 10 * count, count])
      }
    })
    expect(growth(24, small, large)).toBeLessThan(24)
  })
})

const likes = fc.uniqueArray(
  fc
    .record({
      id: fc.constantFrom('a', 'b', 'c-d', 'generic-e', 'generic-f'),
      confidence: fc.constantFrom<Confidence>('confirmed', 'likely', 'possible'),
      start: fc.nat(60),
      length: fc.integer({ min: 1, max: 25 })
    })
    .map(({ length, ...rest }) => match({ ...rest, end: rest.start + length })),
  { maxLength: 14, selector: (one) => `${one.detector.id} ${one.confidence} ${one.start} ${one.end}` }
)

function covered(spans: readonly { start: number; end: number }[]): string {
  const bytes = Array.from({ length: 90 }, () => '.')
  for (const { start, end } of spans) bytes.fill('#', start, end)
  return bytes.join('')
}

describe('for any matches', () => {
  test('the unions cover exactly the bytes of the matches, are disjoint and ordered', () => {
    fc.assert(
      fc.property(likes, (matches) => {
        const result = unionSpans(matches)
        expect(covered(result)).toBe(covered(matches))
        for (let i = 1; i < result.length; i++) expect(result[i].start).toBeGreaterThanOrEqual(result[i - 1].end)
        expect(result.flatMap((union) => union.matches).length).toBe(matches.length)
      })
    )
  })

  test('the order of the matches does not matter', () => {
    fc.assert(
      fc.property(likes, fc.infiniteStream(fc.nat()), (matches, keys) => {
        const shuffled = matches.map((one) => [keys.next().value ?? 0, one] as const).sort((a, b) => a[0] - b[0])
        expect(show(unionSpans(shuffled.map(([, one]) => one)))).toEqual(show(unionSpans(matches)))
      })
    )
  })

  test('the findings are those of the plain definition', () => {
    fc.assert(
      fc.property(likes, (matches) => {
        for (const { findings, matches: group } of unionSpans(matches)) {
          expect(new Set(findings)).toEqual(new Set(plainFindings(group)))
        }
      })
    )
  })
})

/** The doc comment of unionSpans, word by word, without regard to time. */
function plainFindings(group: readonly Match[]): Match[] {
  const ranked = group.filter((one) => !runOf(one, group).some((other) => better(other, one))).sort(order)
  const bytes = new Set<number>()
  return ranked.filter((one, i) => {
    if (i > 0 && one.detector.provider === 'generic') return false
    const fresh = Array.from({ length: one.end - one.start }, (_, k) => one.start + k).filter(
      (byte) => !bytes.has(byte)
    )
    for (const byte of fresh) bytes.add(byte)
    return fresh.length > 0
  })
}

function runOf(one: Match, group: readonly Match[]): Match[] {
  const run = [one]
  for (const member of run) {
    const near = (other: Match) =>
      other.detector.id === one.detector.id && other.start < member.end && member.start < other.end
    run.push(...group.filter((other) => near(other) && !run.includes(other)))
  }
  return run
}

function order(a: Match, b: Match): number {
  return better(a, b) ? -1 : better(b, a) ? 1 : 0
}

function better(a: Match, b: Match): boolean {
  const key = ({ confidence, detector: { provider, id }, start, end }: Match) => [
    provider === 'generic' ? 1 : 0,
    ['confirmed', 'likely', 'possible'].indexOf(confidence),
    start - end,
    start,
    ['a', 'b', 'c-d', 'generic-e', 'generic-f'].indexOf(id)
  ]
  const [x, y] = [key(a), key(b)]
  const i = x.findIndex((value, at) => value !== y[at])
  return i >= 0 && x[i] < y[i]
}
