// The bare loop of librdkafka that bench/kafka.ts compares with: its calls as its documentation has them, records as they come, with logveil's settings.
// MODE BROKER IN OUT GROUP
import { call, loadRdkafka, type RdMessage } from '../src/kafka/confluent-package.ts'
import { consumerSettings, producerSettings, producerTopicSettings } from '../src/kafka/confluent-settings.ts'
import type { KafkaOptions } from '../src/kafka/port.ts'

const [mode, broker, from, to, group] = process.argv.slice(2)
const exactlyOnce = mode === 'exactly once'
const options: KafkaOptions = {
  brokers: [broker],
  clientId: 'bare',
  instanceId: null,
  group,
  topics: [from],
  from: 'beginning',
  exactlyOnce,
  sessionTimeoutMs: 30_000,
  transactionTimeoutMs: 60_000,
  compression: 'none',
  maxBatchBytes: 2 ** 21,
  concurrency: 12,
  tls: null,
  sasl: null,
  onBatch: async () => {},
  onEvent: () => {}
}
/** In one transaction, as logveil has it. */
const transactionBytes = 2 ** 22
const callMs = 5000
const { KafkaConsumer, Producer } = loadRdkafka()
const consumer = new KafkaConsumer(consumerSettings(options, true), { 'auto.offset.reset': 'earliest' })
const producer = new Producer(producerSettings(options), producerTopicSettings)
consumer.setDefaultConsumeTimeout(100)
consumer.setDefaultIsTimeoutOnlyForFirstMessage(true)
await call((done) => consumer.connect({ timeout: callMs, allTopics: false }, done))
await call((done) => producer.connect({ timeout: callMs, allTopics: false }, done))
producer.setPollInBackground(true)
if (exactlyOnce) await call((done) => producer.initTransactions(callMs, done))
consumer.subscribe([from])
process.once('SIGTERM', () => process.exit(0))
for (let count = 200; ; ) {
  const messages = await call<RdMessage[]>((done) => consumer.consume(count, done))
  if (messages.length === 0) continue
  if (exactlyOnce) await call((done) => producer.beginTransaction(done))
  let bytes = 0
  const offsets = new Map<number, number>()
  for (const { partition, offset, key, value, timestamp, headers = [] } of messages) {
    producer.produce(to, partition, value, key, timestamp, undefined, headers)
    bytes += value?.length ?? 0
    offsets.set(partition, offset + 1)
  }
  const places = [...offsets].map(([partition, offset]) => ({ topic: from, partition, offset }))
  if (exactlyOnce) {
    await call((done) => producer.sendOffsetsToTransaction(places, consumer, callMs, done))
    await call((done) => producer.commitTransaction(callMs, done))
  } else {
    await call((done) => producer.flush(callMs, done))
    await call((done) => consumer.commitCb(places, done))
  }
  count = Math.min(5000, Math.max(1, Math.ceil((messages.length * transactionBytes) / Math.max(1, bytes))))
}
