import { describe, expect, test } from 'vitest'
import { createRedactor } from '../../src/index.ts'
import type { Detector } from '../../src/model.ts'
import { shannonEntropy } from '../../src/scan/entropy.ts'
import { complete } from '../../src/scan/load/defaults.ts'
import { loadDetectors } from '../../src/scan/load/load.ts'
import { selfTest } from '../../src/scan/load/self-test.ts'

const entry = {
  id: 'zork-token',
  name: 'Zork',
  severity: 'low',
  keywords: ['zork_'],
  context: 'anywhere',
  pattern: 'zork_([a-f0-9]{8})',
  caseInsensitive: false,
  checks: [],
  matcher: 'pattern',
  allow: [],
  entropy: 2.9,
  examples: ['a=zork_[[01234567]]', 'b=zork_[[abcdef01]]'],
  counterExamples: ['zork_00112233'],
  override: false
} as const

describe('entropy', () => {
  test.each([
    ['', 0],
    ['aaaa', 0],
    ['abab', 1],
    ['0123456789abcdef', 4],
    ['aab', 0.9182958340544896]
  ])('of %j', (text, bits) => {
    expect(shannonEntropy(text)).toBeCloseTo(bits, 12)
  })

  test('must be exceeded by a secret', () => {
    const { override, ...detector } = complete(
      { ...entry, keywords: [...entry.keywords], checks: [], allow: [], examples: [], counterExamples: [] },
      { provider: 'zork', references: [] }
    )
    const { redact } = createRedactor({ detectors: [detector as Detector] })
    expect(Buffer.from(redact(Buffer.from('zork_01234567 zork_00112233')).payload).toString()).toBe(
      'zork_[REDACTED:zork-token] zork_00112233'
    )
  })

  test('is part of the self-test', () => {
    const load = (detector: object) =>
      loadDetectors([
        {
          file: 'zork.yaml',
          content: { provider: 'zork', references: ['https://zork.test'], detectors: [detector] },
          lineOf: () => 0
        }
      ])
    const sound = load(entry)
    expect([sound.mistakes, sound.placed.flatMap(selfTest)]).toEqual([[], []])
    const messages = load({ ...entry, entropy: 3 })
      .placed.flatMap(selfTest)
      .map(({ field, message }) => `${field}: ${message}`)
    expect(messages).toEqual([
      'examples[1]: marks what an allow pattern, entropy or a check drops',
      'examples[2]: marks what an allow pattern, entropy or a check drops'
    ])
  })
})
