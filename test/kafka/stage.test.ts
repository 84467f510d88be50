// `logveil kafka` as a process between two topics of a real broker: what is kept, what is redacted, what is a dead letter.

import { writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { topicFinding } from '../../src/admin/reported-finding.ts'
import { otlpToProto } from '../../src/codecs/otlp-to-proto.ts'
import { compressionTypes } from '../../src/kafka/kafkajs-codecs.ts'
import type { Compression } from '../../src/kafka/port.ts'
import { expand } from '../../src/scan/template.ts'
import { temporaryDirectory } from '../cli/spawn.ts'
import { startCommand } from '../e2e/daemon.ts'
import { createTopic, produce, readTopic, useBroker } from './broker.ts'
import { count, texts, useStage } from './stage.ts'

const { text: secret } = expand('ghp_{{base62:30}}{{crc32-base62}}', 5)
const placeholder = '[REDACTED:github-pat-classic]'

const broker = useBroker()

const stage = useStage(broker)

describe.each([
  ['exactly once', ['--transactional-id', 'a']],
  ['at least once', []]
])('%s', (_, mode) => {
  test('keys, tombstones, headers, timestamps and partitions are kept, secrets are not', async () => {
    const [from, to] = [await createTopic(broker, 'in', 3), await createTopic(broker, 'out', 3)]
    const messages = [
      { partition: 0, key: 'a', value: `token ${secret}`, timestamp: '1700000000123' },
      { partition: 0, key: 'a', value: null, timestamp: '1700000000124' },
      { partition: 1, key: null, value: '', timestamp: '1700000000125' },
      { partition: 1, key: '', value: 'plain', timestamp: '1700000000001' },
      { partition: 2, key: 'b', value: '{"password":"hunter2Xy9z","user":"ada"}', timestamp: '1700000000127' },
      {
        partition: 2,
        key: 'h',
        value: 'two\nlines\n',
        headers: { trace: ['one', 'two'], authorization: `Bearer ${secret}`, empty: '', raw: Buffer.from([0, 255]) },
        timestamp: '1700000000128'
      }
    ]
    await produce(broker, from, messages as never)
    await stage(from, to, [...mode, '--annotate'])
    const read = await readTopic(broker, to, count(messages.length))
    const of = (partition: number) =>
      read
        .filter((one) => one.partition === partition)
        .map(({ key, value, timestamp }) => [key?.toString() ?? null, value?.toString() ?? null, timestamp])
    expect(of(0)).toEqual([
      ['a', `token ${placeholder}`, '1700000000123'],
      ['a', null, '1700000000124']
    ])
    expect(of(1)).toEqual([
      [null, '', '1700000000125'],
      ['', 'plain', '1700000000001']
    ])
    expect(of(2)).toEqual([
      ['b', '{"password":"[REDACTED:generic-password]","user":"ada"}', '1700000000127'],
      ['h', 'two\nlines\n', '1700000000128']
    ])
    const [{ headers }] = read.filter(({ key }) => key?.toString() === 'h')
    expect(
      Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.map(String) : value])
    ).toEqual([
      ['trace', ['one', 'two']],
      ['authorization', Buffer.from(`Bearer ${placeholder}`)],
      ['empty', Buffer.alloc(0)],
      ['raw', Buffer.from([0, 255])],
      ['logveil-detectors', Buffer.from('github-pat-classic')]
    ])
  })

  test('a record that is larger than the topic takes is a dead letter, those around it go on in order', async () => {
    const [from, to] = [
      await createTopic(broker, 'in', 1),
      await createTopic(broker, 'out', 1, { 'max.message.bytes': '20000' })
    ]
    const dead = await createTopic(broker, 'dead', 1)
    const values = ['one', `${'x'.repeat(30_000)} ${secret}`, 'two', 'three']
    await produce(
      broker,
      from,
      values.map((value) => ({ value, timestamp: '1700000000000' }))
    )
    await stage(from, to, [...mode, '--dead-letters', dead])
    expect(texts(await readTopic(broker, to, count(3)))).toEqual(['one', 'two', 'three'])
    const [letter] = await readTopic(broker, dead, count(1))
    expect([letter.key?.toString(), JSON.parse(String(letter.value))]).toEqual([
      `${from}/0/1`,
      {
        topic: from,
        partition: 0,
        offset: '1',
        reason: 'too-large',
        keyBytes: null,
        valueBytes: 30_001 + secret.length,
        headers: 0,
        fingerprint: null,
        record: {
          key: null,
          value: Buffer.from(`${'x'.repeat(30_000)} ${placeholder}`).toString('base64'),
          headers: []
        }
      }
    ])
  })
})

