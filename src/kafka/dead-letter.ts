import type { KafkaBatch, KafkaOutput, KafkaRecord } from './port.ts'
import type { RedactedRecord } from './redact-batch.ts'

/**
 * Why a record is in the dead-letter topic: `unscanned`: it could not be redacted; `too-large`, `refused`: redacted, it is not what the topic
 * takes.
 */
export type DeadReason = 'unscanned' | 'too-large' | 'refused'

export interface DeadLetters {
  readonly topic: string
  /** Of a value, under the first of the fingerprint keys; null without one. */
  readonly fingerprint: (value: Uint8Array) => string | null
  /** Encrypts what only the holder of the private key shall read; null: nobody shall. */
  readonly seal: ((bytes: Uint8Array) => string) | null
}

/**
 * Where the record stands that could not go on, and why. What was redacted comes along as `record`; what was not, at most as `sealed`: an
 * envelope (`redact/encrypt.ts`) around the same JSON: `{ key, value, headers: [[name, value]] }`, with bytes as base64. `bare`: with neither.
 */
export function deadLetter(
  { topic, fingerprint, seal }: DeadLetters,
  batch: KafkaBatch,
  { source, record, fate }: RedactedRecord,
  reason: DeadReason,
  bare: boolean
): KafkaOutput {
  const { topic: from, partition } = batch
  const { offset, key, value, headers, timestamp } = source
  const told = {
    topic: from,
    partition,
    offset: String(offset),
    reason,
    keyBytes: key?.length ?? null,
    valueBytes: value?.length ?? null,
    headers: headers.length,
    fingerprint: value === null ? null : fingerprint(value),
    ...(!bare && fate !== 'unscanned' && { record: contentOf(record) }),
    ...(!bare &&
      fate === 'unscanned' &&
      seal !== null && { sealed: seal(Buffer.from(JSON.stringify(contentOf(source)))) })
  }
  return {
    topic,
    partition: null,
    key: Buffer.from(`${from}/${partition}/${offset}`),
    value: Buffer.from(JSON.stringify(told)),
    headers: [],
    timestamp
  }
}

function contentOf({ key, value, headers }: KafkaRecord): object {
  const text = (bytes: Buffer | null) => bytes?.toString('base64') ?? null
  return { key: text(key), value: text(value), headers: headers.map(([name, bytes]) => [name, text(bytes)]) }
}
