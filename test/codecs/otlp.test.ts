// What the OTLP codecs do with names, values, records and edits; every case in protobuf and in JSON.
import { describe, expect, test } from 'vitest'
import { validateOtlp } from '../../src/codecs/otlp-codec.ts'
import { createRedactors } from '../../src/index.ts'
import type { Signal } from '../../src/model.ts'
import type { Policy } from '../../src/redact/policy.ts'
import type { Redacted } from '../../src/redactor.ts'
import { decode, encode, type Plain } from './otlp-oracle.ts'
import { canary, password } from './otlp-toys.ts'

type Format = 'otlp-proto' | 'otlp-json'
const formats: readonly Format[] = ['otlp-proto', 'otlp-json']
const redactors = createRedactors({ detectors: [canary, password] })
const token = 'canary_123456'
const hidden = '[REDACTED:github-canary]'
const hiddenPassword = '[REDACTED:toy-password]'
const secret = 'hunter2hunter'

interface Options {
  readonly signal?: Signal
  readonly policy?: Policy
  readonly annotate?: boolean
}

function redact(format: Format, message: Plain, { signal = 'logs', policy, annotate }: Options = {}) {
  const made = policy === undefined ? redactors : createRedactors({ detectors: [canary, password], policy })
  const bytes = format === 'otlp-proto' ? encode(signal, message) : Buffer.from(JSON.stringify(message))
  const redactor = made.otlp({ format, signal, annotate })
  const redacted = redactor.redact(bytes)
  expect(validateOtlp(redacted.payload, signal, format)).toBe(-1)
  expect(redactor.redact(redacted.payload).payload).toBe(redacted.payload)
  return { ...redacted, bytes, message: read(format, redacted, signal) }
}

function read(format: Format, { payload }: Redacted, signal: Signal): Plain {
  return format === 'otlp-proto' ? decode(signal, payload) : JSON.parse(String(payload))
}

const text = (stringValue: string) => ({ stringValue })
const pair = (key: string, value: Plain) => ({ key, value })
const list = (...values: Plain[]) => ({ kvlistValue: { values } })
const array = (...values: Plain[]) => ({ arrayValue: { values } })

/** A request with these records. */
function logs(...logRecords: Plain[]): Plain {
  return { resourceLogs: [{ scopeLogs: [{ logRecords }] }] }
}

function recordsOf(message: Plain): Plain[] {
  const { resourceLogs } = message as { resourceLogs: { scopeLogs: { logRecords: Plain[] }[] }[] }
  return resourceLogs[0].scopeLogs[0].logRecords
}

