import { describe, expect, test } from 'vitest'
import { autoCodec } from '../../src/codecs/auto.ts'
import { bundledDetectors, createRedactor } from '../../src/index.ts'
import { unsaid } from '../../src/scan/load/defaults.ts'
import { createScanner } from '../../src/scan/scanner.ts'
import { expand } from '../../src/scan/template.ts'

const tailed = 'generic-prefixed-token'
const scanner = createScanner(bundledDetectors)
const { text: body } = expand('{{base62:36}}', 3)
const { text: hex } = expand('{{hex:40}}', 9)
const wide = 'generic-prefixed-urlsafe-token'
const { text: url } = expand('{{base64url:12}}_{{base64url:16}}-{{base64url:13}}', 11)
const { text: github } = expand('ghp_{{base62:30}}{{crc32-base62}}', 7)

function found(line: string): string[] {
  return scanner.scan(Buffer.from(line), autoCodec).matches.map(({ detector }) => detector.id)
}

function redacted(line: string): string {
  return Buffer.from(createRedactor().redact(Buffer.from(line)).payload).toString()
}

describe('a generated value behind a name', () => {
  test.each([
    [`using acme_${body} now`, `using [REDACTED:${tailed}] now`],
    [`using acme-eu-2_${body}.`, `using [REDACTED:${tailed}].`],
    [`ACME_PROD_2_${body.slice(0, 30)}`, `[REDACTED:${tailed}]`],
    [`{"msg":"a\\nacme_${body}\\n"}`, `{"msg":"a\\n[REDACTED:${tailed}]\\n"}`],
    [`?x=%3Dacme_${body}%26`, `?x=%3D[REDACTED:${tailed}]%26`],
    [`acme_v1_${hex}`, `[REDACTED:${tailed}]`],
    [`ACME_${hex.toUpperCase()}`, `[REDACTED:${tailed}]`],
    [`acme_${body} bcme_${body}`, `[REDACTED:${tailed}] [REDACTED:${tailed}]`]
  ])('goes with its name: %s', (line, expected) => expect(redacted(line)).toBe(expected))

  test.each([
    `acme_${body.slice(0, 29)}`,
    `acme_${body}_x`,
    `acme_${body}=`,
    `Acme_${body}`,
    `x.acme_${body}`,
    `_${body}`,
    `acme_${'0123456789abcdef'.repeat(4)}`,
    `acme_${hex.slice(0, 39)}`,
    `main-${hex}`,
    `acme_commit_${hex}`,
    `sha512-${body}${body}`,
    `cs_live_${body}${body}`,
    `com_example_${'AbstractInvoiceReconciliationService'}`
  ])('is none: %s', (line) => expect(redacted(line)).toBe(line))

  test('of a token whose vendor is known, nobody looks for it', () => {
    expect(found(github)).toEqual(['github-pat-classic'])
    expect(found(`${github} acme_${body}`)).toEqual(['github-pat-classic', tailed])
  })

  test('in every text of a record', () => {
    const { text: other } = expand('{{base62:40}}', 5)
    const line = JSON.stringify({
      a: [`acme_${body}`, { b: `bcme-${other}` }],
      c: JSON.stringify({ d: `acme_${body}` })
    })
    expect(redacted(line)).not.toContain(body)
    expect(redacted(line)).not.toContain(other)
  })
})

describe('a generated value behind a name with dots', () => {
  test.each([
    [`using acme.${body} now`, 'using [REDACTED:generic-dotted-token] now'],
    [`{"auth":"acme.live.eu.${body}"}`, '{"auth":"[REDACTED:generic-dotted-token]"}'],
    [`?x=%3Dacme.${body}%26`, '?x=%3D[REDACTED:generic-dotted-token]%26']
  ])('goes with its name: %s', (line, expected) => expect(redacted(line)).toBe(expected))

  test.each([
    `acme.${body.slice(0, 29)}`,
    `acme.${body}.example.test`,
    `/acme.${body}`,
    `Acme.${body}`,
    `a.${body}`,
    `acme.${'0123456789abcdef'.repeat(2)}`,
    'com.example.AbstractInvoiceReconciliationServiceFactoryBean'
  ])('is none: %s', (line) => expect(redacted(line)).toBe(line))
})

describe('a generated value in base64url behind a name', () => {
  test.each([
    [`using acme_${url} now`, `using [REDACTED:${wide}] now`],
    [`ACME-${url}=`, `[REDACTED:${wide}]=`],
    [`{"msg":"a\\nacme_${url}\\n"}`, `{"msg":"a\\n[REDACTED:${wide}]\\n"}`],
    [`{"msg":"k\\u003dabcdefghijkl_${url}\\u0026"}`, `{"msg":"k\\u003d[REDACTED:${wide}]\\u0026"}`],
    [`?x=%3Dacme_${url}%26`, `?x=%3D[REDACTED:${wide}]%26`],
    [`acme_${url} bcme-${url}`, `[REDACTED:${wide}] [REDACTED:${wide}]`],
    // a tail of letters and digits, too
    [`acme_eu_77_${body}`, `[REDACTED:${tailed}]`]
  ])('goes with its name: %s', (line, expected) => expect(redacted(line)).toBe(expected))

  test.each([
    `acme_${url.slice(1)}`,
    `acme_${url}+`,
    `Acme_${url}`,
    `x.acme_${url}`,
    url,
    `sha256-${url}`,
    `cs_live_${url}`,
    `acme_${url.toLowerCase()}`,
    `worker-8f14e45f-ceea-467f-9f3b-5d9c8f2a7b61-0c9d1e2f-3a4b-4c5d-8e6f-7a8b9c0d1e2f`,
    'test_WhatHappens_WhenTheInvoiceServiceV2_IsNotReachable_For30Seconds',
    'B7F2-------------------------------------------------a'
  ])('is none: %s', (line) => expect(redacted(line)).toBe(line))
})

test('one character of several bytes is a literal like others', () => {
  const definition = {
    ...unsaid,
    id: 'acme-mark',
    name: 'Mark',
    provider: 'acme',
    severity: 'low' as const,
    maxLength: 11
  }
  const own = createScanner([{ ...definition, pattern: '(密[0-9]{8})', keywords: ['密'] }])
  const { matches } = own.scan(Buffer.from('a 密12345678 b'), autoCodec)
  expect(matches.map(({ start, end }) => [start, end])).toEqual([[2, 13]])
})
