import { describe, expect, it } from 'vitest'
import { createRedactor } from '../../src/index.ts'
import { loadDetectors } from '../../src/scan/load.ts'

const { placed, mistakes } = loadDetectors([
  {
    file: 'acme.yaml',
    lineOf: () => 0,
    content: {
      provider: 'acme',
      name: 'Acme',
      references: ['https://docs.acme.test/'],
      detectors: [
        {
          id: 'acme-api-key',
          name: 'Acme API key',
          severity: 'high',
          keywords: ['acme'],
          context: 'assigned',
          value: 'opaque',
          pattern: '([a-f0-9]{32})',
          examples: ['acme_key=[[{{hex:32}}]]', 'acme: "[[{{hex:32}}]]"'],
          counterExamples: ['acme_key={{hex:10}}']
        }
      ]
    }
  }
])
const redactor = createRedactor({ detectors: placed.map(({ detector }) => detector) })
const hex = ['3f9a1c47', 'b2d8e605', '91c4f7a3', '0e6bd258'].join('')

function redact(line: string): string {
  return Buffer.from(redactor.redact(Buffer.from(line.replace('@@', hex))).payload).toString()
}

/** A pattern and a shape make a vendor's bare name enough, unless the key's last word says what else the value is. */
describe('a value of a pattern and a shape, assigned to a key', () => {
  it('the detector is right', () => expect(mistakes).toEqual([]))

  it.each([
    ["acme: '@@'", "acme: '[REDACTED:acme-api-key]'"],
    ['ACME_KEY=@@', 'ACME_KEY=[REDACTED:acme-api-key]'],
    ['{"acmeToken":"@@"}', '{"acmeToken":"[REDACTED:acme-api-key]"}'],
    ['acme_id_key=@@', 'acme_id_key=[REDACTED:acme-api-key]']
  ])('%s', (line, redacted) => expect(redact(line)).toBe(redacted))

  it.each(['acme_trace_id=@@', '{"acmeRequestId":"@@"}', 'ACME_URL=@@', 'acme secret key @@'])('%s is none', (line) =>
    expect(redact(line)).toBe(line.replace('@@', hex))
  )
})
