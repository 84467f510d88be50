import { LogveilError } from '../errors.ts'
import type { Carry, Finding, Receipt } from '../model.ts'
import { type DeadLetters, type DeadReason, deadLetter } from './dead-letter.ts'
import { type Commit, type KafkaBatch, type KafkaOutput, type OnBatch, refused, tooLarge } from './port.ts'
import { redactApart } from './redact-apart.ts'
import { type RedactedBatch, type RedactedRecord, redactBatch, type Scan, type ScanWhole } from './redact-batch.ts'
import { annotated, findingRecord } from './topics.ts'

export interface StageOptions {
  /** Where records go. */
  readonly topic: string
  /** Whether the topic has as many partitions as those it is filled from: then each record keeps its own. */
  readonly samePartitions: (topic: string) => boolean
  readonly findingsTopic: string | null
  /** null: a partition with a record that cannot go on waits. */
  readonly deadLetters: DeadLetters | null
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

/** So often is a batch tried over which redaction fails, before the record is looked for. */
const redactTries = 3

/** Redacts batches, and commits what became of them. */
export function createStage(options: StageOptions): OnBatch {
  const { scan, keyed, account } = options
  const open = new Map<string, Open>()
  const failures = new Map<string, number>()

  /** Throws `DELIVERY_FAILED` when it cannot, up to the last try. */
  function redacted(batch: KafkaBatch, partition: string, scanner: Scan, carry: Carry): RedactedBatch {
    const before = { ...carry }
    try {
      const done = redactBatch(batch, scanner, carry, keyed, options.whole)
      failures.delete(partition)
      return done
    } catch {
      const tries = (failures.get(partition) ?? 0) + 1
      failures.set(partition, tries)
      if (tries < redactTries) {
        throw new LogveilError('DELIVERY_FAILED', 'a bug in logveil: a record cannot be redacted', { retryable: true })
      }
      failures.delete(partition)
      return redactApart(batch.records, (records) => {
        Object.assign(carry, before)
        const some = redactBatch({ ...batch, records }, scanner, carry, keyed, options.whole)
        Object.assign(before, carry)
        return some
      })
    }
  }

  return async (batch, commit) => {
    const partition = `${batch.topic}/${batch.partition}`
    const { records } = batch
    const known = open.get(partition)
    const scanner = scan()
    // A batch that comes again is redacted as it was the first time.
    const carry = known?.at === records[0].offset ? { ...known.carry } : scanner.createCarry()
    await account(
      batch,
      () => redacted(batch, partition, scanner, carry),
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
    const reason = reasonOf(error)
    if (reason === null) throw error
    if (records.length > 1) {
      const middle = records.length >> 1
      const first = await deliver(batch, records.slice(0, middle), commit, options)
      const second = await deliver(batch, records.slice(middle), commit, options)
      return { rejected: first.rejected + second.rejected, message: '' }
    }
    await commit(toDead(batch, records[0], reason, options), last + 1n).catch((again) => {
      // The dead-letter topic may take no more than the other.
      if (reasonOf(again) === null) throw again
      return commit(toDead(batch, records[0], reason, options, true), last + 1n)
    })
    return { rejected: 1, message: '' }
  }
}

/** Whether it is for a record that a commit failed. */
function reasonOf(error: unknown): DeadReason | null {
  const cause = error instanceof LogveilError ? error.cause : null
  return cause === tooLarge ? 'too-large' : cause === refused ? 'refused' : null
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
  redacted: RedactedRecord,
  reason: DeadReason,
  options: StageOptions,
  bare = false
): KafkaOutput[] {
  const { source: record, findings } = redacted
  if (options.deadLetters === null) {
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
    deadLetter(options.deadLetters, batch, redacted, reason, bare),
    ...toFindings(batch, record.offset, record.timestamp, findings, options)
  ]
}