test.each(Object.entries(compressionTypes))('reads and writes %s', async (name, type) => {
  const [from, to] = [await createTopic(broker, 'in', 1), await createTopic(broker, 'out', 1)]
  await produce(
    broker,
    from,
    Array.from({ length: 50 }, (_, i) => ({ value: `line ${i} ${secret}` })),
    type
  )
  await stage(from, to, ['--transactional-id', 'a', '--compression', name as Compression])
  expect(texts(await readTopic(broker, to, count(50)))).toEqual(
    Array.from({ length: 50 }, (_, i) => `line ${i} ${placeholder}`)
  )
})

test('a private key over several records is redacted as one; those of another partition are not part of it', async () => {
  const [from, to] = [await createTopic(broker, 'in', 2), await createTopic(broker, 'out', 2)]
  const { text } = expand('{{pem:RSA PRIVATE KEY:8}}', 9)
  const lines = text.split('\n')
  await produce(broker, from, [
    ...lines.slice(0, 4).map((value) => ({ value, partition: 0 })),
    { value: 'elsewhere', partition: 1 },
    ...[...lines.slice(4), 'after'].map((value) => ({ value, partition: 0 }))
  ])
  await stage(from, to)
  const read = await readTopic(broker, to, count(lines.length + 2))
  const [zero, one] = [0, 1].map((partition) => texts(read.filter((record) => record.partition === partition)))
  expect(one).toEqual(['elsewhere'])
  expect(zero).toHaveLength(lines.length + 1)
  expect(zero.at(-1)).toBe('after')
  for (const line of lines.filter((line) => line.length > 8 && !line.includes('-----')))
    expect(zero.join('\n')).not.toContain(line)
})

describe('values that are no text', () => {
  const framed = (payload: Buffer) => Buffer.concat([Buffer.from([0, 0, 0, 1, 44]), payload])

  test("Confluent's frame stays; JSON in it is redacted, of Avro every byte keeps its place", async () => {
    const [from, to] = [await createTopic(broker, 'in', 1), await createTopic(broker, 'out', 1)]
    // An Avro string is its length as a zigzag varint, then its bytes; 0xff is no UTF-8.
    const avro = Buffer.concat([
      Buffer.from([0xff, 0x01, 80]),
      Buffer.from(secret),
      Buffer.from([6]),
      Buffer.from('ada')
    ])
    await produce(broker, from, [
      { value: framed(Buffer.from(`{"token":"${secret}"}`)) },
      { value: framed(avro) },
      { value: framed(Buffer.from([0xff, 0xfe, 1, 2])) }
    ])
    await stage(from, to)
    const [text, masked, clean] = (await readTopic(broker, to, count(3))).map(({ value }) => value)
    expect(text?.equals(framed(Buffer.from(`{"token":"${placeholder}"}`)))).toBe(true)
    const stars = Buffer.from('*'.repeat(secret.length))
    expect(masked?.equals(framed(Buffer.concat([avro.subarray(0, 3), stars, avro.subarray(3 + secret.length)])))).toBe(
      true
    )
    expect(clean?.equals(framed(Buffer.from([0xff, 0xfe, 1, 2])))).toBe(true)
  })
})

describe('a secret in a key', () => {
  test('becomes the same placeholder each time, in the same partition', async () => {
    const [from, to] = [await createTopic(broker, 'in', 4), await createTopic(broker, 'out', 4)]
    const { path, remove } = temporaryDirectory()
    writeFileSync(path('keys'), `k1:${Buffer.alloc(32, 7).toString('base64')}\n`)
    await produce(broker, from, [
      { partition: 2, key: secret, value: 'first' },
      { partition: 2, key: secret, value: null }
    ])
    await stage(from, to, ['--transactional-id', 'a', '--key-file', path('keys')])
    const read = await readTopic(broker, to, count(2))
    remove()
    expect(read.map(({ partition }) => partition)).toEqual([2, 2])
    const [first, second] = read.map(({ key }) => key?.toString())
    expect(first).toMatch(/^\[REDACTED:github-pat-classic:k1\.[\w-]+\]$/)
    expect(second).toBe(first)
  })

  test('without fingerprints the record is a dead letter, as keys would become one', async () => {
    const [from, to, dead] = [
      await createTopic(broker, 'in', 1),
      await createTopic(broker, 'out', 1),
      await createTopic(broker, 'dead', 1)
    ]
    await produce(broker, from, [
      { key: secret, value: 'a' },
      { key: 'b', value: 'b' }
    ])
    await stage(from, to, ['--transactional-id', 'a', '--dead-letters', dead])
    expect(texts(await readTopic(broker, to, count(1)))).toEqual(['b'])
    const [letter] = await readTopic(broker, dead, count(1))
    expect(JSON.parse(String(letter.value))).toMatchObject({
      offset: '0',
      reason: 'unscanned',
      keyBytes: secret.length
    })
  })
})

