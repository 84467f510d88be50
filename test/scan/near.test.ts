import { describe, expect, it } from 'vitest'
import { hex, redactorForAcme } from './acme.ts'

const acme = redactorForAcme({
  context: 'near',
  value: 'random',
  pattern: '([A-Za-z0-9]{20,40})',
  boundaries: { left: 'A-Za-z0-9/' },
  examples: ['acme_key=[[{{base62:24}}]]', 'acme key [[{{base62:24}}]]'],
  counterExamples: ['acme_key={{base62:10}}']
})

function redact(line: string): string {
  return acme.redact(line.replace(/@@|HEX/, hex))
}

/** With a shape asked for, what stands near a vendor's name must look generated, and the name must not say what else it is. */
describe('a value of a shape near a key word', () => {
  it('the detector is right', () => expect(acme.mistakes).toEqual([]))

  it.each([
    ['acme secret key @@', 'acme secret key [REDACTED:acme-api-key]'],
    ['acmeSECRET: @@', 'acmeSECRET: [REDACTED:acme-api-key]'],
    ['acme-token-@@', 'acme-token-[REDACTED:acme-api-key]'],
    ["acme: '@@'", "acme: '[REDACTED:acme-api-key]'"],
    ['ACMESECRETKEY @@', 'ACMESECRETKEY [REDACTED:acme-api-key]'],
    ['acmekey=@@', 'acmekey=[REDACTED:acme-api-key]'],
    ['acmes=@@', 'acmes=[REDACTED:acme-api-key]'],
    ['myAcmeToken @@', 'myAcmeToken [REDACTED:acme-api-key]'],
    ['{"acme_api_key":"@@"}', '{"acme_api_key":"[REDACTED:acme-api-key]"}'],
    ['Acme::Client.new("@@")', 'Acme::Client.new("[REDACTED:acme-api-key]")']
  ])('%s', (line, redacted) => expect(redact(line)).toBe(redacted))

  it.each([
    'acme_request_id=@@',
    'acme_uuid=@@',
    'macmePart @@',
    'acmea @@',
    '{"pacmeKey":"@@"}',
    'acme refused, request_id=@@',
    '{"msg":"acme order id: @@"}',
    'acme call (trace: "@@") failed',
    '{"acmeCommit":"@@"}',
    'acme_file_sha256: @@',
    '{"acmeRequestId":"@@"}',
    'GET https://api.acme.test/@@',
    'acme/acme-js@HEX',
    'https://npm.test/acme/-/acme-1.0.0.tgz#@@',
    'pulled acme/server:v2@sha256:@@',
    'acme at commit @@',
    'acme etag=@@',
    '[acme] job @@ done',
    'acme AbstractAuthenticationFilter failed',
    'acme 11111111111111111111111111111111'
  ])('%s is none', (line) => expect(redact(line)).toBe(line.replace(/@@|HEX/, hex)))
})

describe('a value of a shape assigned to a name', () => {
  const assigned = redactorForAcme({
    context: 'assigned',
    value: 'opaque',
    pattern: '([a-z0-9]{20,40})',
    examples: ['acme_key=[[{{alnum-lower:24}}]]', 'acmeKey=[[{{alnum-lower:24}}]]'],
    counterExamples: ['acme_key={{alnum-lower:10}}']
  })

  it.each([
    ['myAcmeKey = "HEX"', 'myAcmeKey = "[REDACTED:acme-api-key]"'],
    ['ACMEV5_TOKEN=HEX', 'ACMEV5_TOKEN=[REDACTED:acme-api-key]'],
    ['PacmeRoutine = "HEX"', `PacmeRoutine = "${hex}"`],
    ['acme_request_id=HEX', `acme_request_id=${hex}`]
  ])('%s', (line, redacted) => expect(assigned.redact(line.replace('HEX', hex))).toBe(redacted))
})
