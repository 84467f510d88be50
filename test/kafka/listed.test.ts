// Secrets of an inventory in records: values, keys, headers, and what is no text.
import { expect, test } from 'vitest'
import { createRedactor } from '../../src/index.ts'
import type { KafkaBatch } from '../../src/kafka/port.ts'
import { redactBatch } from '../../src/kafka/redact-batch.ts'
import { key, listedOf } from '../inventory/listing.ts'

const secret = ['lantern', 'Meadow7', 'porcupine'].join('-')

test('listed secrets are found in values, keys and headers; in what is no text they become as many stars', () => {
  const redactor = createRedactor({ keys: [key], listed: [listedOf(secret)] })
  const avro = Buffer.concat([
    Buffer.from([0, 0, 0, 0, 9, 2, 0xff, 2 * secret.length]),
    Buffer.from(secret),
    Buffer.from([4, 0x61, 0x62])
  ])
  const record = (value: Buffer, own: string | null = null, headers: [string, Buffer][] = []) =>
    ({ offset: '0', timestamp: '0', key: own === null ? null : Buffer.from(own), value, headers }) as never
  const records = [
    record(Buffer.from(`it is ${secret}`), secret, [['note', Buffer.from(`x ${secret}`)]]),
    record(Buffer.from(JSON.stringify({ a: `b\n${secret}` }))),
    record(avro)
  ]
  const batch = { topic: 't', partition: 0, records } as never as KafkaBatch
  const redacted = redactBatch(batch, redactor, redactor.createCarry(), true).records.map(
    ({ record: { value, key: own, headers } }) => [
      value?.toString('latin1').replace(/k1\.[\w-]{16}/g, 'F'),
      own?.toString().replace(/k1\.[\w-]{16}/g, 'F'),
      headers.map(([, text]) => text?.toString().replace(/k1\.[\w-]{16}/g, 'F'))
    ]
  )
  const placeholder = '[REDACTED:known-secret:F]'
  expect(redacted).toEqual([
    [`it is ${placeholder}`, placeholder, [`x ${placeholder}`]],
    [JSON.stringify({ a: `b\n${placeholder}` }), undefined, []],
    [avro.toString('latin1').replace(secret, '*'.repeat(secret.length)), undefined, []]
  ])
})
