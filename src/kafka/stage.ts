import { LogveilError } from '../errors.ts'
import type { Carry, Finding, Receipt } from '../model.ts'
import { type Commit, type KafkaBatch, type KafkaOutput, type OnBatch, tooLarge } from './port.ts'
import { type RedactedBatch, type RedactedRecord, redactBatch, type Scan, type ScanWhole } from './redact-batch.ts'
import { annotated, type DeadReason, deadLetter, findingRecord } from './topics.ts'

export interface StageOptions {
  /** Where records go. */
  readonly topic: string
  /** Whether the topic has as many partitions as those it is filled from: then each record keeps its own. */
  readonly samePartitions: (topic: string) => boolean
  readonly findingsTopic: string | null
  readonly deadLetterTopic: string | null
  readonly annotate: boolean
  /** Whether placeholders tell secrets apart. */
  readonly keyed: boolean
  readonly scan: () => Scan & { createCarry(): Carry }
  /** null: values are text. */
  readonly whole: ScanWhole | null
  /** Keeps the books of a batch: calls both, in this order. */
  readonly account: (
    batch: KafkaBatch,
    redact: () => RedactedBatch,
    deliver: (redacted: RedactedBatch) => Promise<Receipt>
  ) => Promise<Receipt>
}

/** What secrets that go on from one batch to the next need, and the offset they go on at. */
interface Open {
  readonly at: bigint
  readonly carry: Carry
}

/** Redacts batches, and commits what became of them. */
export function createStage(options: StageOptions): OnBatch {
  const { scan, keyed, account } = options
  const open = new Map<string, Open>()

  return async (batch, commit) => {
    const partition = `${batch.topic}/${batch.partition}`
    const { records } = batch
    const known = open.get(partition)
    const scanner = scan()
    // A batch that comes again is redacted as it was the first time.
    const carry = known?.at === records[0].offset ? { ...known.carry } : scanner.createCarry()
    await account(
      batch,
      () => redactBatch(batch, scanner, carry, keyed, options.whole),
      ({ records: redacted }) => deliver(batch, redacted, commit, options)
    )
    if (carry.budget > 0) open.set(partition, { at: records[records.length - 1].offset + 1n, carry })
    else open.delete(partition)
  }
}

async function deliver(
  batch: KafkaBatch,
  records: readonly RedactedRecord[],
  commit: Commit,
  options: StageOptions
): Promise<Receipt> {
  const last = records[records.length - 1].record.offset
  const unscanned = records.filter(({ fate }) => fate === 'unscanned').length
  try {
    await commit(
      records.flatMap((record) => outputsOf(batch, record, options)),
      last + 1n
    )
    return { rejected: unscanned, message: '' }
  } catch (error) {
    if (!(error instanceof LogveilError) || error.cause !== tooLarge) throw error
    if (records.length > 1) {
      const middle = records.length >> 1
      const first = await deliver(batch, records.slice(0, middle), commit, options)
      const second = await deliver(batch, records.slice(middle), commit, options)
      return { rejected: first.rejected + second.rejected, message: '' }
    }
    await commit([...toDead(batch, records[0], 'too-large', options)], last + 1n)
    return { rejected: 1, message: '' }
  }
}

function outputsOf(batch: KafkaBatch, redacted: RedactedRecord, options: StageOptions): KafkaOutput[] {
  const { record, findings, fate } = redacted
  if (fate === 'unscanned') return toDead(batch, redacted, 'unscanned', options)
  const { offset: _, ...out } = options.annotate && findings.length > 0 ? annotated(record, findings) : record
  const { topic, samePartitions } = options
  const partition = samePartitions(batch.topic) ? batch.partition : null
  const told = toFindings(batch, record.offset, record.timestamp, findings, options)
  return fate === 'dropped' ? told : [{ ...out, topic, partition }, ...told]
}

function toFindings(
  batch: KafkaBatch,
  offset: bigint,
  timestamp: string,
  findings: readonly Finding[],
  { findingsTopic }: StageOptions
): KafkaOutput[] {
  if (findingsTopic === null) return []
  return findings.map((finding) => findingRecord(findingsTopic, batch, offset, timestamp, finding))
}

/** Throws `DELIVERY_FAILED` when there is no topic for them: the partition waits, and nothing is lost. */
function toDead(
  batch: KafkaBatch,
  { source: record, findings }: RedactedRecord,
  reason: DeadReason,
  options: StageOptions
): KafkaOutput[] {
  if (options.deadLetterTopic === null) {
    const place = `${batch.topic}, partition ${batch.partition}, offset ${record.offset}`
    throw new LogveilError(
      'DELIVERY_FAILED',
      `a record (${place}) cannot go on (${reason}), and there is no dead-letter topic`,
      {
        retryable: true
      }
    )
  }
  return [
    deadLetter(options.deadLetterTopic, batch, record, reason),
    ...toFindings(batch, record.offset, record.timestamp, findings, options)
  ]
}
