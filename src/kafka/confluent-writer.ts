import { setImmediate } from 'node:timers/promises'
import { isCode, reasonOf, refusalOf } from './confluent-errors.ts'
import type { RdConsumer, Rdkafka } from './confluent-package.ts'
import { plainProducer, transactionalProducer } from './confluent-producer.ts'
import { ProducerDead, type Write } from './confluent-transport.ts'
import { LaneLost } from './lost.ts'
import type { KafkaOptions } from './port.ts'

export interface Writer {
  /** Rejects with `LaneLost`, or with `DELIVERY_FAILED` for a record that the broker does not take. */
  write(write: Write): Promise<void>
  /** Resolves when what is being written is. */
  settled(): Promise<void>
  close(): Promise<void>
}

/** So much goes into one transaction, unless one write is larger. */
const maxBytes = 2 ** 22

/**
 * Writes of several partitions that come while one is under way go together in the next: what a transaction costs beside its records is shared,
 * and the client's calls, each of which holds a thread, are one at a time.
 */
export async function openWriter(
  rdkafka: Rdkafka,
  consumer: RdConsumer,
  options: KafkaOptions,
  onDead: (error: ProducerDead) => void
): Promise<Writer> {
  const open = options.exactlyOnce ? transactionalProducer : plainProducer
  const transport = await open(rdkafka, consumer, options)
  const waiting: (Write & PromiseWithResolvers<void>)[] = []
  let dead: ProducerDead | null = null
  let working: Promise<void> | null = null

  async function work(): Promise<void> {
    // Partitions whose records came together are redacted one after the other.
    await setImmediate()
    while (waiting.length > 0) await writeAll(takeTogether(waiting))
    working = null
  }

  async function writeAll(all: readonly (Write & PromiseWithResolvers<void>)[]): Promise<void> {
    const ours = all.filter(({ from, reject }) => {
      if (from.owned && dead === null) return true
      reject(dead === null ? new LaneLost('revoked', true) : new LaneLost(dead.message, dead.fenced))
      return false
    })
    if (ours.length === 0) return
    try {
      await transport.write(ours)
      for (const { resolve } of ours) resolve()
    } catch (error) {
      if (error instanceof ProducerDead) {
        dead = error
        onDead(error)
      }
      const refusal = refusalOf(error)
      // Whose record it was, only trying them one by one tells.
      if (refusal !== null && ours.length > 1) for (const one of ours) await writeAll([one])
      else for (const { reject } of ours) reject(refusal ?? lostBy(error))
    }
  }

  function lostBy(error: unknown): LaneLost {
    if (error instanceof ProducerDead) return new LaneLost(error.message, error.fenced)
    return new LaneLost(reasonOf(error, rdkafka), isCode(error, 'fenced'))
  }

  return {
    write(write) {
      const entry = { ...write, ...Promise.withResolvers<void>() }
      waiting.push(entry)
      working ??= work()
      return entry.promise
    },
    settled: async () => working ?? undefined,
    close: () => transport.close()
  }
}

function takeTogether<T extends Write>(waiting: T[]): T[] {
  let bytes = 0
  let count = 0
  for (const { outputs } of waiting) {
    bytes += outputs.reduce((sum, { key, value }) => sum + (key?.length ?? 0) + (value?.length ?? 0), 0)
    if (count > 0 && bytes > maxBytes) break
    count++
  }
  return waiting.splice(0, count)
}
