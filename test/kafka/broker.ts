import kafkajs, { type Admin, type IHeaders, type Kafka, type Message } from 'kafkajs'
import { afterAll, beforeAll, beforeEach } from 'vitest'
// @ts-expect-error: a script without types
import { kafkaJars, startKafka } from '../../scripts/kafka.mjs'
import { loadRdkafka } from '../../src/kafka/confluent-package.ts'
import { hideAborted } from '../../src/kafka/kafkajs-aborted.ts'
import { plugCodecs } from '../../src/kafka/kafkajs-codecs.ts'

/** A broker for tests: one of its own, or the one that KAFKA_BROKERS names. */
export interface Broker {
  readonly address: string
  readonly kafka: Kafka
  readonly admin: Admin
  /** Whether it can be stopped and started. */
  readonly own: { stop(): Promise<void>; start(): Promise<void>; addresses: Record<string, string> } | null
  close(): Promise<void>
}

/** What is there, or why nothing is. */
export async function openBroker(settings?: BrokerSettings): Promise<Broker | string> {
  const given = process.env.KAFKA_BROKERS
  if (given !== undefined && settings === undefined) return connect(given, null, async () => {})
  const { jars, missing } = kafkaJars()
  if (jars === undefined) return `no Kafka: ${missing}, and KAFKA_BROKERS is not set`
  const broker = await startKafka(jars, settings)
  return connect(broker.address, broker, () => broker.remove())
}

/** For the tests of a file: started before them and ended behind; without one they are skipped, and say why. */
export function useBroker(settings?: () => BrokerSettings): Omit<Broker, 'close'> {
  let opened: Broker | string = 'not started'
  beforeAll(async () => {
    opened = await openBroker(settings?.())
  }, 360_000)
  beforeEach((context) => {
    if (typeof opened === 'string') context.skip(opened)
  })
  afterAll(async () => {
    if (typeof opened !== 'string') await opened.close()
  })
  const broker = () => opened as Broker
  return {
    get address() {
      return broker().address
    },
    get kafka() {
      return broker().kafka
    },
    get admin() {
      return broker().admin
    },
    get own() {
      return broker().own
    }
  }
}

/** What `startKafka` takes. */
export interface BrokerSettings {
  readonly settings?: readonly string[]
  readonly listeners?: readonly string[]
  readonly scram?: readonly string[]
}

async function connect(address: string, own: Broker['own'], close: () => Promise<void>): Promise<Broker> {
  plugCodecs()
  hideAborted()
  const { Kafka: Client, logLevel } = kafkajs as typeof import('kafkajs')
  const kafka = new Client({ clientId: 'test', brokers: address.split(','), logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  await admin.connect()
  return {
    address,
    kafka,
    admin,
    own,
    async close() {
      await admin.disconnect()
      await close()
    }
  }
}

export const clients = ['kafkajs', 'confluent'] as const

/** Skips the test, and says why, where the optional client is not there: `npm run confluent` builds it. */
export function requireClient(name: (typeof clients)[number], skip: (reason: string) => void): void {
  if (name === 'kafkajs') return
  try {
    loadRdkafka()
  } catch (error) {
    skip((error as Error).message)
  }
}

let made = 0

/** A fresh name: brokers that are given keep what tests before wrote. */
export function freshName(name: string): string {
  made++
  return `${name}-${process.pid}-${Date.now().toString(36)}-${made}`
}

export async function createTopic(
  { admin }: Pick<Broker, 'admin'>,
  name: string,
  partitions: number,
  config: Readonly<Record<string, string>> = {}
): Promise<string> {
  const topic = freshName(name)
  const configEntries = Object.entries(config).map(([key, value]) => ({ name: key, value }))
  await admin.createTopics({ topics: [{ topic, numPartitions: partitions, configEntries }], waitForLeaders: false })
  // A moment after it was made the broker may not know it yet.
  for (const end = performance.now() + 60_000; ; ) {
    try {
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
      if (topics[0].partitions.every(({ leader }) => leader >= 0)) return topic
    } catch (error) {
      if (performance.now() > end) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

export async function produce(
  { kafka }: Pick<Broker, 'kafka'>,
  topic: string,
  messages: Message[],
  compression = 0
): Promise<void> {
  // Else what is sent again stands twice in the topic.
  const producer = kafka.producer({ allowAutoTopicCreation: false, idempotent: true, maxInFlightRequests: 1 })
  await producer.connect()
  await producer.send({ topic, messages, compression, acks: -1 })
  await producer.disconnect()
}

export interface Read {
  readonly partition: number
  readonly offset: string
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly timestamp: string
  readonly headers: IHeaders
}

/** Reads committed records from the beginning until `enough` says so of what came; rejects after `timeoutMs`. */
export async function readTopic(
  { kafka }: Pick<Broker, 'kafka'>,
  topic: string,
  enough: (read: readonly Read[]) => boolean,
  timeoutMs = 120_000
): Promise<Read[]> {
  const consumer = kafka.consumer({ groupId: freshName('judge'), readUncommitted: false, maxWaitTimeInMs: 100 })
  const read: Read[] = []
  /** A reader that starts over, as kafkajs does now and then, reads nothing twice. */
  const seen = new Set<string>()
  const done = Promise.withResolvers<void>()
  const late = setTimeout(() => done.reject(new Error(`${topic}: only ${read.length} records came`)), timeoutMs)
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch: { partition, messages }, resolveOffset, heartbeat }) => {
      for (const { offset, key, value, timestamp, headers = {} } of messages) {
        if (!seen.has(`${partition}/${offset}`)) read.push({ partition, offset, key, value, timestamp, headers })
        seen.add(`${partition}/${offset}`)
        resolveOffset(offset)
      }
      await heartbeat()
      if (enough(read)) done.resolve()
    }
  })
  try {
    await done.promise
  } finally {
    clearTimeout(late)
    await consumer.disconnect()
  }
  return read
}
