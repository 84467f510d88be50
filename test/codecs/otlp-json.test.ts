// OTLP/JSON as no ordinary writer writes it, and what is no OTLP/JSON at all.
import { describe, expect, test } from 'vitest'
import { createOtlpCodec, validateOtlp } from '../../src/codecs/otlp-codec.ts'
import { createRedactors } from '../../src/index.ts'
import { canary, password } from './otlp-toys.ts'

const redactors = createRedactors({ detectors: [canary, password] })
const redactor = redactors.otlp({ format: 'otlp-json', signal: 'logs' })
const secret = 'hunter2hunter'
const token = 'canary_123456'
const hidden = '[REDACTED:github-canary]'
const hiddenPassword = '[REDACTED:toy-password]'

/** Redacts, and proves that only these texts changed. */
function redacts(text: string, expected: string): string[] {
  const { payload, findings } = redactor.redact(Buffer.from(text))
  expect(String(payload)).toBe(expected)
  expect(redactor.redact(payload).payload).toBe(payload)
  return findings.map(({ record, path }) => `${record} ${path}`)
}

const request = (records: string) => `{"resourceLogs":[{"scopeLogs":[{"logRecords":[${records}]}]}]}`
const attributes = (pair: string) => request(`{"attributes":[${pair}]}`)

describe('pairs', () => {
  const written: [string, (value: string) => string][] = [
    ['compact', (value) => `{"key":"password","value":{"stringValue":"${value}"}}`],
    ['the value first', (value) => `{"value":{"stringValue":"${value}"},"key":"password"}`],
    ['far apart', (value) => `{"key":"password",\n${' '.repeat(90)}"value" : {"stringValue":"${value}"}}`],
    ['something in between', (value) => `{"key":"password","note":1,"value":{"stringValue":"${value}"}}`],
    ['members named twice', (value) => `{"key":"x","key":"password","value":{"stringValue":"${value}"}}`],
    ['names of the definitions', (value) => `{"key":"password","value":{"string_value":"${value}"}}`],
    ['escapes', (value) => `{"\\u006bey":"pass\\u0077ord","value":{"stringValue":"${value}"}}`],
    ['no message around the value', (value) => `{"key":"password","value":"${value}"}`]
  ]
  test.each(written)('%s', (_, pair) => {
    const [place] = redacts(attributes(pair(secret)), attributes(pair(hiddenPassword)))
    expect(place).toMatch(/^0 attributes\./)
  })

  test('pretty-printed, at any depth and width', () => {
    let value: object = { stringValue: secret }
    for (let depth = 0; depth < 12; depth++) {
      value = { kvlistValue: { values: [{ key: depth === 0 ? 'password' : 'k', value }] } }
      for (const width of [1, 2, 4, 10, '\t']) {
        const message = { resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: value }] }] }] }
        const text = JSON.stringify(message, null, width)
        expect(redacts(text, text.replace(secret, hiddenPassword))).toHaveLength(1)
      }
    }
  })
})

test('a byte order mark stays', () => {
  const payload = Buffer.from(`\ufeff${request(`{"body":{"stringValue":"${token}"}}`)}`)
  expect(validateOtlp(payload, 'logs', 'otlp-json')).toBe(-1)
  const redacted = redactor.redact(payload)
  expect(String(redacted.payload)).toBe(String(payload).replace(token, hidden))
  expect(redacted.findings.map(({ path }) => path)).toEqual(['body'])
})

test('null stands for what is absent', () => {
  const text = (value: string) =>
    `{"resourceLogs":[{"resource":null,"scopeLogs":[null,{"scope":null,"logRecords":[null,{"body":null,"attributes":null,"eventName":"${value}"}]}]}]}`
  expect(redacts(text(token), text(hidden))).toEqual(['1 event_name'])
  redacts('{"resourceLogs":null}', '{"resourceLogs":null}')
})

