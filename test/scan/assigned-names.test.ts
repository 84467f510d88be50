import { describe, expect, it } from 'vitest'
import { hex, redactorForAcme } from './acme.ts'

const acme = redactorForAcme({
  context: 'assigned',
  value: 'opaque',
  pattern: '([a-f0-9]{32})',
  examples: ['acme_key=[[{{hex:32}}]]', 'acme: "[[{{hex:32}}]]"'],
  counterExamples: ['acme_key={{hex:10}}']
})

function redact(line: string): string {
  return acme.redact(line.replace('@@', hex))
}

/** A pattern and a shape make a vendor's bare name enough, unless the key's last word says what else the value is. */
describe('a value of a pattern and a shape, assigned to a key', () => {
  it('the detector is right', () => expect(acme.mistakes).toEqual([]))

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