test('without a dead-letter topic the partition waits, the others go on, and nothing is lost', async () => {
  const [from, to] = [await createTopic(broker, 'in', 2), await createTopic(broker, 'out', 2)]
  await produce(broker, from, [
    { partition: 0, key: secret, value: 'waits' },
    { partition: 0, value: 'behind' },
    { partition: 1, value: 'goes on' }
  ])
  const daemon = await stage(from, to)
  expect(texts(await readTopic(broker, to, count(1)))).toEqual(['goes on'])
  const line = await daemon.logged('a partition waits')
  expect(line.reason).toMatch(/offset 0\) cannot go on \(unscanned\), and there is no dead-letter topic$/)
  expect(JSON.stringify(line)).not.toContain(secret)
})

test('findings go to a topic of their own, by fingerprint, in the same transaction', async () => {
  const [from, to, found] = [
    await createTopic(broker, 'in', 1),
    await createTopic(broker, 'out', 1),
    await createTopic(broker, 'found', 1)
  ]
  const { path, remove } = temporaryDirectory()
  writeFileSync(path('keys'), `k1:${Buffer.alloc(32, 7).toString('base64')}\n`)
  await produce(broker, from, [
    { value: 'clean', timestamp: '1700000000000' },
    { value: `{"a":1}\n{"token":"${secret}"}`, headers: { cookie: `t=${secret}` }, timestamp: '1700000000000' }
  ])
  await stage(from, to, ['--transactional-id', 'a', '--findings', found, '--key-file', path('keys')])
  const read = await readTopic(broker, found, count(2))
  remove()
  const told = read.map(({ value }) => JSON.parse(String(value)))
  const keys = new Set(read.map(({ key }) => String(key)))
  const finding = (path: string) => ({
    time: '2023-11-14T22:13:20.000Z',
    detector: 'github-pat-classic',
    confidence: 'confirmed',
    severity: 'critical',
    action: 'label',
    fingerprint: expect.stringMatching(/^k1\.[\w-]{16}$/),
    length: secret.length,
    hints: {},
    place: { topic: from, partition: 0, offset: '1', path }
  })
  expect(told).toEqual([finding('token'), finding('headers.cookie')])
  expect(keys).toEqual(new Set([told[0].fingerprint]))
  // What a ticket is made of.
  for (const one of told) expect(topicFinding.parse(one)).toMatchObject({ place: { topic: from }, placement: 'other' })
  expect(JSON.stringify(told)).not.toContain(secret)
})

test('a topic that does not exist is said, and ends it', async () => {
  const args = ['kafka', '--brokers', broker.address, '--in', 'nowhere-to-be-found', '--out', 'neither', '--group', 'g']
  await expect(startCommand(args)).rejects.toThrow(/one of the topics nowhere-to-be-found, neither does not exist/)
})

test('a broker that goes and comes back: what was there goes on', async (context) => {
  if (broker.own === null) return context.skip('KAFKA_BROKERS is not ours to stop')
  const [from, to] = [await createTopic(broker, 'in', 2), await createTopic(broker, 'out', 2)]
  await produce(broker, from, [{ value: 'before' }])
  await stage(from, to)
  expect(texts(await readTopic(broker, to, count(1)))).toEqual(['before'])
  await broker.own.stop()
  await broker.own.start()
  await produce(broker, from, [{ value: 'after' }])
  expect(texts(await readTopic(broker, to, count(2))).sort()).toEqual(['after', 'before'])
}, 360_000)

test('values that are OTLP stay OTLP; what is none is a dead letter, and those behind it go on', async () => {
  const [from, to] = [await createTopic(broker, 'in', 1), await createTopic(broker, 'out', 1)]
  const dead = await createTopic(broker, 'dead', 1)
  const logs = (text: string) =>
    otlpToProto(
      Buffer.from(
        JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: { stringValue: text } }] }] }] })
      ),
      'logs'
    )
  await produce(broker, from, [
    { value: Buffer.from(logs(`token ${secret}`)) },
    { value: 'no OTLP at all' },
    { value: Buffer.from(logs('clean')) }
  ])
  await stage(from, to, ['--transactional-id', 'a', '--format', 'otlp-proto', '--dead-letters', dead])
  const read = await readTopic(broker, to, count(2))
  expect(read.map(({ value }) => value?.equals(logs(`token ${placeholder}`)) || value?.equals(logs('clean')))).toEqual([
    true,
    true
  ])
  const [letter] = await readTopic(broker, dead, count(1))
  expect(JSON.parse(String(letter.value))).toMatchObject({ offset: '1', reason: 'unscanned' })
})
