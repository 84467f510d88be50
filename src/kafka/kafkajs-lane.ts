import { setTimeout as sleep } from 'node:timers/promises'
import type { Admin, Kafka, Producer } from 'kafkajs'
import { compressionTypes } from './kafkajs-codecs.ts'
import { reasonOf, refusalOf, typeOf } from './kafkajs-errors.ts'
import { LaneLost } from './lost.ts'
import type { Compression, KafkaOptions, KafkaOutput } from './port.ts'

/** Writes for one partition that is read. */
export interface Lane {
  /** The offset that the group has committed; null: none yet. In exactly-once mode nobody else commits after this, or ours fail. */
  begin(): Promise<bigint | null>
  write(outputs: readonly KafkaOutput[], next: bigint): Promise<void>
  close(): Promise<void>
}

interface Place {
  readonly topic: string
  readonly partition: number
}

/**
 * Exactly once: what is written and the offset stand in one transaction.
 *
 * kafkajs sends no generation with the offsets of a transaction, so that brokers cannot tell an instance that was thrown out of the group
 * (frozen, then woken) from its successor. The transactional id does it instead: it names group and partition, so it is the same for
 * whoever works on the partition, and to begin (InitProducerId) ends the transaction of whoever did before, and fences it. Only then is the
 * committed offset read: nobody but us can move it, so that what we write begins where the last transaction ended.
 */
export function transactionalLane(
  kafka: Kafka,
  admin: Admin,
  { topic, partition }: Place,
  options: KafkaOptions
): Lane {
  const { group, transactionTimeoutMs, compression } = options
  const producer = kafka.producer({
    transactionalId: `${group}.${topic}.${partition}`,
    idempotent: true,
    maxInFlightRequests: 1,
    transactionTimeout: transactionTimeoutMs,
    metadataMaxAge: 60_000
  })
  /** Made ahead, as beginning one is what fences others. */
  let transaction: Awaited<ReturnType<Producer['transaction']>> | null = null

  return {
    async begin() {
      await producer.connect()
      transaction = await lost(() => producer.transaction())
      return committedOffset(admin, group, { topic, partition })
    },
    async write(outputs, next) {
      const current = transaction ?? (await lost(() => producer.transaction()))
      transaction = null
      try {
        await sendAll(current, outputs, compression)
        await current.sendOffsets({
          consumerGroupId: group,
          topics: [{ topic, partitions: [{ partition, offset: String(next) }] }]
        })
      } catch (error) {
        const failure = laneLost(error)
        if (failure.fenced) throw failure
        await current.abort().catch(() => Promise.reject(failure))
        throw refusalOf(error) ?? failure
      }
      // Whether it was committed when this fails, only a new lane can find out.
      await lost(() => current.commit())
    },
    close: () => producer.disconnect().catch(() => {})
  }
}

/** At least once: written, then the offset is committed by the consumer. */
export function plainLane(
  producer: Producer,
  options: KafkaOptions,
  commitOffset: (next: bigint) => Promise<void>
): Lane {
  return {
    begin: async () => null,
    async write(outputs, next) {
      try {
        await sendAll(producer, outputs, options.compression)
      } catch (error) {
        throw refusalOf(error) ?? laneLost(error)
      }
      await commitOffset(next)
    },
    close: async () => {}
  }
}

/**
 * Read until it stays: the marker that ends a transaction reaches the group's offsets a moment after the transaction has ended, and kafkajs
 * does not ask for stable ones.
 */
async function committedOffset(admin: Admin, group: string, { topic, partition }: Place): Promise<bigint | null> {
  for (let before: bigint | undefined; ; ) {
    const [{ partitions }] = await admin.fetchOffsets({ groupId: group, topics: [topic] })
    const now = BigInt(partitions.find((one) => one.partition === partition)?.offset ?? -1)
    if (now === before) return now < 0n ? null : now
    before = now
    await sleep(50)
  }
}

async function sendAll(
  to: Pick<Producer, 'sendBatch'>,
  outputs: readonly KafkaOutput[],
  compression: Compression
): Promise<void> {
  if (outputs.length === 0) return
  await to.sendBatch({ topicMessages: byTopic(outputs), acks: -1, compression: compressionTypes[compression] })
}

/** Those of one topic in their order; kafkajs puts them to their partitions. */
function byTopic(outputs: readonly KafkaOutput[]) {
  const topics = new Map<string, KafkaOutput[]>()
  for (const output of outputs) {
    const same = topics.get(output.topic)
    if (same === undefined) topics.set(output.topic, [output])
    else same.push(output)
  }
  return [...topics].map(([topic, same]) => ({
    topic,
    messages: same.map(({ key, value, headers, timestamp, partition }) => ({
      key,
      value,
      timestamp,
      ...(partition === null ? {} : { partition }),
      headers: headersOf(headers)
    }))
  }))
}

/** kafkajs keeps headers as an object: the order of a name's values stays, that of different names as they first come. */
function headersOf(headers: KafkaOutput['headers']): Record<string, Buffer | Buffer[]> {
  const object: Record<string, Buffer | Buffer[]> = {}
  for (const [name, value] of headers) {
    const bytes = value ?? noHeaderValue
    const known = object[name]
    if (known === undefined) object[name] = bytes
    else if (Array.isArray(known)) known.push(bytes)
    else object[name] = [known, bytes]
  }
  return object
}

/** kafkajs cannot write null. */
const noHeaderValue = Buffer.alloc(0)

async function lost<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    throw laneLost(error)
  }
}

const fences = new Set([
  'PRODUCER_FENCED',
  'INVALID_PRODUCER_EPOCH',
  'INVALID_PRODUCER_ID_MAPPING',
  'INVALID_TXN_STATE'
])

function laneLost(error: unknown): LaneLost {
  return error instanceof LaneLost ? error : new LaneLost(reasonOf(error), fences.has(typeOf(error)))
}
