import { setTimeout as sleep } from 'node:timers/promises'
import { isCode, reasonOf } from './confluent-errors.ts'
import { call, type RdError, type Rdkafka, type RdMessage, type RdPlace } from './confluent-package.ts'
import { createPartitions, type Partitions } from './confluent-partitions.ts'
import { consumerSettings } from './confluent-settings.ts'
import { openWriter, type Writer } from './confluent-writer.ts'
import type { KafkaOptions } from './port.ts'

const pollMs = 100
const connectMs = 5000
const assigned = -175
/** Records in one call, as long as nobody knows how long they are. */
const firstCount = 200
const maxCount = 5000

/**
 * One consumer's life; resolves to why it ended, null: it was told to.
 *
 * What changes where the client reads (partitions that come and go, seeks) happens between two calls for records, never beside one: what such a
 * call brings would belong to before the change, and be taken for what comes after.
 */
export async function live(
  rdkafka: Rdkafka,
  options: KafkaOptions,
  topics: readonly string[],
  signal: AbortSignal
): Promise<string | null> {
  const { from, sessionTimeoutMs, onEvent } = options
  const end = Promise.withResolvers<string | null>()
  let ended = false
  const stop = (reason: string | null) => {
    ended = true
    end.resolve(reason)
  }
  const changes: (() => unknown)[] = []
  let closing = false
  const settings = consumerSettings(options, rebalanced)
  const consumer = new rdkafka.KafkaConsumer(settings, {
    'auto.offset.reset': from === 'beginning' ? 'earliest' : 'latest'
  })
  consumer.on('error', () => {})
  consumer.setDefaultConsumeTimeout(pollMs)
  consumer.setDefaultIsTimeoutOnlyForFirstMessage(true)
  const abort = () => stop(null)
  signal.addEventListener('abort', abort, { once: true })
  let writer: Writer | null = null
  let partitions: Partitions | null = null
  try {
    await call((done) => consumer.connect({ timeout: connectMs, allTopics: false }, done))
    writer = await openWriter(rdkafka, consumer, options, ({ message }) => stop(message))
    partitions = createPartitions(consumer, writer, options, (change) => changes.push(change))
    consumer.subscribe(topics)
    if (signal.aborted) stop(null)
    const reading = read(partitions).catch((error) => stop(reasonOf(error, rdkafka)))
    const reason = await end.promise
    await Promise.race([reading, sleep(sessionTimeoutMs, null, { ref: false })])
    await partitions.settle(sessionTimeoutMs + 5000)
    return reason
  } catch (error) {
    return reasonOf(error, rdkafka)
  } finally {
    signal.removeEventListener('abort', abort)
    closing = true
    partitions?.lose(consumer.assignments())
    const left = call((done) => consumer.disconnect(done)).catch(() => {})
    await Promise.race([left, sleep(sessionTimeoutMs + 5000, null, { ref: false })])
    await writer?.close()
  }

  async function read(partitions: Partitions): Promise<void> {
    let count = firstCount
    while (!ended) {
      for (const change of changes.splice(0)) await change()
      if (!(await partitions.roomFor(pollMs))) continue
      const messages = await consume(count)
      if (messages === null) return
      count = partitions.take(messages, count, maxCount)
    }
  }

  /** null: it is over. */
  async function consume(count: number): Promise<readonly RdMessage[] | null> {
    try {
      const stalled = sleep(Math.max(3 * sessionTimeoutMs, 30_000), null, { ref: false })
      const messages = await Promise.race([call<RdMessage[]>((done) => consumer.consume(count, done)), stalled])
      if (messages === null) stop('stood still')
      return messages
    } catch (error) {
      if (isCode(error, 'passing')) {
        await sleep(pollMs)
        return []
      }
      stop(reasonOf(error, rdkafka))
      return null
    }
  }

  function rebalanced({ code }: RdError, places: readonly RdPlace[]): void {
    if (code === assigned) {
      if (closing) return
      changes.push(() => {
        consumer.incrementalAssign(places)
        partitions?.add(places)
        tell()
      })
      return
    }
    const lost = consumer.assignmentLost()
    if (lost || closing) partitions?.lose(places)
    const unassign = () => {
      partitions?.lose(places)
      consumer.incrementalUnassign(places)
    }
    if (closing) unassign()
    else
      changes.push(async () => {
        if (!lost) await partitions?.finish(places, sessionTimeoutMs / 2)
        partitions?.lose(places)
        // A commit under way goes with the generation of before; once partitions are given back the next one begins.
        await writer?.settled()
        unassign()
        tell()
      })
  }

  function tell(): void {
    onEvent({ type: 'rebalanced', partitions: consumer.assignments().length })
  }
}
