import { describe, expect, test } from 'vitest'
import { createRedactor } from '../../src/index.ts'
import { withoutLengths } from '../../src/kafka/binary.ts'
import { join, split } from '../../src/kafka/joined.ts'
import type { KafkaBatch, KafkaRecord } from '../../src/kafka/port.ts'
import { redactBatch } from '../../src/kafka/redact-batch.ts'
import { expand } from '../../src/scan/template.ts'
import fc from '../property.ts'

const { text: secret } = expand('ghp_{{base62:30}}{{crc32-base62}}', 5)
const placeholder = '[REDACTED:github-pat-classic]'
const redactor = createRedactor()

const record = (value: Buffer | string | null, more: Partial<KafkaRecord> = {}): KafkaRecord => ({
  offset: 0n,
  key: null,
  value: typeof value === 'string' ? Buffer.from(value) : value,
  headers: [],
  timestamp: '0',
  ...more
})
const batchOf = (records: KafkaRecord[]): KafkaBatch => ({ topic: 't', partition: 0, highWatermark: 0n, records })
const redact = (records: KafkaRecord[], keyed = true, scan = redactor) =>
  redactBatch(batchOf(records), scan, scan.createCarry(), keyed)

test('clean records are the same objects', () => {
  const records = [
    record('a\nb\n'),
    record(null),
    record(''),
    record('\n\n'),
    record(Buffer.from([0, 255, 10, 1])),
    record('{"a":1}', {
      key: Buffer.from('k'),
      headers: [
        ['h', Buffer.from('v')],
        ['n', null]
      ]
    })
  ]
  const { records: redacted, findings } = redact(records)
  expect(redacted.map((one, i) => one.record === records[i])).toEqual(records.map(() => true))
  expect(findings).toEqual([])
})

test('each finding says where it stands: record, path, place in the value', () => {
  const { records, findings } = redact([
    record('clean'),
    record(`two\n{"token":"${secret}"}\n`, {
      key: Buffer.from(`u-${secret}`),
      headers: [
        ['a', Buffer.from('x')],
        ['note', Buffer.from(`t=${secret}`)]
      ]
    })
  ])
  expect(findings.map(({ record: index, path, span }) => [index, path, ...span])).toEqual([
    [1, 'token', 14, 14 + secret.length],
    [1, 'key', 2, 2 + secret.length],
    [1, 'headers.note', 2, 2 + secret.length]
  ])
  const { record: redacted } = records[1]
  expect([redacted.value, redacted.key, ...redacted.headers.map(([, value]) => value)].map(String)).toEqual([
    `two\n{"token":"${placeholder}"}\n`,
    `u-${placeholder}`,
    'x',
    `t=${placeholder}`
  ])
})

test('the name of a header governs its value', () => {
  const { records } = redact([record('a', { headers: [['X-Api-Key', Buffer.from('q9Zr3vT7yLw2Kd8f')]] })])
  expect(String(records[0].record.headers[0][1])).toMatch(/^\[REDACTED:/)
})

test.each([
  ['a secret in the name of a header', record('a', { headers: [[secret, Buffer.from('v')]] }), true],
  ['a secret in a key, without fingerprints', record('a', { key: Buffer.from(secret) }), false]
])('%s: it does not go on', (_, one, keyed) => {
  const { records } = redact([one, record('b')], keyed)
  expect(records.map(({ fate }) => fate)).toEqual(['unscanned', 'out'])
})

test('the action drop takes the record, and no other', () => {
  const dropping = createRedactor({ policy: { default: 'drop' } })
  const { records } = redact([record('a'), record(`b ${secret}`), record('c\nd'), record(null)], true, dropping)
  expect(records.map(({ fate }) => fate)).toEqual(['out', 'dropped', 'out', 'out'])
  expect(records.map(({ record: one }) => one.value?.toString() ?? null)).toEqual(['a', `b ${secret}`, 'c\nd', null])
})

test('whatever stands in them, texts are put together and taken apart again', () => {
  const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array))
  const text = fc.oneof(
    bytes,
    fc.constantFrom('', '\n', 'a\n\nb', '\r\n').map((one) => Buffer.from(one))
  )
  fc.assert(
    fc.property(fc.array(text, { maxLength: 20 }), (all) => {
      const segments = all.map((one, i) => ({
        record: i,
        header: -1,
        text: one,
        lead: Buffer.from(i % 2 ? 'h: ' : '')
      }))
      expect(split(join(segments), segments)).toEqual(all)
    })
  )
})

describe('values that are no text', () => {
  const zigzag = (text: string) => Buffer.concat([varint(2 * text.length), Buffer.from(text)])
  const protobuf = (text: string) => Buffer.concat([Buffer.from([10]), varint(text.length), Buffer.from(text)])
  const broken = Buffer.from([0xff, 0xfe])

  function varint(length: number): Buffer {
    return length < 128 ? Buffer.from([length]) : Buffer.from([(length & 127) | 128, length >> 7])
  }

  test.each([
    ['Avro', (text: string) => Buffer.concat([broken, zigzag('ada@example'), zigzag(text), zigzag('eu-west-1')])],
    [
      'Protobuf',
      (text: string) => Buffer.concat([broken, protobuf('ada@example'), protobuf(text), protobuf('eu-west-1')])
    ]
  ])('%s: a secret that is a string, alone or in a longer one, goes; no byte moves', (_, encode) => {
    for (const text of [secret, `${'x'.repeat(60)} ${secret}`, `${secret} ${'y'.repeat(300)}`]) {
      const value = encode(text)
      const { records } = redact([record(value)])
      expect(records[0].fate).toBe('out')
      expect(String(records[0].record.value)).toBe(String(encode(text.replace(secret, '*'.repeat(secret.length)))))
    }
  })

  test('lengths are looked for without moving anything', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (array) => {
        expect(withoutLengths(Buffer.from(array))).toHaveLength(array.length)
      })
    )
  })
})
