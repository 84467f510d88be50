// The bare loop that bench/kafka.ts compares with: kafkajs as its documentation has it, records as they come. MODE BROKER IN OUT GROUP
import kafkajs, { type Message, type Producer } from 'kafkajs'

const [mode, broker, from, to, group] = process.argv.slice(2)
const { Kafka, logLevel } = kafkajs as typeof import('kafkajs')
const kafka = new Kafka({ clientId: 'bare', brokers: [broker], logLevel: logLevel.NOTHING })
const consumer = kafka.consumer({
  groupId: group,
  maxBytesPerPartition: 2 ** 19,
  maxWaitTimeInMs: 100,
  readUncommitted: false
})
const producers = new Map<number, Producer>()

await consumer.connect()
await consumer.subscribe({ topic: from, fromBeginning: true })
await consumer.run({
  autoCommit: false,
  eachBatchAutoResolve: true,
  partitionsConsumedConcurrently: 12,
  async eachBatch({ batch: { topic, partition, messages }, commitOffsetsIfNecessary }) {
    const producer = await producerOf(mode === 'exactly once' ? partition : -1)
    const own = messages.map((message) => ({ ...message, partition })) as Message[]
    const topics = [
      { topic, partitions: [{ partition, offset: String(BigInt(messages[messages.length - 1].offset) + 1n) }] }
    ]
    if (mode === 'exactly once') {
      const transaction = await producer.transaction()
      await transaction.send({ topic: to, messages: own })
      await transaction.sendOffsets({ consumerGroupId: group, topics })
      await transaction.commit()
    } else {
      await producer.send({ topic: to, messages: own })
      await commitOffsetsIfNecessary({ topics })
    }
  }
})
process.once('SIGTERM', () => process.exit(0))

async function producerOf(index: number): Promise<Producer> {
  const known = producers.get(index)
  if (known !== undefined) return known
  const transactional = index < 0 ? {} : { transactionalId: `${group}.${index}` }
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1, ...transactional })
  producers.set(index, producer)
  await producer.connect()
  return producer
}
