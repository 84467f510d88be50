// What somebody decided to be no secret stays, and is no finding; nothing else does.
import { expect, test } from 'vitest'
import { createAllowList } from '../../src/cli/tickets-allowed.ts'
import { bundledDetectors, createRedactor, type RedactorOptions } from '../../src/index.ts'
import { createFingerprinter } from '../../src/redact/fingerprint.ts'
import { expand } from '../../src/scan/template.ts'

const detectors = bundledDetectors.filter(({ id }) => ['github-pat-classic', 'generic-password'].includes(id))
const [token, other] = [1, 2].map((seed) => expand('[[ghp_{{base62:30}}{{crc32-base62}}]]', seed).text)
const keys = ['k2', 'k1'].map((id, i) => ({ id, key: Buffer.alloc(32, 7 + i) }))
const day = 86_400_000
const begin = Date.UTC(2026, 0, 1)

function redact(
  text: string,
  allowed: Partial<Parameters<ReturnType<typeof createAllowList>['set']>[0][number]>[],
  options: RedactorOptions = {},
  now = begin
) {
  const counted: string[] = []
  const allowances = createAllowList(
    'default',
    () => now,
    (detector) => counted.push(detector)
  )
  const entry = { tenant: 'default', detector: 'github-pat-classic', fingerprint: printOf(token), expires: begin + day }
  allowances.set(allowed.map((one) => ({ ...entry, owner: 'ada', reason: 'an example', ...one })))
  const payload = Buffer.from(text)
  const redacted = createRedactor({ detectors, keys, allowances, ...options }).redact(payload)
  return {
    same: redacted.payload === payload,
    text: Buffer.from(redacted.payload)
      .toString()
      .replaceAll(/:k\d\.[\w-]{16}\]/g, ']'),
    findings: redacted.findings.map(({ detector }) => detector),
    counted
  }
}

function printOf(secret: string, key = keys[0]): string {
  return createFingerprinter([key]).fingerprint(Buffer.from(secret)) as string
}

const gone = '[REDACTED:github-pat-classic]'

test('an allowed value stays, and the payload is the very same; another value goes', () => {
  expect(redact(`a ${token} b`, [{}])).toEqual({
    same: true,
    text: `a ${token} b`,
    findings: [],
    counted: ['github-pat-classic']
  })
  expect(redact(`a ${token} b ${other} c`, [{}])).toMatchObject({
    text: `a ${token} b ${gone} c`,
    findings: ['github-pat-classic']
  })
  expect(redact(`a ${token} b`, [])).toMatchObject({ text: `a ${gone} b`, counted: [] })
})

test.each([
  ['of another tenant', { tenant: 'other' }],
  ['of another detector', { detector: 'generic-password' }],
  ['that has expired', { expires: begin }],
  ['of another value', { fingerprint: printOf(other) }]
])('an entry %s does not work', (_, entry) => {
  expect(redact(`a ${token} b`, [entry])).toMatchObject({ text: `a ${gone} b`, findings: ['github-pat-classic'] })
})

test('the older of two keys still tells what was allowed under it', () => {
  expect(redact(`a ${token} b`, [{ fingerprint: printOf(token, keys[1]) }])).toMatchObject({ same: true })
})

test('what worse detectors see in the same value stays as well; what goes beyond it does not', () => {
  expect(redact(`password=${token}`, [{}])).toMatchObject({ same: true, findings: [] })
  const allowed = [{ detector: 'generic-password', fingerprint: printOf(`x-${token}`) }]
  expect(redact(`password=x-${token}`, allowed)).toMatchObject({ text: `password=x-${gone}` })
})

test('a record with an allowed value is not dropped for it', () => {
  expect(redact(`a ${token} b\nc ${other} d\n`, [{}], { policy: { default: 'drop' } })).toMatchObject({
    text: `a ${token} b\n`
  })
})
