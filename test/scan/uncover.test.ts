import { describe, expect, test } from 'vitest'
import { bundledDetectors, createRedactor, type Trace } from '../../src/index.ts'
import { expand } from '../../src/scan/template.ts'

const errors: unknown[] = []
const onError = (error: unknown) => errors.push(error)
const redactors = [
  createRedactor({ onError }),
  createRedactor({ onError, keys: [{ id: 'k1', key: Buffer.alloc(32, 1) }] })
]

/** The line redacted, every placeholder as its detector's id in brackets; the second time, and with a key, it must be the same. */
function redact(line: string): string {
  const [plain, keyed] = redactors.map((redactor) => {
    const once = Buffer.from(redactor.redact(Buffer.from(line)).payload)
    const twice = redactor.redact(once)
    expect([line, Buffer.from(twice.payload).toString(), twice.findings]).toEqual([line, once.toString(), []])
    return once.toString().replace(/\[REDACTED:([a-z0-9-]+)(?::k1\.[\w-]{16})?\]/g, '⟨$1⟩')
  })
  expect(keyed).toBe(plain)
  expect(errors).toEqual([])
  return plain
}

function made(template: string, seed = 1): string {
  return expand(`[[${template}]]`, seed).text
}

const stripe = made('sk_live_{{base62:24}}')
const webhook = (seed: number) => made('whsec_{{base62:32}}=', seed)
const gitlab = made('glpat-{{base62:20}}')
const password = ['hun7', 'er2', 'xyz'].join('')

describe('a token that stands alone only when its neighbour is gone', () => {
  test('in text', () => {
    expect(redact(`a ${webhook(1)}${stripe} b`)).toBe('a ⟨stripe-webhook-secret⟩⟨stripe-secret-key⟩ b')
  })

  test('in a JSON string with escapes, where it keeps its place', () => {
    const log = `"é"\n${webhook(1)}${stripe}\t"b"`
    expect(redact(JSON.stringify({ log, n: 1 }))).toBe(
      JSON.stringify({ log: '"é"\n⟨stripe-webhook-secret⟩⟨stripe-secret-key⟩\t"b"', n: 1 })
    )
  })

  test('is a finding at its place in the payload', () => {
    const line = `a\nb ${webhook(1)}${stripe}`
    const { findings, records } = redactors[0].redact(Buffer.from(line))
    expect(records).toBe(2)
    expect(findings.map(({ detector, record, span, length }) => [detector, record, ...span, length])).toEqual([
      ['stripe-webhook-secret', 1, 4, 43, 39],
      ['stripe-secret-key', 1, 43, 75, 32]
    ])
  })

  test('of many, the whole run goes, and no word beside it', () => {
    const chain = [1, 2, 3, 4, 5, 6, 7, 8].map(webhook).join('')
    expect(redact(`a ${chain} b`)).toBe('a ⟨stripe-webhook-secret⟩ b')
    expect(redact(`{"a":"${chain}","b":1}`)).toBe('{"a":"⟨stripe-webhook-secret⟩","b":1}')
    const { findings } = redactors[0].redact(Buffer.from(`a ${chain} b`))
    expect(findings.map(({ span }) => span)).toEqual([[2, 2 + chain.length]])
  })

  test('two of such runs are two', () => {
    const chain = [1, 2, 3, 4, 5].map(webhook).join('')
    expect(redact(`a ${chain} b ${chain} c`)).toBe('a ⟨stripe-webhook-secret⟩ b ⟨stripe-webhook-secret⟩ c')
  })

  test('explain tells it', () => {
    const steps: unknown[] = []
    const redactor = createRedactor({
      detectors: bundledDetectors.filter(({ provider }) => provider === 'stripe'),
      trace: ({ stage, detector, start, end, outcome }) => steps.push([stage, detector, start, end, outcome])
    })
    redactor.redact(Buffer.from(`${webhook(1)}${stripe}`))
    expect(steps).toEqual([
      ['literal', 'whsec_', 0, 6, 'hit'],
      ['boundary', 'stripe-webhook-secret', 0, 39, 'no match'],
      ['literal', 'sk_live_', 39, 47, 'hit'],
      ['finding', 'stripe-secret-key', 39, 71, 'likely'],
      ['finding', 'stripe-webhook-secret', 0, 39, 'likely, beside what is redacted']
    ])
  })
})

describe('pairs in HTML references', () => {
  test.each([
    [
      '&quot;password&quot;:&quot;password=&lt;password=,',
      '&quot;password&quot;:&quot;⟨generic-password⟩⟨connection-string-password⟩;password=⟨connection-string-password⟩'
    ],
    [
      `&quot;password&quot;:&quot;password=&lt;password=${password},`,
      '&quot;password&quot;:&quot;⟨generic-password⟩⟨connection-string-password⟩;password=⟨generic-password⟩,'
    ]
  ])('%s', (line, expected) => expect(redact(line)).toBe(expected))
})

