import { describe, expect, it } from 'vitest'
import { createRedactor } from '../../src/index.ts'

const redactor = createRedactor()
const hex = ['3f9a1c47', 'b2d8e605', '91c4f7a3', '0e6bd258'].join('')

function redact(line: string): string {
  return Buffer.from(redactor.redact(Buffer.from(line)).payload).toString()
}

/** The value is a part of the name: no separator stands between them. */
describe('a value joined to its key', () => {
  it.each([
    ['acmeco-PRIVATE-@@', 'acmeco-PRIVATE-[REDACTED:generic-key]'],
    ['acmeco-token-@@', 'acmeco-token-[REDACTED:generic-token]'],
    ['at acmeco.secret.@@, retrying', 'at acmeco.secret.[REDACTED:generic-secret], retrying'],
    ['acmeco-secret-access-key-@@', 'acmeco-secret-access-key-[REDACTED:generic-api-key]'],
    ['{"m":"used acmecoKEY-@@"}', '{"m":"used acmecoKEY-[REDACTED:generic-key]"}']
  ])('%s', (line, redacted) => expect(redact(line.replace('@@', hex))).toBe(redacted))

  it.each([
    'pod auth-service-7d9f8b6c5d-x2k4q started',
    'secret/default-token-x7k2p mounted',
    'monkey-island-2023-10-11-123456.log',
    'session-2024-01-02-03-04-05-678 closed',
    `cache-key-id-${hex}`,
    `public-key-${hex}`
  ])('%s is none', (line) => expect(redact(line)).toBe(line))
})
