import { createConfluent } from '../../src/kafka/confluent.ts'
import { createKafkajs } from '../../src/kafka/kafkajs.ts'
import type { Commit, KafkaBatch, KafkaClient, KafkaEvent, KafkaOptions, KafkaOutput } from '../../src/kafka/port.ts'
import type { clients } from './broker.ts'

export type ClientName = (typeof clients)[number]

/** A client that copies what it reads, unless told otherwise. */
export interface Copying {
  /** What was committed, in this order; `values` of one partition. */
  values(partition?: number): (string | null)[]
  readonly batches: readonly KafkaBatch[]
  readonly events: readonly KafkaEvent[]
  /** Resolves when it is so; rejects after a while. */
  until(is: () => boolean): Promise<void>
  stop(): Promise<void>
}

export type CopyOptions = Partial<KafkaOptions> &
  Pick<KafkaOptions, 'brokers' | 'group' | 'topics'> & {
    readonly to: string
    /** Before the commit. */
    readonly before?: (batch: KafkaBatch, commit: Commit) => Promise<void> | void
  }

export function openClient(name: ClientName, options: KafkaOptions): KafkaClient {
  return name === 'kafkajs' ? createKafkajs(options) : createConfluent(options)
}

export function optionsOf({ to, before, ...options }: CopyOptions, done: (batch: KafkaBatch) => void): KafkaOptions {
  return {
    clientId: `copy-${process.pid}-${Math.random().toString(36).slice(2)}`,
    instanceId: null,
    from: 'beginning',
    exactlyOnce: true,
    sessionTimeoutMs: 6000,
    transactionTimeoutMs: 20_000,
    compression: 'none',
    maxBatchBytes: 2 ** 19,
    concurrency: 12,
    tls: null,
    sasl: null,
    async onBatch(batch, commit) {
      await before?.(batch, commit)
      await commit(outputsOf(batch, to), batch.records[batch.records.length - 1].offset + 1n)
      done(batch)
    },
    onEvent: () => {},
    ...options
  }
}

export function outputsOf({ records, partition }: KafkaBatch, topic: string): KafkaOutput[] {
  return records.map(({ offset: _, ...record }) => ({ ...record, topic, partition }))
}

export function copy(name: ClientName, options: CopyOptions): Copying {
  const events: KafkaEvent[] = []
  const batches: KafkaBatch[] = []
  const abort = new AbortController()
  const onEvent = (event: KafkaEvent) => events.push(event)
  const client = openClient(
    name,
    optionsOf({ onEvent, ...options }, (batch) => batches.push(batch))
  )
  const running = client.run(abort.signal)
  return {
    batches,
    events,
    values: (partition) =>
      batches
        .filter((batch) => partition === undefined || batch.partition === partition)
        .flatMap(({ records }) => records.map(({ value }) => value?.toString() ?? null)),
    async until(is) {
      for (const end = Date.now() + 120_000; !is(); ) {
        if (Date.now() > end) throw new Error(`it never came: ${JSON.stringify(events.slice(-20))}`)
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    },
    async stop() {
      abort.abort()
      await running
    }
  }
}
