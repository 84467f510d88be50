/** What the stage needs of a Kafka client. Clients differ in their traps: those are handled behind this port, not in front of it. */

export type KafkaHeader = readonly [name: string, value: Buffer | null]

export interface KafkaRecord {
  readonly offset: bigint
  /** null and empty differ: they are compacted apart. */
  readonly key: Buffer | null
  /** null: a tombstone. */
  readonly value: Buffer | null
  /** In order, as far as the client keeps it; names may repeat. */
  readonly headers: readonly KafkaHeader[]
  /** ms since 1970. */
  readonly timestamp: string
}

/** Records of one partition, in order, and none left out that a reader of committed records sees. */
export interface KafkaBatch {
  readonly topic: string
  readonly partition: number
  readonly records: readonly KafkaRecord[]
  /** Offset behind the last record of the partition. */
  readonly highWatermark: bigint
}

/** Marks, as its `cause`, the failure of a write that holds more than the broker takes at once. */
export const tooLarge = Symbol('too large')
/** Marks the failure of a write with a record that the topic takes never: no key where it is compacted, too old a time. */
export const refused = Symbol('refused')

export type KafkaOutput = Omit<KafkaRecord, 'offset'> & {
  readonly topic: string
  /** null: as the key has it. */
  readonly partition: number | null
}

/**
 * Writes what became of a batch up to `next`, the offset of the first record that is not done; resolves when outputs and offset are safe:
 * in exactly-once mode both or neither. Rejects with `DELIVERY_FAILED`, with `tooLarge` or `refused` as its cause when the broker does not take
 * it because of a record in it; then nothing was written, and it may be called again with less.
 */
export type Commit = (outputs: readonly KafkaOutput[], next: bigint) => Promise<void>

/**
 * Called with the batches of a partition one after another, of several partitions at once. Rejects when the batch shall come again. Must
 * be idempotent until `commit` resolved: after a failure the same records come again, perhaps in other batches, perhaps elsewhere.
 */
export type OnBatch = (batch: KafkaBatch, commit: Commit) => Promise<void>

export type KafkaEvent =
  | { readonly type: 'rebalanced'; readonly partitions: number }
  /** Another instance has the partition now. */
  | { readonly type: 'fenced'; readonly topic: string; readonly partition: number }
  | { readonly type: 'aborted'; readonly topic: string; readonly partition: number; readonly reason: string }
  /** A batch cannot go on, so that the partition waits: it is tried again. */
  | { readonly type: 'waits'; readonly topic: string; readonly partition: number; readonly reason: string }
  /** The client failed or stood still, and starts over. */
  | { readonly type: 'restarted'; readonly reason: string }
  | { readonly type: 'lag'; readonly topic: string; readonly partition: number; readonly records: number }

export interface KafkaSecurity {
  readonly tls: {
    readonly ca: Buffer | undefined
    readonly cert: Buffer | undefined
    readonly key: Buffer | undefined
  } | null
  readonly sasl:
    | {
        readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'
        readonly username: string
        readonly password: string
      }
    | { readonly mechanism: 'oauthbearer'; readonly token: () => Promise<string> }
    | null
}

export type Compression = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'

/** What any client needs to reach a cluster. */
export interface KafkaConnection extends KafkaSecurity {
  readonly brokers: readonly string[]
  /** Names this instance to brokers. */
  readonly clientId: string
}

export interface KafkaOptions extends KafkaConnection {
  readonly group: string
  /** Names this instance to the group: what it has stays with it while it is away for less than a session. null: what it has goes to others. */
  readonly instanceId: string | null
  readonly topics: readonly (string | RegExp)[]
  /** Where a group begins that has no offsets yet. */
  readonly from: 'beginning' | 'end'
  readonly exactlyOnce: boolean
  readonly sessionTimeoutMs: number
  readonly transactionTimeoutMs: number
  readonly compression: Compression
  /** Longest batch that `onBatch` is called with, unless one record is longer. */
  readonly maxBatchBytes: number
  /** Partitions worked on at once. */
  readonly concurrency: number
  readonly onBatch: OnBatch
  readonly onEvent: (event: KafkaEvent) => void
}

export interface KafkaClient {
  /** How many partitions each of the topics has. Throws `INPUT_FAILED` when there is no such topic, or no broker. */
  partitionCounts(topics: readonly string[]): Promise<ReadonlyMap<string, number>>
  /** Consumes until `signal` aborts and what was begun is settled. Rejects with what cannot be mended by starting over. */
  run(signal: AbortSignal): Promise<void>
}
