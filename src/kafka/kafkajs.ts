import { setTimeout as sleep } from 'node:timers/promises'
import type { Admin, Consumer, EachBatchPayload, Kafka, Producer } from 'kafkajs'
import { LogveilError } from '../errors.ts'
import { connectTo } from './kafkajs-connection.ts'
import { reasonOf, typeOf } from './kafkajs-errors.ts'
import { type Lane, plainLane, transactionalLane } from './kafkajs-lane.ts'
import { startOver } from './lives.ts'
import { LaneLost } from './lost.ts'
import type { KafkaBatch, KafkaClient, KafkaOptions, KafkaRecord } from './port.ts'
import { backOff, sizeOf } from './records.ts'

/**
 * The client in pure JavaScript. Its consumer is started over when it fails or stands still: it does so without an error, now and then, under
 * load.
 */
export function createKafkajs(options: KafkaOptions): KafkaClient {
  const kafka = connectTo(options)

  return {
    async partitionCounts(topics) {
      const admin = kafka.admin({ retry: { retries: 2 } })
      try {
        await admin.connect()
        const known = await admin.fetchTopicMetadata({ topics: [...topics] })
        return new Map(known.topics.map(({ name, partitions }) => [name, partitions.length]))
      } catch (error) {
        throw whyNot(error, topics, options.brokers)
      } finally {
        await admin.disconnect().catch(() => {})
      }
    },
    run: (signal) => startOver(() => live(kafka, options, signal), options, signal)
  }
}

function whyNot(error: unknown, topics: readonly string[], brokers: readonly string[]): LogveilError {
  const reason = reasonOf(error)
  const fatal = (what: string) => new LogveilError('INPUT_FAILED', `kafka: ${what} (${reason})`)
  if (reason === 'UNKNOWN_TOPIC_OR_PARTITION' || reason === 'INVALID_TOPIC_EXCEPTION') {
    return fatal(`one of the topics ${topics.join(', ')} does not exist`)
  }
  if (/AUTHORIZATION_FAILED$/.test(reason)) return fatal(`no rights for one of the topics ${topics.join(', ')}`)
  if (/SASL/.test(reason)) return fatal('the credentials are refused')
  return new LogveilError('INPUT_FAILED', `kafka: no broker of ${brokers.join(', ')} answers (${reason})`, {
    retryable: true
  })
}

/** One consumer's life; resolves to why it ended, null: it was told to. */
async function live(kafka: Kafka, options: KafkaOptions, signal: AbortSignal): Promise<string | null> {
  const { group, topics, from, exactlyOnce, sessionTimeoutMs, maxBatchBytes, concurrency, onEvent } = options
  const consumer = kafka.consumer({
    groupId: group,
    sessionTimeout: sessionTimeoutMs,
    heartbeatInterval: Math.max(100, sessionTimeoutMs / 10),
    // Others wait for it; nobody needs longer than for one part of a batch.
    rebalanceTimeout: Math.max(sessionTimeoutMs, 10_000),
    maxBytesPerPartition: maxBatchBytes,
    maxWaitTimeInMs: 100,
    readUncommitted: false,
    allowAutoTopicCreation: false,
    retry: { retries: 8, restartOnFailure: async () => false }
  })
  const admin = kafka.admin()
  const producer = exactlyOnce
    ? null
    : kafka.producer({ idempotent: true, maxInFlightRequests: 1, allowAutoTopicCreation: false })
  const lanes = createLanes(kafka, consumer, admin, producer, options)
  const end = Promise.withResolvers<string | null>()
  const stop = () => end.resolve(null)
  let alive = Date.now()
  const { CRASH, GROUP_JOIN, HEARTBEAT, FETCH } = consumer.events
  for (const event of [HEARTBEAT, FETCH, GROUP_JOIN])
    consumer.on(event, () => {
      alive = Date.now()
    })
  consumer.on(CRASH, ({ payload: { error } }) => end.resolve(reasonOf(error)))
  consumer.on(GROUP_JOIN, ({ payload: { memberAssignment } }) => {
    lanes.keep(memberAssignment)
    const partitions = Object.values(memberAssignment).reduce((sum, own) => sum + own.length, 0)
    onEvent({ type: 'rebalanced', partitions })
  })
  const stallMs = Math.max(3 * sessionTimeoutMs, 15_000)
  const watchdog = setInterval(() => {
    if (Date.now() - alive > stallMs) end.resolve('stood still')
  }, 1000)
  signal.addEventListener('abort', stop, { once: true })
  try {
    await Promise.all([consumer.connect(), admin.connect(), producer?.connect()])
    await consumer.subscribe({ topics: [...topics], fromBeginning: from === 'beginning' })
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: concurrency,
      eachBatch: lanes.eachBatch
    })
    if (signal.aborted) stop()
    return await end.promise
  } catch (error) {
    return reasonOf(error)
  } finally {
    clearInterval(watchdog)
    signal.removeEventListener('abort', stop)
    // Waits for the batches that were begun, and leaves the group; one that stands still does neither.
    await Promise.race([consumer.disconnect().catch(() => {}), sleep(sessionTimeoutMs + 5000, null, { ref: false })])
    await lanes.close()
    await Promise.all([admin.disconnect().catch(() => {}), producer?.disconnect().catch(() => {})])
  }
}

interface LaneState {
  readonly lane: Lane
  /** The next offset to be committed; null: wherever the consumer begins. */
  next: bigint | null
}

