import { describe, expect, test } from 'vitest'
import { autoCodec } from '../../src/codecs/auto.ts'
import { createRedactor } from '../../src/index.ts'
import type { Detector, Scanner, TraceEvent, WithheldReason } from '../../src/model.ts'
import { complete } from '../../src/scan/load/defaults.ts'
import { formatMistake, loadDetectors } from '../../src/scan/load/load.ts'
import { createRunScanner, withRuns } from '../../src/scan/runs/run-scanner.ts'
import { expand } from '../../src/scan/template.ts'

function detectorOf(id: string, pattern: string, more: object = {}): Detector {
  const entry = {
    id,
    name: id,
    severity: 'low' as const,
    keywords: [],
    context: 'anywhere' as const,
    pattern,
    caseInsensitive: false,
    checks: [],
    matcher: 'pattern' as const,
    allow: [],
    examples: [],
    counterExamples: [],
    override: false,
    ...more
  }
  const { override, ...detector } = complete(entry, { provider: 'zork', references: [] })
  return detector
}

const digits = detectorOf('zork-digits', '([0-9]{14,20})')
const grouped = detectorOf('zork-grouped', '([4-6][0-9]{3}(?: [0-9]{4}){3})')

function redacted(detectors: readonly Detector[], text: string): string {
  return Buffer.from(createRedactor({ detectors }).redact(Buffer.from(text)).payload).toString()
}

describe('a detector without keywords', () => {
  const number = '12345678901234'
  const rows: [what: string, text: string, expected: string][] = [
    ['in text', `a ${number}, b`, 'a [REDACTED:zork-digits], b'],
    ['at both ends', number, '[REDACTED:zork-digits]'],
    ['not shorter', 'a 1234567890123', 'a 1234567890123'],
    ['not longer', `a ${number}${number}`, `a ${number}${number}`],
    ['not in a word', `a${number}b`, `a${number}b`],
    ['as a JSON string', `{"a":"${number}"}`, '{"a":"[REDACTED:zork-digits]"}'],
    ['as a JSON number', `{"a":${number}}`, '{"a":"[REDACTED:zork-digits]"}'],
    ['as a member name', `{"${number}":1}`, '{"[REDACTED:zork-digits]":1}'],
    ['in JSON in JSON', `{"a":"{\\"b\\":\\"${number}\\"}"}`, '{"a":"{\\"b\\":\\"[REDACTED:zork-digits]\\"}"}'],
    ['behind an escape', `{"a":"x\\n${number}"}`, '{"a":"x\\n[REDACTED:zork-digits]"}'],
    [
      'but ids of traces',
      `{"dd.trace_id":"${number}","spanId":${number}}`,
      `{"dd.trace_id":"${number}","spanId":${number}}`
    ],
    ['on several lines', `${number}\nx\n${number}\n`, '[REDACTED:zork-digits]\nx\n[REDACTED:zork-digits]\n'],
    ['not in a placeholder', `[REDACTED:zork-digits:k.${number}]`, `[REDACTED:zork-digits:k.${number}]`]
  ]
  test.each(rows)('finds %s', (_, text, expected) => {
    expect(redacted([digits], text)).toBe(expected)
  })

  test('reports what it finds, as possible', () => {
    const { findings } = createRedactor({ detectors: [digits] }).redact(Buffer.from(`x\n{"a":{"b":"${number}"}}\n`))
    expect(findings).toEqual([
      {
        detector: 'zork-digits',
        confidence: 'possible',
        severity: 'low',
        record: 1,
        path: 'a.b',
        span: [13, 27],
        length: 14,
        fingerprint: null,
        action: 'label',
        hints: {}
      }
    ])
  })

  test('may have a pattern that is more than a run', () => {
    expect(redacted([grouped], 'at 2025-01-02 4111 1111 1111 1111 0000 or 3111 1111 1111 1111')).toBe(
      'at 2025-01-02 [REDACTED:zork-grouped] 0000 or 3111 1111 1111 1111'
    )
    // The byte in front would be part of a longer number, unless it ends an escape.
    expect(redacted([grouped], '14111 1111 1111 1111')).toBe('14111 1111 1111 1111')
    expect(redacted([grouped], 'a%204111 1111 1111 1111')).toBe('a%20[REDACTED:zork-grouped]')
  })

  test('asks checks, allow patterns and entropy', () => {
    const token = detectorOf('zork-token', '([a-z0-9]{20,40})', { checks: ['random'], allow: ['^0'], entropy: 3 })
    const value = expand('a{{alnum-lower:31}}', 4).text
    expect(redacted([token], `${value} supercalifragilisticexpialidocious 0${value}`)).toBe(
      `[REDACTED:zork-token] supercalifragilisticexpialidocious 0${value}`
    )
  })

  test('works beside others, and leaves a clean payload alone', () => {
    const literal = detectorOf('zork-key', '(zork_[a-z]{8})', { keywords: ['zork_'] })
    expect(redacted([literal, digits], `zork_abcdefgh ${number}`)).toBe('[REDACTED:zork-key] [REDACTED:zork-digits]')
    const clean = Buffer.from('nothing here 123456\n')
    expect(createRedactor({ detectors: [literal, digits] }).redact(clean).payload).toBe(clean)
  })

  test('explains itself', () => {
    const steps: TraceEvent[] = []
    createRedactor({ detectors: [digits], trace: (step) => steps.push(step) }).redact(Buffer.from(`a ${number}`))
    expect(steps).toEqual([{ stage: 'finding', detector: 'zork-digits', start: 2, end: 16, outcome: 'possible' }])
  })
})

