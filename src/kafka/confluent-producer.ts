import { setImmediate } from 'node:timers/promises'
import { isCode, reasonOf, refusalOf } from './confluent-errors.ts'
import {
  call,
  type Done,
  type RdConsumer,
  type RdError,
  type Rdkafka,
  type RdPlace,
  type RdProducer
} from './confluent-package.ts'
import { producerSettings, producerTopicSettings } from './confluent-settings.ts'
import { ProducerDead, type Transport, type Write } from './confluent-transport.ts'
import type { KafkaOptions, KafkaOutput } from './port.ts'

/** A call of the client holds one of Node's few threads for so long. */
const callMs = 5000

/**
 * Exactly once: records and offsets stand in one transaction. With the offsets goes the generation in which the consumer is a member of its
 * group, so that the broker refuses an instance that was frozen and has lost its partitions.
 */
export async function transactionalProducer(
  rdkafka: Rdkafka,
  consumer: RdConsumer,
  options: KafkaOptions
): Promise<Transport> {
  const { transactionTimeoutMs } = options
  let { producer, failures } = await begin()

  async function begin() {
    const connected = await connect(rdkafka, options)
    try {
      await patiently((ms, done) => connected.producer.initTransactions(ms, done))
      return connected
    } catch (error) {
      await close(connected.producer)
      throw error
    }
  }

  /** What can be tried again is. Rejects with what an abort mends; else with `ProducerDead`. */
  async function patiently(start: (timeoutMs: number, done: Done) => void): Promise<void> {
    for (const end = Date.now() + transactionTimeoutMs; ; ) {
      try {
        await call((done) => start(callMs, done))
        return
      } catch (error) {
        const { isRetriable, isTxnRequiresAbort } = error as RdError
        if (isRetriable === true && Date.now() < end) continue
        throw isTxnRequiresAbort === true ? error : deadBy(error)
      }
    }
  }

  function deadBy(error: unknown): ProducerDead {
    if (error instanceof ProducerDead) return error
    return new ProducerDead(reasonOf(error, rdkafka), isCode(error, 'fenced'))
  }

  async function write(writes: readonly Write[]): Promise<void> {
    await produceAll(producer, writes)
    await patiently((ms, done) => producer.sendOffsetsToTransaction(offsetsOf(writes), consumer, ms, done))
    await patiently((ms, done) => producer.commitTransaction(ms, done))
  }

  return {
    async write(writes) {
      failures.clear()
      try {
        await patiently((_, done) => producer.beginTransaction(done))
        await write(writes)
      } catch (error) {
        if (error instanceof ProducerDead) throw error
        await patiently((ms, done) => producer.abortTransaction(ms, done)).catch((late) => Promise.reject(deadBy(late)))
        await setImmediate()
        // Offsets that come behind a record that was refused fail for the state that this left.
        const cause = isCode(error, 'state') ? (failures.first() ?? error) : error
        if (refusalOf(cause) !== null) {
          // The numbers that it gives to records went on without the broker's, so that it would take none of the next.
          await close(producer)
          ;({ producer, failures } = await begin().catch((late) => Promise.reject(deadBy(late))))
        }
        throw cause
      }
    },
    close: () => close(producer)
  }
}

/** At least once: records are written, then offsets committed. */
export async function plainProducer(rdkafka: Rdkafka, consumer: RdConsumer, options: KafkaOptions): Promise<Transport> {
  const { producer, failures } = await connect(rdkafka, options)
  return {
    async write(writes) {
      failures.clear()
      await produceAll(producer, writes)
      await flush(producer)
      // Reports come by way of the event loop.
      await setImmediate()
      if (failures.first() !== undefined) throw failures.first()
      // What is not ours any more, others commit.
      const ours = offsetsOf(writes.filter(({ from }) => from.owned))
      if (ours.length > 0) await call((done) => consumer.commitCb(ours, done))
    },
    close: () => close(producer)
  }
}

/** With why records were not taken, which comes by way of the event loop. */
async function connect(rdkafka: Rdkafka, options: KafkaOptions) {
  const producer = new rdkafka.Producer(producerSettings(options), producerTopicSettings)
  let first: RdError | undefined
  producer.on('error', () => {})
  producer.on('delivery-report', (error: RdError | null) => {
    first ??= error ?? undefined
  })
  await call((done) => producer.connect({ timeout: callMs, allTopics: false }, done))
  producer.setPollInBackground(true)
  const clear = () => {
    first = undefined
  }
  return { producer, failures: { first: () => first, clear } }
}

function close(producer: RdProducer): Promise<void> {
  return call<unknown>((done) => producer.disconnect(1000, done)).then(
    () => {},
    () => {}
  )
}

async function produceAll(producer: RdProducer, writes: readonly Write[]): Promise<void> {
  for (const { outputs } of writes) {
    for (const output of outputs) {
      while (!produced(producer, output)) await flush(producer)
    }
  }
}

/** False: its queue is full. */
function produced(producer: RdProducer, { topic, partition, value, key, timestamp, headers }: KafkaOutput): boolean {
  const named = headers.map(([name, bytes]) => ({ [name]: filled(bytes ?? none) }))
  try {
    producer.produce(topic, partition ?? -1, value, key, Number(timestamp), undefined, named)
    return true
  } catch (error) {
    if (isCode(error, 'queueFull')) return false
    throw error
  }
}

async function flush(producer: RdProducer): Promise<void> {
  for (;;) {
    try {
      await call((done) => producer.flush(callMs, done))
      return
    } catch (error) {
      // What cannot be delivered fails at its own time.
      if (!isCode(error, 'timedOut')) throw error
    }
  }
}

const none = Buffer.alloc(0)
const somewhere = Buffer.alloc(1)

/** An empty buffer with no memory of its own becomes null. */
function filled(bytes: Buffer): Buffer {
  return bytes.length === 0 ? somewhere.subarray(0, 0) : bytes
}

function offsetsOf(writes: readonly Write[]): RdPlace[] {
  return writes.map(({ from: { topic, partition }, next }) => ({ topic, partition, offset: next }))
}