function createLanes(kafka: Kafka, consumer: Consumer, admin: Admin, producer: Producer | null, options: KafkaOptions) {
  const { onBatch, onEvent, maxBatchBytes } = options
  const lanes = new Map<string, LaneState>()
  const failures = new Map<string, number>()

  async function laneOf({
    batch: { topic, partition },
    commitOffsetsIfNecessary
  }: EachBatchPayload): Promise<LaneState> {
    const key = `${topic}/${partition}`
    const known = lanes.get(key)
    if (known !== undefined) return known
    const commitOffset = (next: bigint) =>
      commitOffsetsIfNecessary({ topics: [{ topic, partitions: [{ partition, offset: String(next) }] }] })
    const lane =
      producer === null
        ? transactionalLane(kafka, admin, { topic, partition }, options)
        : plainLane(producer, options, commitOffset)
    try {
      const state = { lane, next: await lane.begin() }
      lanes.set(key, state)
      return state
    } catch (error) {
      await lane.close()
      throw error
    }
  }

  async function eachBatch(payload: EachBatchPayload): Promise<void> {
    const { topic, partition } = payload.batch
    const key = `${topic}/${partition}`
    try {
      await withHeartbeats(payload, (goesOn) => work(payload, goesOn))
      failures.delete(key)
    } catch (error) {
      const state = lanes.get(key)
      if (error instanceof LaneLost || state === undefined) await drop(key)
      if (error instanceof LaneLost) {
        onEvent(
          error.fenced
            ? { type: 'fenced', topic, partition }
            : { type: 'aborted', topic, partition, reason: error.message }
        )
      }
      if (isGroups(error)) throw error
      if (error instanceof LogveilError && !failures.has(key)) {
        onEvent({ type: 'waits', topic, partition, reason: error.message })
      }
      rest(payload, key)
    }
  }

  /** Redacts and commits a batch, in parts no larger than they may be. */
  async function work(payload: EachBatchPayload, goesOn: () => boolean): Promise<void> {
    const { batch, resolveOffset, isRunning, isStale } = payload
    const { topic, partition, highWatermark } = batch
    const state = await laneOf(payload)
    const { next } = state
    const records = batch.messages.map(recordOf).filter(({ offset }) => next === null || offset >= next)
    // An older offset than the one committed was read before somebody else had ended.
    if (records.length === 0) return consumer.seek({ topic, partition, offset: String(next) })
    for (const part of parts(records, maxBatchBytes)) {
      if (!isRunning() || isStale() || !goesOn()) return
      const fresh: KafkaBatch = { topic, partition, records: part, highWatermark: BigInt(highWatermark) }
      await onBatch(fresh, async (outputs, done) => {
        await state.lane.write(outputs, done)
        state.next = done
        resolveOffset(String(done - 1n))
      })
      onEvent({ type: 'lag', topic, partition, records: Number(BigInt(highWatermark) - (state.next ?? 0n)) })
    }
  }

  /** What failed is read again, after a pause that grows: of this partition, the others go on. */
  function rest({ batch: { topic, partition, messages }, pause }: EachBatchPayload, key: string): void {
    const count = (failures.get(key) ?? 0) + 1
    failures.set(key, count)
    const next = lanes.get(key)?.next ?? BigInt(messages[0].offset)
    consumer.seek({ topic, partition, offset: String(next) })
    const resume = pause()
    setTimeout(resume, backOff(count)).unref()
  }

  async function drop(key: string): Promise<void> {
    const state = lanes.get(key)
    lanes.delete(key)
    await state?.lane.close()
  }

  return {
    eachBatch,
    /** After a rebalance: what others have now is theirs. */
    keep(assignment: Readonly<Record<string, readonly number[]>>): void {
      for (const key of lanes.keys()) {
        const slash = key.lastIndexOf('/')
        if (assignment[key.slice(0, slash)]?.includes(Number(key.slice(slash + 1))) !== true) void drop(key)
      }
    },
    async close(): Promise<void> {
      await Promise.all([...lanes.keys()].map(drop))
    }
  }
}

/** kafkajs sends none by itself while a batch is worked on; what the group says to them comes out at the end. */
async function withHeartbeats(
  { heartbeat }: EachBatchPayload,
  work: (goesOn: () => boolean) => Promise<void>
): Promise<void> {
  let told: unknown
  const pulse = setInterval(() => {
    heartbeat().catch((error) => {
      told = error
    })
  }, 250)
  try {
    await work(() => told === undefined)
  } finally {
    clearInterval(pulse)
  }
  if (told !== undefined) throw told
}

const groupErrors = new Set([
  'REBALANCE_IN_PROGRESS',
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'NOT_COORDINATOR_FOR_GROUP'
])

/** For the consumer itself, which joins again. */
function isGroups(error: unknown): boolean {
  return groupErrors.has(typeOf(error))
}

function recordOf({
  offset,
  key,
  value,
  headers,
  timestamp
}: EachBatchPayload['batch']['messages'][number]): KafkaRecord {
  const entries = Object.entries(headers ?? {}).flatMap(([name, values]) =>
    (Array.isArray(values) ? values : [values]).map((one) => [name, bytesOf(one)] as const)
  )
  return { offset: BigInt(offset), key, value, headers: entries, timestamp }
}

function bytesOf(value: Buffer | string | undefined | null): Buffer | null {
  return value === undefined || value === null ? null : typeof value === 'string' ? Buffer.from(value) : value
}

/** In order, each as long as it may be, at least one record. */
function* parts(records: readonly KafkaRecord[], maxBytes: number): Generator<KafkaRecord[]> {
  let part: KafkaRecord[] = []
  let bytes = 0
  for (const record of records) {
    const own = sizeOf(record)
    if (part.length > 0 && bytes + own > maxBytes) {
      yield part
      part = []
      bytes = 0
    }
    part.push(record)
    bytes += own
  }
  if (part.length > 0) yield part
}