test('what a codec cannot take apart is withheld, once', () => {
  const payload = Buffer.from('12345678901234')
  const parts: { start: number; end: number; reason: WithheldReason }[] = []
  const deep = {
    ...autoCodec,
    locate: ((bytes, hits, visitor) =>
      autoCodec.locate(bytes, hits, {
        ...visitor,
        field: (field) => visitor.withhold(field, 'depth')
      })) as typeof autoCodec.locate
  }
  const empty: Scanner = { scan: () => ({ matches: [], withheld: [] }), countNewlines: () => 0 }
  for (const { start, end, reason } of withRuns(empty, createRunScanner([digits])).scan(payload, deep).withheld)
    parts.push({ start, end, reason })
  expect(parts).toEqual([{ start: 0, end: 14, reason: 'depth' }])
  const both = withRuns(
    { ...empty, scan: (bytes, codec) => createRunScanner([digits]).scan(bytes, codec) },
    createRunScanner([digits])
  )
  expect(both.scan(payload, deep).withheld).toHaveLength(1)
})

describe('a file without keywords', () => {
  const mistakes = (changes: object) => {
    const detector = {
      id: 'zork-digits',
      name: 'Zork',
      severity: 'low',
      keywords: [],
      pattern: '([0-9]{14,20})',
      examples: ['a=[[{{digits:14}}]]', 'b=[[{{digits:20}}]]'],
      counterExamples: ['{{digits:13}}'],
      ...changes
    }
    const content = { provider: 'zork', references: ['https://zork.test'], detectors: [detector] }
    return loadDetectors([{ file: 'zork.yaml', content, lineOf: () => 0 }]).mistakes.map(formatMistake)
  }

  test.each([
    [{}, []],
    [
      { context: 'assigned' },
      ['zork.yaml: zork-digits: keywords: are missing: only a pattern with context anywhere can do without']
    ],
    [
      { pattern: '([0-9]{8,20})' },
      ['zork.yaml: zork-digits: keywords: are missing: only a pattern of at least 12 bytes can do without']
    ],
    [
      { pattern: '([^a]{14,20})' },
      [
        'zork.yaml: zork-digits: keywords: are missing: only a pattern of ASCII characters can do without, so no . and no [^...]'
      ]
    ]
  ])('%j', (changes, expected) => {
    expect(mistakes(changes)).toEqual(expected)
  })
})
