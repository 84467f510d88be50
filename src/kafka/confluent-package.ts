import { createRequire } from 'node:module'
import { LogveilError } from '../errors.ts'

const name = '@confluentinc/kafka-javascript'

/**
 * What is used of the package, in words of ours: it is optional, and its own types are not there when it is not. It is librdkafka by callbacks;
 * its imitation of kafkajs loses the order of headers.
 */
export interface Rdkafka {
  readonly KafkaConsumer: new (settings: Settings, topicSettings: Settings) => RdConsumer
  readonly Producer: new (settings: Settings, topicSettings: Settings) => RdProducer
  readonly AdminClient: { create(settings: Settings, on: Readonly<Record<string, () => void>>): RdAdmin }
  readonly CODES: { readonly ERRORS: Readonly<Record<string, number>> }
  /** What librdkafka was built with: gzip, zstd, ssl, ... */
  readonly features: readonly string[]
}

export type Settings = Record<string, unknown>
export type Done<T = unknown> = (error: RdError | null | undefined, result: T) => void

export interface RdError extends Error {
  readonly code: number
  readonly isFatal?: boolean
  readonly isRetriable?: boolean
  readonly isTxnRequiresAbort?: boolean
}

export interface RdPlace {
  readonly topic: string
  readonly partition: number
  readonly offset?: number
}

export interface RdMessage extends RdPlace {
  readonly offset: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly timestamp: number
  /** Each with one member. */
  readonly headers?: readonly Readonly<Record<string, Buffer>>[]
}

interface RdClient {
  connect(options: { timeout: number; allTopics: boolean }, done: Done): void
  on(event: string, listener: (...args: never[]) => void): this
}

export interface RdConsumer extends RdClient {
  subscribe(topics: readonly string[]): void
  consume(count: number, done: Done<RdMessage[]>): void
  setDefaultConsumeTimeout(ms: number): void
  setDefaultIsTimeoutOnlyForFirstMessage(is: boolean): void
  incrementalAssign(places: readonly RdPlace[]): void
  incrementalUnassign(places: readonly RdPlace[]): void
  assignmentLost(): boolean
  assignments(): readonly RdPlace[]
  pause(places: readonly RdPlace[]): void
  resume(places: readonly RdPlace[]): void
  seek(place: RdPlace, timeoutMs: number, done: Done): void
  getWatermarkOffsets(topic: string, partition: number): { readonly highOffset: number }
  commitCb(places: readonly RdPlace[], done: Done): void
  disconnect(done: Done): void
}

export interface RdProducer extends RdClient {
  produce(
    topic: string,
    partition: number,
    value: Buffer | null,
    key: Buffer | null,
    timestamp: number,
    opaque: undefined,
    headers: readonly Readonly<Record<string, Buffer>>[]
  ): void
  setPollInBackground(on: boolean): void
  flush(timeoutMs: number, done: Done): void
  initTransactions(timeoutMs: number, done: Done): void
  beginTransaction(done: Done): void
  sendOffsetsToTransaction(offsets: readonly RdPlace[], consumer: RdConsumer, timeoutMs: number, done: Done): void
  commitTransaction(timeoutMs: number, done: Done): void
  abortTransaction(timeoutMs: number, done: Done): void
  disconnect(flushMs: number, done: Done): void
}

export interface RdAdmin {
  describeTopics(
    topics: readonly string[],
    options: { timeout: number },
    done: Done<readonly { name: string; error?: RdError; partitions: readonly unknown[] }[]>
  ): void
  listTopics(options: { timeout: number }, done: Done<readonly string[]>): void
  disconnect(): void
}

/** Throws `CONFIG_INVALID`, which says what to do. */
export function loadRdkafka(load = createRequire(import.meta.url)): Rdkafka {
  try {
    return load(name)
  } catch (error) {
    const { platform, arch, version } = process
    const missing = isInstalled(load)
      ? `it has no binary for Node ${version} on ${platform}-${arch}: \`npm rebuild ${name}\` fetches or builds one`
      : `it is not installed: \`npm install ${name}\``
    throw new LogveilError('CONFIG_INVALID', `the client confluent is the package ${name}, and ${missing}`, {
      cause: error
    })
  }
}

function isInstalled(load: NodeJS.Require): boolean {
  try {
    load.resolve(`${name}/package.json`)
    return true
  } catch {
    return false
  }
}

/** A call that tells its end by a callback, as a promise. */
export function call<T>(start: (done: Done<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    start((error, result) => (error ? reject(error) : resolve(result)))
  })
}