const unknown: [string, (value: string) => string, string][] = [
  ['of a record', (value) => request(`{"new":{"a":["${value}"]}}`), '0 new.a.0'],
  ['that governs', (value) => request(`{"password":"${value}"}`), '0 password'],
  ['of the request', (value) => `{"new":"${value}"}`, '0 new'],
  ['beside records', (value) => `{"resourceLogs":[{"scopeLogs":[{"new":{"a":"${value}"}}]}]}`, '0 new.a'],
  ['of another form than it should have', (value) => `{"resourceLogs":{"scopeLogs":"${value}"}}`, '0 scopeLogs'],
  ['a number as text', (value) => request(`{"timeUnixNano":"${value}"}`), '0 time_unix_nano']
]
test.each(unknown)('a member %s', (_, text, place) => {
  const governed = text('').includes('password')
  expect(redacts(text(governed ? secret : token), text(governed ? hiddenPassword : hidden))).toEqual([place])
})

test('an edited number or bytes value becomes a string, an edited id goes', () => {
  const value = (name: string, text: string) => attributes(`{"key":"password","value":{"${name}":${text}}}`)
  const expected = value('stringValue', `"${hiddenPassword}"`)
  redacts(value('intValue', '"4711815"'), expected)
  redacts(value('intValue', '4711815'), expected)
  redacts(value('doubleValue', '4711.815'), expected)
  redacts(value('bytesValue', '"aHVudGVyMmh1bnRlcg=="'), expected)
  redacts(request(`{"traceId":"${token}"}`), request('{"traceId":""}'))
})

describe('drop', () => {
  const drops = createRedactors({ detectors: [canary], policy: { default: 'drop' } }).otlp({
    format: 'otlp-json',
    signal: 'logs'
  })
  const records = (bits: number) =>
    Array.from({ length: 4 }, (_, i) => `{"body":{"stringValue":"${(bits >> i) & 1 ? token : `clean${i}`}"}}`)
  test.each(['', ' ', '\n  '])('any of four records, with white space %j', (space) => {
    for (let bits = 0; bits < 16; bits++) {
      const all = records(bits)
      const payload = Buffer.from(request(`${space}${all.join(`${space},${space}`)}${space}`))
      const redacted = drops.redact(payload)
      const parsed = JSON.parse(String(redacted.payload))
      const kept = all.filter((text) => !text.includes(token)).map((text) => JSON.parse(text))
      expect(parsed.resourceLogs[0].scopeLogs[0].logRecords).toEqual(kept)
      expect(redacted.dropped).toBe(4 - kept.length)
    }
  })

  test('what stands beside records leaves null', () => {
    const payload = Buffer.from(
      `{"resourceLogs":[{"resource":{"attributes":[{"key":"${token}"}]},"schemaUrl":"${token}"}]}`
    )
    expect(String(drops.redact(payload).payload)).toBe('{"resourceLogs":[{"resource":null,"schemaUrl":null}]}')
  })
})

describe('what is no request', () => {
  const wrong: [string, number][] = [
    ['', 0],
    ['  ', 2],
    ['[]', 0],
    ['null', 0],
    ['{', 1],
    ['{"a" 1}', 5],
    ['{"a":1,}', 7],
    ['{"a":tru}', 5],
    ['{"a":[1,2}', 9],
    ['{"a":"\n"}', 5],
    ['{} x', 3],
    ['{"a":1', 6],
    [`{"a":${'['.repeat(256)}`, 260]
  ]
  test.each(wrong)('%j', (text, offset) => {
    expect(validateOtlp(Buffer.from(text), 'logs', 'otlp-json')).toBe(offset)
    const { payload } = redactor.redact(Buffer.from(`${text} ${token}`))
    expect(String(payload)).toBe(`${text} ${hidden}`)
  })

  test('the smallest requests', () => {
    for (const text of ['{}', ' {} \n', '{"resourceLogs":[]}', '{"x":{}}'])
      expect(validateOtlp(Buffer.from(text), 'logs', 'otlp-json')).toBe(-1)
  })
})

test('without edits the same object, also of what is no request', () => {
  const codec = createOtlpCodec({ format: 'otlp-json', signal: 'logs' })
  for (const text of ['{}', 'x', '']) {
    const payload = Buffer.from(text)
    expect(codec.splice(payload, [])).toBe(payload)
    expect(codec.annotate(payload, new Map())).toBe(payload)
    expect(codec.annotate(payload, new Map([[0, ['a']]]))).toBe(payload)
  }
})