describe('a placeholder', () => {
  test('is no index, behind which the value of a key could stand', () => {
    const word = made('{{base62:40}}')
    expect(redact(`password\xff${made('xai-{{base62:80}}')} ${word}`)).toBe(`password\xff⟨xai-api-key⟩ ${word}`)
    expect(redact(`key[REDACTED:generic-password] ${word}`)).toBe(`key⟨generic-password⟩ ${word}`)
  })

  test('is no part of what may be a value, with whatever digits its fingerprint has', () => {
    const begin = `-----BEGIN RSA ${'PRIVATE'} KEY-----`
    expect(redact(`private KEY-----?CB(#:A#&token=${begin}`)).toBe('private KEY-----?CB(#:A#&token=⟨private-key-pem⟩')
  })

  test('says nothing about what is around it, whatever words its id holds', () => {
    const decoded: string[] = []
    // Only those whose words the placeholders hold: others may look at what stands before.
    const detectors = bundledDetectors.filter(({ provider }) => provider === 'generic' || provider === 'private-key')
    const trace: Trace = ({ stage, detector }) => stage === 'decode' && decoded.push(detector)
    const redactor = createRedactor({ detectors, trace })
    for (const id of ['generic-password', 'x-api-key', 'a', 'private-key-pem:k1.AbCdEfGhIjKlMnOp']) {
      for (const before of ['%22a%22', '--key%22', '--key\\"', '--key&quot;']) {
        const payload = Buffer.from(`${before}[REDACTED:${id}]%22%2E&quot;\\"`)
        expect(redactor.redact(payload).payload).toBe(payload)
      }
    }
    expect(decoded).toEqual([])
  })
})

describe('names of JSON', () => {
  test('one too long for a name is none when it is short, because something in it was redacted', () => {
    const long = made('{{base62:130}}')
    const token = made('eyJrIjoi{{base62:200}}')
    expect(redact(JSON.stringify({ [`token=${token}`]: long }))).toBe(
      JSON.stringify({ 'token=⟨grafana-api-key⟩': long })
    )
  })

  test('one that is redacted shields nothing from the name of the list', () => {
    expect(redact(`{"password":["passwordis","${password}"]}`)).toBe(
      '{"password":["⟨generic-password⟩","⟨generic-password⟩"]}'
    )
    const name = made('password{{base62:6}}.v')
    expect(redact(JSON.stringify({ password: { name: gitlab, value: [password, 12345678] } }))).toBe(
      JSON.stringify({
        password: {
          name: '⟨gitlab-personal-access-token⟩',
          value: ['⟨generic-password⟩', '⟨generic-password⟩']
        }
      })
    )
    expect(redact(`{"password":[{"value":"${password}","key":"${name}"}]}`)).toBe(
      '{"password":[{"value":"⟨generic-password⟩","key":"⟨generic-key⟩"}]}'
    )
    const inner = JSON.stringify([password])
    expect(redact(JSON.stringify({ password: [gitlab, inner] }))).toBe(
      JSON.stringify({ password: ['⟨gitlab-personal-access-token⟩', '["⟨generic-password⟩"]'] })
    )
  })
})

describe('an empty private key', () => {
  const [begin, end] = ['BEGIN', 'END'].map((word) => `-----${word} RSA ${'PRIVATE'} KEY-----`)

  test('is none, and its armour no value', () => {
    expect(redact(`${begin} ${end}`)).toBe(`${begin} ${end}`)
    expect(redact(`${begin}password: ${end}`)).toBe(`${begin}password: ${end}`)
    expect(redact(`password=${password}${end}`)).toBe(`password=⟨generic-password⟩${end}`)
  })

  test('is one without an end, when that goes with a value', () => {
    expect(redact(`${begin}password="xy9 -----END Zq-----"`)).toBe('⟨private-key-pem⟩"⟨generic-password⟩"')
  })
})

test('a name that goes on behind an escape is the same name in a large payload', () => {
  const key = made('{{hex:32}}')
  for (const line of [`ABSTRACT&#95;API&#95;KEY=${key}`, `ABSTRACT%5FAPI%5FKEY=${key}`]) {
    const expected = line.replace(key, '⟨abstractapi-api-key⟩')
    expect(redact(line)).toBe(expected)
    const filler = '\nlorem ipsum'.repeat(1000)
    expect(redact(line + filler)).toBe(expected + filler)
  }
})
