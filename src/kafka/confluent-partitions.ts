import { setTimeout as sleep } from 'node:timers/promises'
import { LogveilError } from '../errors.ts'
import { call, type RdConsumer, type RdMessage, type RdPlace } from './confluent-package.ts'
import type { Owned } from './confluent-transport.ts'
import type { Writer } from './confluent-writer.ts'
import { LaneLost } from './lost.ts'
import type { KafkaOptions, KafkaRecord } from './port.ts'
import { backOff, sizeOf } from './records.ts'

/** The partitions that are ours, what was read of them, and the work on it. */
export interface Partitions {
  add(places: readonly RdPlace[]): void
  /** What is begun of them ends, nothing else begins; waits no longer than that. */
  finish(places: readonly RdPlace[], maxMs: number): Promise<void>
  /** Nothing of them is written any more. */
  lose(places: readonly RdPlace[]): void
  /** Hands records to the work; gives how many to ask for next. */
  take(messages: readonly RdMessage[], asked: number, most: number): number
  /** Whether there is room for more, perhaps after a while. */
  roomFor(waitMs: number): Promise<boolean>
  /** As `finish`, of all. */
  settle(maxMs: number): Promise<void>
}

interface Partition extends Owned {
  owned: boolean
  /** No further batch begins. */
  ending: boolean
  waiting: KafkaRecord[]
  work: Promise<void> | null
  /** Where to go on after a failure; null: nothing was committed yet. */
  next: bigint | null
  failures: number
  /** Failed, and not read again yet: what still comes of it is from before. */
  resting: boolean
}

const seekMs = 5000

export function createPartitions(
  consumer: RdConsumer,
  writer: Writer,
  { onBatch, onEvent, maxBatchBytes, concurrency }: KafkaOptions,
  between: (change: () => unknown) => void
): Partitions {
  const all = new Map<string, Partition>()
  let heldBytes = 0
  const maxHeldBytes = maxBatchBytes * Math.min(concurrency, 8)

  const keyOf = ({ topic, partition }: RdPlace) => `${topic}/${partition}`
  const these = (places: readonly RdPlace[]) => places.flatMap((place) => all.get(keyOf(place)) ?? [])

  async function work(own: Partition): Promise<void> {
    const { topic, partition } = own
    while (own.owned && !own.ending && own.waiting.length > 0) {
      const records = takePart(own)
      try {
        const highWatermark = endOf(own, records[records.length - 1].offset)
        await onBatch({ topic, partition, records, highWatermark }, async (outputs, next) => {
          await writer.write({ from: own, outputs, next: Number(next) })
          own.next = next
        })
        own.failures = 0
        onEvent({ type: 'lag', topic, partition, records: Math.max(0, Number(highWatermark - (own.next ?? 0n))) })
      } catch (error) {
        if (own.owned) fail(own, records[0].offset, error)
        return
      }
    }
  }

  /** As it was with the last answer for the partition. */
  function endOf({ topic, partition }: Partition, last: bigint): bigint {
    try {
      return BigInt(consumer.getWatermarkOffsets(topic, partition).highOffset)
    } catch {
      return last + 1n
    }
  }

  function begin(own: Partition): void {
    own.work ??= work(own).finally(() => {
      own.work = null
      if (own.owned && !own.ending && own.waiting.length > 0) begin(own)
    })
  }

  function takePart(own: Partition): KafkaRecord[] {
    let bytes = 0
    let count = 0
    for (const record of own.waiting) {
      bytes += sizeOf(record)
      if (count > 0 && bytes > maxBatchBytes) break
      count++
    }
    const part = own.waiting.splice(0, count)
    heldBytes -= part.reduce((sum, record) => sum + sizeOf(record), 0)
    return part
  }

  function forget(own: Partition): void {
    heldBytes -= own.waiting.reduce((sum, record) => sum + sizeOf(record), 0)
    own.waiting = []
  }

  /** What failed is read again, after a pause that grows: of this partition, the others go on. */
  function fail(own: Partition, first: bigint, error: unknown): void {
    const { topic, partition } = own
    forget(own)
    if (error instanceof LaneLost) {
      const event = error.fenced ? { type: 'fenced' as const } : { type: 'aborted' as const, reason: error.message }
      onEvent({ ...event, topic, partition } as Parameters<typeof onEvent>[0])
    } else if (own.failures === 0) {
      onEvent({
        type: 'waits',
        topic,
        partition,
        reason: error instanceof LogveilError ? error.message : 'a bug in logveil'
      })
    }
    own.failures++
    own.resting = true
    between(() => {
      if (own.owned) consumer.pause([{ topic, partition }])
    })
    const again = async () => {
      if (!own.owned) return
      await call((done) => consumer.seek({ topic, partition, offset: Number(own.next ?? first) }, seekMs, done))
      consumer.resume([{ topic, partition }])
      own.resting = false
    }
    setTimeout(() => between(again), backOff(own.failures)).unref()
  }

  async function finish(some: readonly Partition[], maxMs: number): Promise<void> {
    for (const own of some) own.ending = true
    const done = Promise.all(some.map(({ work }) => work))
    await Promise.race([done, sleep(maxMs, null, { ref: false })])
  }

  return {
    add(places) {
      for (const place of places) {
        const { topic, partition } = place
        const fresh = { topic, partition, owned: true, ending: false, resting: false, failures: 0, next: null }
        all.set(keyOf(place), { ...fresh, waiting: [], work: null })
      }
    },
    finish: (places, maxMs) => finish(these(places), maxMs),
    settle: (maxMs) => finish([...all.values()], maxMs),
    lose(places) {
      for (const own of these(places)) {
        own.owned = false
        forget(own)
        all.delete(keyOf(own))
      }
    },
    take(messages, asked, most) {
      let bytes = 0
      const touched = new Set<Partition>()
      for (const message of messages) {
        const own = all.get(keyOf(message))
        if (own === undefined || own.resting) continue
        const record = recordOf(message)
        const size = sizeOf(record)
        bytes += size
        own.waiting.push(record)
        touched.add(own)
      }
      heldBytes += bytes
      for (const own of touched) begin(own)
      if (messages.length < asked / 2 || bytes === 0) return asked
      return Math.min(most, Math.max(1, Math.ceil((messages.length * maxBatchBytes) / bytes)))
    },
    async roomFor(waitMs) {
      if (heldBytes <= maxHeldBytes) return true
      await Promise.race([...all.values()].flatMap(({ work }) => work ?? []).concat(sleep(waitMs, undefined)))
      return heldBytes <= maxHeldBytes
    }
  }
}

function recordOf({ offset, key, value, headers = [], timestamp }: RdMessage): KafkaRecord {
  return {
    offset: BigInt(offset),
    key,
    value,
    headers: headers.flatMap((one) => Object.entries(one)),
    timestamp: String(timestamp)
  }
}
