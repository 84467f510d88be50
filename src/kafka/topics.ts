import type { Finding } from '../model.ts'
import type { KafkaBatch, KafkaOutput, KafkaRecord } from './port.ts'

const noHeaders: KafkaOutput['headers'] = []

/** Marks a record that held secrets. */
export const annotation = 'logveil-detectors'

/** The record, marked with the detectors that found something in it. */
export function annotated(record: KafkaRecord, findings: readonly Finding[]): KafkaRecord {
  const ids = [...new Set(findings.map(({ detector }) => detector))].sort()
  return { ...record, headers: [...record.headers, [annotation, Buffer.from(ids.join(','))]] }
}

/**
 * What tells others of a finding, in a topic of its own, so that one ticket is opened whatever the number of instances. Its key is the
 * fingerprint, where there is one: all of a secret come to one partition, in order.
 */
export function findingRecord(
  topic: string,
  batch: KafkaBatch,
  offset: bigint,
  timestamp: string,
  finding: Finding
): KafkaOutput {
  const { detector, confidence, severity, path, length, fingerprint, action, hints } = finding
  const { topic: from, partition } = batch
  const told = {
    time: timeOf(timestamp),
    detector,
    confidence,
    severity,
    action,
    fingerprint,
    length,
    hints,
    place: { topic: from, partition, offset: String(offset), path }
  }
  return {
    topic,
    partition: null,
    key: Buffer.from(fingerprint ?? detector),
    value: Buffer.from(JSON.stringify(told)),
    headers: noHeaders,
    timestamp
  }
}

/** Producers may write any number, also ones that are no time. */
function timeOf(timestamp: string): string {
  const time = new Date(Number(timestamp))
  return (Number.isNaN(time.getTime()) ? new Date(0) : time).toISOString()
}
