import { generateKeyPairSync } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { detectorFilesIn, readDetectorFiles } from '../../src/config/detector-files.ts'
import { bundledDetectors, createRedactor } from '../../src/index.ts'
import { checks } from '../../src/scan/checks/index.ts'
import { expand } from '../../src/scan/template.ts'
import fc from '../property.ts'

const { redact } = createRedactor({ detectors: bundledDetectors })

function found(line: string, id: string) {
  return redact(Buffer.from(line))
    .findings.filter(({ detector }) => detector === id)
    .map(({ confidence, hints }) => [confidence, hints])
}

/** A document, and the same as a string in another one. */
const nested = (value: object) => [JSON.stringify(value), JSON.stringify({ log: JSON.stringify(value) })]

describe('confidence', () => {
  const cases: [name: string, id: string, template: string, confidence: string][] = [
    ['a proof that holds', 'github-pat-classic', 'x [[ghp_{{base62:30}}{{crc32-base62}}]]', 'confirmed'],
    ['one that does not hold lowers it', 'github-pat-classic', 'x [[ghp_{{base62:36}}]]', 'possible'],
    ['nothing to prove changes nothing', 'azure-entra-client-secret', 'x [[{{base62:3}}7Q~{{base62:31}}]]', 'likely'],
    ['no check', 'gcp-oauth-client-secret', 'x [[GOCSPX-{{base62:28}}]]', 'likely'],
    ['a filter alone', 'url-password', 'x://u:[[{{base62:12}}]]@db/', 'likely']
  ]
  test.each(cases)('%s', (_, id, template, confidence) => {
    expect(found(expand(template, 3).text, id).map(([sure]) => sure)).toEqual([confidence])
  })

  test('of a private key comes from its structure', () => {
    const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
    const flat = pem.trim().replaceAll('\n', '\\n')
    const id = 'private-key-pem'
    expect(found(`key ${flat}`, id)).toEqual([['confirmed', { encrypted: 'no' }]])
    expect(found(`key ${flat.replace(/\\nM[^\\]*/, `\\n${'Mx'.repeat(20)}`)}`, id)).toEqual([['possible', {}]])
    expect(found(`key ${flat.replace(/\\nM[^\\]*/, '\\n...')}`, id)).toEqual([])
    expect(found(`key ${flat.slice(0, 60)}`, id)).toEqual([['likely', { encrypted: 'no' }]])
  })
})

describe('hints', () => {
  test('are read around the secret in its record', () => {
    const key = {
      type: 'service_account',
      project_id: 'acme-prod-1',
      private_key: expand('{{pem:PRIVATE KEY:3}}', 1).text
    }
    const line = JSON.stringify({ ...key, client_email: 'ci@acme-prod-1.iam.gserviceaccount.com' })
    expect(found(line, 'private-key-pem')).toEqual([
      ['confirmed', { encrypted: 'no', project: 'acme-prod-1', account: 'ci@acme-prod-1.iam.gserviceaccount.com' }]
    ])
    // Of the record before or behind nothing is told.
    expect(found(`{"type":"service_account"}\n${JSON.stringify({ k: key.private_key })}\n`, 'private-key-pem')).toEqual(
      [['confirmed', { encrypted: 'no' }]]
    )
  })

  test('are the same in text, in a JSON value and in JSON in one', () => {
    const url = expand('postgres://app:{{base62:14}}@db.internal:5432/app', 1).text
    for (const line of [
      `open ${url} now`,
      `dsn="${url}"`,
      ...nested({ dsn: url }),
      ...nested({ msg: `open ${url}`, n: 1 })
    ])
      expect(found(line, 'url-password')).toEqual([['likely', { host: 'db.internal' }]])
  })

  test('say when a URL ends', () => {
    const url = expand(
      'https://a.blob.core.windows.net/c?sv=2024-11-04&se=2026-03-02T11%3A00Z&sig={{base64:42}}A%3D&sp=r',
      1
    ).text
    for (const line of [`GET ${url} 200`, ...nested({ url }), `u=${JSON.stringify(url).replaceAll('&', '\\u0026')}`])
      expect(found(line, 'azure-sas-signature').concat(found(line, 'http-signature'))).toContainEqual([
        'confirmed',
        { host: 'a.blob.core.windows.net', expires: '2026-03-02T11:00:00Z' }
      ])
  })

  test('of a check that failed are none', () => {
    // An account of more than 12 digits.
    expect(found(`x ${['AKIA', '7'.repeat(16)].join('')} y`, 'aws-access-key-id')).toEqual([['possible', {}]])
  })
})

test('a host is told only where the password cannot reach into it', () => {
  const host = 'db.internal.test'
  const lines: ((password: string) => string)[] = [
    (password) => `postgres://app:${password}@${host}:5432/app`,
    (password) => `open https://app:${password}@${host}/x?y=1 now`,
    (password) => `Server=${host};User Id=a;Password=${password};Encrypt=true`,
    (password) => `jdbc:mysql://${host}/a?user=x&password=${password}&z=1`,
    (password) => `app:${password}@tcp(${host}:3306)/x`,
    (password) => `curl -u bob:${password} https://${host}/v1`,
    (password) => JSON.stringify({ url: `amqp://a:${password}@${host}/v`, n: 1 })
  ]
  const awkward = fc.string({
    unit: fc.constantFrom(...'ab01.-@@//??##;;:=&%!$"\' <>{}()[]\\,'),
    minLength: 4,
    maxLength: 16
  })
  fc.assert(
    fc.property(awkward, fc.constantFrom(...lines), (password, write) => {
      const { findings } = redact(Buffer.from(write(password)))
      for (const { hints } of findings) expect([host, undefined]).toContain(hints.host)
    }),
    { numRuns: 3000, seed: 7 }
  )
})

test('a token that somebody masked is none, one with three masks in it is', () => {
  for (const prefix of ['npm_', 'glpat-', 'AKIA', 'sk_live_', 'SG.']) {
    for (const mask of ['x', 'X']) {
      const line = `using ${prefix}${mask.repeat(36)} here`
      expect([line, redact(Buffer.from(line)).findings]).toEqual([line, []])
    }
  }
  const { text } = expand('x [[npm_{{base62:14}}xXx{{base62:19}}]]', 3)
  expect(found(text, 'npm-access-token')).toEqual([['possible', {}]])
})

/** Names of parts that stand in the secret as they are, and that are public. */
const publicParts = ['team', 'app', 'bot', 'token', 'signature']

describe('hints hold no part of a secret', () => {
  const { placed } = readDetectorFiles(detectorFilesIn(fileURLToPath(new URL('../../detectors', import.meta.url))))
  const proven = placed
    .map(({ detector }) => detector)
    .filter((detector) => detector.checks.some((name) => checks[name].hints))

  test.each(proven.map((detector) => [detector.id, detector] as const))('%s', (_, detector) => {
    for (const template of detector.examples) {
      const payload = Buffer.from(expand(template, 5).text)
      for (const { hints, span } of redact(payload).findings) {
        const secret = payload.subarray(...span).toString('latin1')
        for (const [name, value] of Object.entries(hints)) {
          expect(value).toMatch(/^[\x20-\x7e]{1,300}$/)
          if (publicParts.includes(name)) expect(value).toMatch(/^[A-Za-z0-9+]{4,20}$/)
          else expect(secret.includes(value) && value.length > 3 ? `${name} is in the secret` : '').toBe('')
        }
      }
    }
  })
})