describe.each(formats)('%s', (format) => {
  const values: [string, Plain, Plain, string][] = [
    ['a string', text(secret), text(hiddenPassword), 'attributes.db.password'],
    ['a number', { intValue: '4711815' }, text(hiddenPassword), 'attributes.db.password'],
    ['a negative number', { intValue: '-4711815' }, text(hiddenPassword), 'attributes.db.password'],
    ['a floating point number', { doubleValue: 47118.25 }, text(hiddenPassword), 'attributes.db.password'],
    ['an element', array(text(''), text(secret)), array(text(''), text(hiddenPassword)), 'attributes.db.password[1]'],
    [
      'an element of an element',
      array(array(text(secret))),
      array(array(text(hiddenPassword))),
      'attributes.db.password[0][0]'
    ],
    [
      'the value in a list of names and values',
      list(pair('user', text('joe')), pair('value', text(secret))),
      list(pair('user', text('joe')), pair('value', text(hiddenPassword))),
      'attributes.db.password.value'
    ]
  ]
  test.each(values)('a name governs %s', (_, value, expected, path) => {
    const { message, findings } = redact(format, logs({ attributes: [pair('db.password', value)] }))
    const [{ attributes }] = recordsOf(message) as { attributes: { value: Plain }[] }[]
    expect(attributes).toEqual([pair('db.password', expected)])
    expect(findings.map((finding) => finding.path)).toEqual([path])
  })

  test('bytes under a name go as a whole, others by what they say', () => {
    const bytes = (content: string) => ({
      bytesValue: format === 'otlp-proto' ? Buffer.from(content) : Buffer.from(content).toString('base64')
    })
    const { payload, findings } = redact(
      format,
      logs({ attributes: [pair('password', bytes(secret)), pair('blob', bytes(`a ${token} b`))] })
    )
    expect(String(payload).includes('bytesValue')).toBe(false)
    const inside = format === 'otlp-proto' ? Buffer.from(payload).toString('latin1') : String(payload)
    expect(findings.map(({ path }) => path)).toEqual(['attributes.password', 'attributes.blob'])
    expect(inside).toContain(hiddenPassword)
    expect(inside).toContain(hidden)
    expect(inside).not.toMatch(/hunter2|aHVudGVy|canary_|Y2FuYXJ5/)
  })

  const paths: [string, Plain][] = [
    ['body', { body: text(`x ${token}`) }],
    ['body.user.password', { body: list(pair('user', list(pair('password', text(secret))))) }],
    ['body.list[1]', { body: list(pair('list', array(text('a'), text(token)))) }],
    ['severity_text', { severityText: token }],
    ['event_name', { eventName: token }],
    ['attributes.http.url', { attributes: [pair('http.url', text(`https://a/?t=${token}`))] }],
    ['attributes.*', { attributes: [pair(token, text('x'))] }],
    ['body.0.password', { body: text(JSON.stringify([{ password: secret }])) }]
  ]
  test.each(paths)('the path %s', (path, record) => {
    const { findings, payload } = redact(format, logs({ body: text('clean') }, record))
    expect(findings.map((finding) => [finding.record, finding.path])).toEqual([[1, path]])
    expect(String(payload)).not.toContain(token)
    expect(String(payload)).not.toContain(secret)
  })

  test('paths and indexes beside records, and of spans and data points', () => {
    const resource = { attributes: [pair('password', text(secret))], entityRefs: [{ idKeys: ['a', token] }] }
    const spans = [
      { name: 'a' },
      { name: 'b', events: [{ name: 'x' }, { attributes: [pair('k', text(token))] }], status: { message: token } }
    ]
    const traces = { resourceSpans: [{ resource, scopeSpans: [{ scope: { name: token }, spans, schemaUrl: token }] }] }
    expect(redact(format, traces, { signal: 'traces' }).findings.map(({ record, path }) => [record, path])).toEqual([
      [0, 'resource.attributes.password'],
      [0, 'resource.entity_refs[0].id_keys[1]'],
      [0, 'scope.name'],
      [1, 'events[1].attributes.k'],
      [1, 'status.message'],
      [2, 'scope.schema_url']
    ])
    const points = [{ asDouble: 1 }, { exemplars: [{ filteredAttributes: [pair('k', text(token))] }] }]
    const metrics = {
      resourceMetrics: [
        {
          scopeMetrics: [
            {
              metrics: [
                { name: 'a', gauge: { dataPoints: points } },
                { name: 'b', description: token, histogram: { dataPoints: [{ attributes: [pair('z', text(token))] }] } }
              ]
            }
          ]
        }
      ]
    }
    const redacted = redact(format, metrics, { signal: 'metrics' })
    expect(redacted.records).toBe(3)
    expect(redacted.findings.map(({ record, path }) => [record, path])).toEqual([
      [1, 'exemplars[0].filtered_attributes.k'],
      [2, 'metric.description'],
      [2, 'attributes.z']
    ])
  })

  const arguments_: [string, string[], string[]][] = [
    ['an option names the next element', ['run', '--password', secret], ['run', '--password', hiddenPassword]],
    ['not another option', ['run', '--password', '--force'], ['run', '--password', '--force']],
    ['the first of a pair names the second', ['password', secret], ['password', hiddenPassword]],
    ['of three, the first names nothing', ['password', secret, 'x'], ['password', secret, 'x']],
    ['long elements', ['-x', '--password', secret.repeat(20)], ['-x', '--password', hiddenPassword]]
  ]
  test.each(arguments_)('%s', (_, given, expected) => {
    const { message } = redact(format, logs({ attributes: [pair('process.command_args', array(...given.map(text)))] }))
    expect(recordsOf(message)).toEqual([{ attributes: [pair('process.command_args', array(...expected.map(text)))] }])
  })

  test('names that would read the same after redaction are kept apart', () => {
    const names = ['canary_111111', 'b', 'canary_222222', 'canary_333333']
    const { message } = redact(format, logs({ body: list(...names.map((name) => pair(name, text(name.slice(-1))))) }))
    const expected = [hidden, 'b', `${hidden}.2`, `${hidden}.3`]
    expect(recordsOf(message)).toEqual([
      { body: list(...expected.map((name, i) => pair(name, text(names[i].slice(-1))))) }
    ])
  })

  test('a clean request is the very same object', () => {
    const { payload, bytes, findings, records } = redact(
      format,
      logs({ body: text('hello') }, {}, { severityText: 'INFO' })
    )
    expect(payload).toBe(bytes)
    expect(findings).toEqual([])
    expect(records).toBe(3)
  })

  test('drop takes the whole record, its neighbours stay', () => {
    const policy: Policy = { default: 'drop' }
    const bodies = ['a', token, token, 'b', token]
    const { message, dropped } = redact(format, logs(...bodies.map((body) => ({ body: text(body) }))), { policy })
    expect(recordsOf(message)).toEqual([{ body: text('a') }, { body: text('b') }])
    expect(dropped).toBe(3)
  })

  test('drop of what stands beside records takes that, the records stay', () => {
    const policy: Policy = { default: 'drop' }
    const resource = { attributes: [pair('k', text(token))] }
    const logRecords = [{ body: text('a') }]
    const given = { resourceLogs: [{ resource, scopeLogs: [{ logRecords }], schemaUrl: token }] }
    const { payload, message } = redact(format, given, { policy })
    expect(String(payload)).not.toContain('canary')
    expect(recordsOf(message)).toEqual(logRecords)
  })

  test('remove leaves empty texts', () => {
    const policy: Policy = { default: 'remove' }
    const { message } = redact(format, logs({ body: text(token), attributes: [pair('password', text(secret))] }), {
      policy
    })
    expect(recordsOf(message)).toEqual([{ body: text(''), attributes: [pair('password', text(''))] }])
  })

  test('a private key over several records is followed', () => {
    const lines = [
      '-----BEGIN RSA PRIVATE KEY-----',
      'M1x2Q3z4'.repeat(8),
      'T5y6G7h8'.repeat(8),
      '-----END RSA PRIVATE KEY-----'
    ]
    const pem = createRedactors().otlp({ format, signal: 'logs' })
    const message = logs(...lines.map((line) => ({ body: text(line) })), { body: text('done') })
    const bytes = format === 'otlp-proto' ? encode('logs', message) : Buffer.from(JSON.stringify(message))
    const { payload } = pem.redact(bytes)
    expect(String(payload)).not.toContain('M1x2Q3z4')
    expect(String(payload)).not.toContain('T5y6G7h8')
    expect(String(payload)).toContain('done')
  })

  test('records with findings are annotated, once', () => {
    const attribute = pair('logveil.detectors', array(text('github-canary')))
    const both = pair('logveil.detectors', array(text('old'), text('github-canary'), text('toy-password')))
    const { message, payload } = redact(
      format,
      logs(
        { body: text('a') },
        { body: text(token) },
        { attributes: [pair('logveil.detectors', array(text('old'))), pair('k', text(`password=${secret} ${token}`))] },
        { attributes: [pair('x', text(token))] }
      ),
      { annotate: true }
    )
    const [first, second, third, fourth] = recordsOf(message) as { attributes: Plain[] }[]
    expect(first).toEqual({ body: text('a') })
    expect(second).toEqual({ body: text(hidden), attributes: [attribute] })
    expect(new Set(idsOf(third.attributes[0]))).toEqual(new Set(idsOf(both)))
    expect(third.attributes).toHaveLength(2)
    expect(fourth.attributes).toHaveLength(2)
    expect(fourth.attributes).toContainEqual(attribute)
    const again = redactors.otlp({ format, signal: 'logs', annotate: true }).redact(payload)
    expect(again.payload).toBe(payload)
  })

  test('annotations count without records that were dropped', () => {
    const policy: Policy = { default: 'drop', overrides: [{ detector: 'toy-*', action: 'label' }] }
    const given = logs({ body: text(token) }, { body: text('a') }, { attributes: [pair('password', text(secret))] })
    const { message } = redact(format, given, { policy, annotate: true })
    const records = recordsOf(message) as { attributes?: Plain[] }[]
    expect(records.map(({ attributes }) => attributes?.length ?? 0)).toEqual([0, 2])
  })

  test('empty payloads and empty records', () => {
    expect(redact(format, {}).records).toBe(0)
    expect(redact(format, logs({}, {}, { body: text(token) }, {})).findings.map(({ record }) => record)).toEqual([2])
  })
})

function idsOf(attribute: unknown): string[] {
  const { value } = attribute as { value: { arrayValue: { values: { stringValue: string }[] } } }
  return value.arrayValue.values.map(({ stringValue }) => stringValue)
}
