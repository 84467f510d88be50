// What becomes of records that cannot go on: where they stood, and no more of them than may be read.
import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { afterAll, describe, expect, test } from 'vitest'
import { LogveilError } from '../../src/errors.ts'
import { type KafkaBatch, type KafkaOutput, refused, tooLarge } from '../../src/kafka/port.ts'
import type { RedactedBatch } from '../../src/kafka/redact-batch.ts'
import { createStage, type StageOptions } from '../../src/kafka/stage.ts'
import { expand } from '../../src/scan/template.ts'
import { main, run, temporaryDirectory } from '../cli/spawn.ts'
import { createTopic, produce, readTopic, useBroker } from './broker.ts'
import { count, texts, useStage } from './stage.ts'

const { text: secret } = expand('ghp_{{base62:30}}{{crc32-base62}}', 5)
const placeholder = '[REDACTED:github-pat-classic]'
const broker = useBroker()
const stage = useStage(broker)
const { path, remove } = temporaryDirectory()
afterAll(remove)
const base64 = (text: string) => Buffer.from(text).toString('base64')

test('what could not be redacted comes along encrypted, and the holder of the private key opens it', async () => {
  const pair = generateKeyPairSync('x25519')
  writeFileSync(path('public.pem'), pair.publicKey.export({ format: 'pem', type: 'spki' }))
  writeFileSync(path('private.pem'), pair.privateKey.export({ format: 'pem', type: 'pkcs8' }))
  writeFileSync(path('other.pem'), generateKeyPairSync('x25519').privateKey.export({ format: 'pem', type: 'pkcs8' }))
  writeFileSync(path('keys'), `k1:${Buffer.alloc(32, 7).toString('base64')}\n`)
  const [from, to, dead] = [
    await createTopic(broker, 'in', 1),
    await createTopic(broker, 'out', 1),
    await createTopic(broker, 'dead', 1)
  ]
  const value = `no OTLP, ${secret}`
  await produce(broker, from, [{ key: 'k', value, headers: { h: ['1', '2'] }, timestamp: '1700000000000' }])
  const keys = ['--key-file', path('keys'), '--dead-letters', dead, '--dead-letter-key', path('public.pem')]
  const daemon = await stage(from, to, ['--transactional-id', 'a', '--format', 'otlp-proto', ...keys])
  const [letter] = await readTopic(broker, dead, count(1))
  const text = String(letter.value)
  const place = { topic: from, partition: 0, offset: '0', reason: 'unscanned' }
  const sizes = { keyBytes: 1, valueBytes: value.length, headers: 2 }
  expect(JSON.parse(text)).toEqual({
    ...place,
    ...sizes,
    fingerprint: expect.stringMatching(/^k1\.[\w-]{16}$/),
    sealed: expect.stringMatching(/^[\w-]+$/)
  })
  for (const part of [secret, base64(secret), Buffer.from(secret).toString('hex')]) expect(text).not.toContain(part)
  const opened = await run(main, ['kafka', '--open', path('private.pem')], `${text}\n`)
  expect([opened.status, opened.stderr]).toEqual([0, ''])
  expect(JSON.parse(opened.stdout)).toEqual({
    ...place,
    ...sizes,
    fingerprint: JSON.parse(text).fingerprint,
    record: {
      key: base64('k'),
      value: base64(value),
      headers: [
        ['h', base64('1')],
        ['h', base64('2')]
      ]
    }
  })
  const wrong = await run(main, ['kafka', '--open', path('other.pem')], `${text}\n`)
  expect([wrong.status, wrong.stdout, wrong.stderr]).toEqual([
    2,
    '',
    'logveil: the sealed secret was altered or belongs to another key\n'
  ])
  const broken = await run(main, ['kafka', '--open', path('private.pem')], `${text}\nhello ${secret}\n`)
  expect([broken.status, broken.stderr]).toEqual([
    2,
    'logveil: line 2 is no dead letter: write one value of the topic a line\n'
  ])
  expect(JSON.stringify(daemon.log())).not.toContain(secret)
})

test('what a compacted topic refuses for its missing key is a dead letter, redacted; the others go on', async () => {
  const [from, to, dead] = [
    await createTopic(broker, 'in', 1),
    await createTopic(broker, 'out', 1, { 'cleanup.policy': 'compact' }),
    await createTopic(broker, 'dead', 1)
  ]
  await produce(broker, from, [
    { key: 'a', value: 'one' },
    { key: null, value: `token ${secret}` },
    { key: 'b', value: 'two' }
  ])
  await stage(from, to, ['--transactional-id', 'a', '--dead-letters', dead])
  expect(texts(await readTopic(broker, to, count(2)))).toEqual(['one', 'two'])
  const [letter] = await readTopic(broker, dead, count(1))
  expect(JSON.parse(String(letter.value))).toMatchObject({
    offset: '1',
    reason: 'refused',
    record: { key: null, value: base64(`token ${placeholder}`), headers: [] }
  })
})

describe('a stage', () => {
  const record = (offset: number, text: string) => ({
    offset: BigInt(offset),
    key: null,
    value: Buffer.from(text),
    headers: [],
    timestamp: '0'
  })
  const batch: KafkaBatch = {
    topic: 't',
    partition: 0,
    records: ['a', 'b', 'bad', 'c'].map((text, i) => record(i, text)),
    highWatermark: 4n
  }
  const options: StageOptions = {
    topic: 'out',
    samePartitions: () => true,
    findingsTopic: null,
    deadLetters: { topic: 'dead', fingerprint: () => null, seal: null },
    annotate: false,
    keyed: false,
    scan: () => ({
      redact(payload) {
        if (Buffer.from(payload).includes('bad')) throw new Error('a bug')
        return { payload, findings: [], withheld: {}, dropped: 0 }
      },
      createCarry: () => ({ budget: 0 }) as never
    }),
    whole: null,
    account: (_, redact, deliver) => Promise.resolve(redact()).then((redacted: RedactedBatch) => deliver(redacted))
  }

  test('a record over which redaction fails each time is a dead letter at the third, the others go on', async () => {
    const run = createStage(options)
    const written: KafkaOutput[][] = []
    const commit = async (outputs: readonly KafkaOutput[]) => void written.push([...outputs])
    for (const _ of [1, 2]) await expect(run(batch, commit)).rejects.toMatchObject({ code: 'DELIVERY_FAILED' })
    expect(written).toEqual([])
    await run(batch, commit)
    expect(
      written[0].map(({ topic, value }) => [topic, topic === 'dead' ? JSON.parse(String(value)) : String(value)])
    ).toEqual([
      ['out', 'a'],
      ['out', 'b'],
      [
        'dead',
        {
          topic: 't',
          partition: 0,
          offset: '2',
          reason: 'unscanned',
          keyBytes: null,
          valueBytes: 3,
          headers: 0,
          fingerprint: null
        }
      ],
      ['out', 'c']
    ])
  })

  test.each([
    ['too-large', tooLarge],
    ['refused', refused]
  ])('what even the dead-letter topic does not take is there without the record: %s', async (reason, cause) => {
    const run = createStage(options)
    const written: unknown[] = []
    await run({ ...batch, records: [record(7, 'long text')] }, async ([{ topic, value }], next) => {
      if (topic === 'out' || String(value).includes('record'))
        throw new LogveilError('DELIVERY_FAILED', 'no', { cause })
      written.push([JSON.parse(String(value)), next])
    })
    expect(written).toEqual([[expect.objectContaining({ offset: '7', reason, valueBytes: 9 }), 8n]])
    expect(written[0]).not.toHaveProperty('0.record')
  })
})
