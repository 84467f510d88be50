import type { Message, Producer } from 'kafkajs'
import { LogveilError } from '../errors.ts'
import { allTaken, type Envelope, type Sink } from '../model.ts'
import { compressionTypes } from './kafkajs-codecs.ts'
import { connectTo } from './kafkajs-connection.ts'
import { reasonOf, refusalOf } from './kafkajs-errors.ts'
import type { Compression, KafkaConnection } from './port.ts'

export interface KafkaSinkOptions extends KafkaConnection {
  readonly topic: string
  readonly compression: Compression
  /** How long a batch may take. */
  readonly timeoutMs: number
}

const newline = 10

/**
 * A topic as a sink: each line a record, keyed by its stream, so that the lines of a file stay in order in one partition; a batch of OTLP one
 * record. At least once: what failed half-way comes again.
 */
export function createKafkaSink(options: KafkaSinkOptions): Sink {
  const { topic, compression, timeoutMs } = options
  const kafka = connectTo(options)
  let connected: Promise<Producer> | null = null

  function connect(): Promise<Producer> {
    const producer = kafka.producer({ maxInFlightRequests: 1, allowAutoTopicCreation: false, retry: { retries: 2 } })
    return producer.connect().then(() => producer)
  }

  async function send(messages: Message[]): Promise<void> {
    connected ??= connect()
    const producer = await connected
    await producer.send({ topic, messages, acks: -1, compression: compressionTypes[compression] })
  }

  /** One that failed holds on to what was under way, so that the next batch would wait for it. */
  async function leave(): Promise<void> {
    const producer = await connected?.catch(() => null)
    connected = null
    await producer?.disconnect().catch(() => {})
  }

  return {
    name: topic,
    async write(envelope) {
      try {
        await within(timeoutMs, send(messagesOf(envelope)))
      } catch (error) {
        void leave()
        const refusal = refusalOf(error)
        if (refusal !== null) throw refusal
        throw new LogveilError('DELIVERY_FAILED', `the topic ${topic} cannot be written (${reasonOf(error)})`, {
          retryable: true
        })
      }
      return allTaken
    },
    close: leave
  }
}

/** kafkajs stands still now and then, when a broker goes while it is sending. */
async function within(timeoutMs: number, work: Promise<void>): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error('late')), timeoutMs)
  try {
    await Promise.race([work, promise])
  } finally {
    clearTimeout(timer)
  }
}

function messagesOf({ payload, format, stream }: Envelope): Message[] {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
  if (format !== 'lines') return [{ value: bytes }]
  const messages: Message[] = []
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(newline, at)
    const value = bytes.subarray(at, end < 0 ? bytes.length : end)
    messages.push({ key: stream, value })
    at = end < 0 ? bytes.length : end + 1
  }
  return messages
}
