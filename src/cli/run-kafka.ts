import { readFile } from 'node:fs/promises'
import { setFlagsFromString } from 'node:v8'
import { trace } from '@opentelemetry/api'
import type { KafkaSinkConfig, KafkaSourceConfig, PipelineConfig } from '../config/config-schema.ts'
import { LogveilError } from '../errors.ts'
import type { OtlpFormat } from '../index.ts'
import type { DeadLetters } from '../kafka/dead-letter.ts'
import { createKafkaSink } from '../kafka/kafka-sink.ts'
import type { KafkaBatch, KafkaClient, KafkaEvent, KafkaOptions, KafkaRecord, KafkaSecurity } from '../kafka/port.ts'
import type { RedactedBatch, ScanWhole, Withheld } from '../kafka/redact-batch.ts'
import { createStage } from '../kafka/stage.ts'
import { createWaiting } from '../kafka/waiting.ts'
import type { Metrics } from '../metrics.ts'
import type { Receipt, Signal, Sink } from '../model.ts'
import { openAccount, type Redact } from '../pipeline.ts'
import { createFingerprinter, type FingerprintKey } from '../redact/fingerprint.ts'
import type { Redacted, Redactor } from '../redactor.ts'
import { readClientTls } from '../sinks/downstream.ts'
import { readEncryptor } from './keys.ts'
import type { EngineOptions, Report } from './run-engine-options.ts'
import type { Services } from './run-services.ts'
import type { Spots } from './run-tickets.ts'

/** A pipeline from topics to a topic, ready to run. Throws `INPUT_FAILED`, `CONFIG_INVALID`. */
export async function openKafka(
  { name, annotate, source, sinks: [sink] }: PipelineConfig,
  metrics: Metrics,
  {
    report,
    redaction,
    spots,
    services
  }: Pick<EngineOptions, 'report' | 'redaction'> & { readonly spots: Spots | null; readonly services: Services },
  lines: () => Redactor,
  redact: Redact
): Promise<(signal: AbortSignal) => Promise<void>> {
  if (source.type !== 'kafka' || sink.type !== 'kafka') throw new Error('no pipeline from topics to a topic')
  ignoreNegativeTimeouts()
  const counts = new Map<string, number>()
  const stage = createStage({
    topic: sink.topic,
    samePartitions: (topic) => counts.get(topic) === counts.get(sink.topic),
    findingsTopic: sink.findingsTopic,
    deadLetters: deadLettersOf(sink, redaction.keys),
    annotate,
    keyed: redaction.keys.length > 0,
    scan: lines,
    whole: source.format === 'text' ? null : redactsWhole(source.format, source.signal, redact),
    account: (batch, redact, deliver) =>
      keepAccount(
        name,
        metrics,
        batch,
        () => {
          const redacted = redact()
          services.topic(name, redacted.findings, batch.topic)
          spots?.topic(redacted.findings, batch.topic)
          return redacted
        },
        deliver
      )
  })
  const waiting = createWaiting(stage, () => Date.now())
  const tell = tells(name, metrics, report)
  const onEvent = (event: KafkaEvent) => {
    if (event.type === 'rebalanced') waiting.reset()
    tell(event)
  }
  const client = await openClient(source.client, optionsOf(source, sink, waiting.onBatch, onEvent))
  await waitForTopics(client, source, sink, counts, report)
  const look = () => metrics.kafkaOldest.set({ pipeline: name }, waiting.oldest())
  look()
  setInterval(look, 1000).unref()
  return (signal) => client.run(signal)
}

/** Throws `KEY_INVALID`, `INPUT_FAILED`. */
function deadLettersOf(
  { deadLetterTopic: topic, deadLetterKey }: KafkaSinkConfig,
  keys: readonly FingerprintKey[]
): DeadLetters | null {
  if (topic === null) return null
  const { fingerprint } = createFingerprinter(keys)
  return { topic, fingerprint, seal: deadLetterKey === null ? null : readEncryptor(deadLetterKey).seal }
}

/** Loads no more than the one that is asked for. Throws `CONFIG_INVALID`. */
async function openClient(name: KafkaSourceConfig['client'], options: KafkaOptions): Promise<KafkaClient> {
  if (name === 'confluent') return (await import('../kafka/confluent.ts')).createConfluent(options)
  collectBuffersLater()
  return (await import('../kafka/kafkajs.ts')).createKafkajs(options)
}

/** kafkajs waits for less than nothing now and then, of which Node warns on standard error at every start. */
export function ignoreNegativeTimeouts(): void {
  const { emitWarning } = process
  process.emitWarning = ((warning: string | Error, ...more: never[]) => {
    if (String(more[0]) !== 'TimeoutNegativeWarning') emitWarning(warning, ...more)
  }) as typeof emitWarning
}

/**
 * kafkajs makes 20 bytes of buffers for each byte it sends, and Node 24 collects garbage in full for every 64 MB of them, whatever else is in
 * the heap: a third of all time. Counted as a part of the heap they wait until it has grown: 40 MB/s become 56, for 80 MB of memory.
 */
function collectBuffersLater(): void {
  // Other engines may not know it, and would say so on standard error.
  if (process.versions.v8.startsWith('13.6.')) setFlagsFromString('--external-memory-accounted-in-global-limit')
}

function redactsWhole(format: OtlpFormat, signal: Signal, redact: Redact): ScanWhole {
  return (payload) => {
    try {
      return redact({ payload, format, signal, encoded: null, deadline: Number.POSITIVE_INFINITY, stream: null })
    } catch (error) {
      if (error instanceof LogveilError && error.code === 'PAYLOAD_INVALID') return null
      throw error
    }
  }
}

const tracer = trace.getTracer('logveil')

async function keepAccount(
  pipeline: string,
  metrics: Metrics,
  { records }: KafkaBatch,
  redact: () => RedactedBatch,
  deliver: (redacted: RedactedBatch) => Promise<Receipt>
): Promise<Receipt> {
  const bytes = records.reduce((sum, record) => sum + bytesOf(record), 0)
  const span = tracer.startSpan('logveil.batch')
  try {
    const account = openAccount(metrics, pipeline, { bytes, signal: null }, span)
    let redacted: RedactedBatch | null = null
    const summary = account.scan(() => {
      redacted = redact()
      return summaryOf(redacted)
    })
    return await account.deliver(summary, () => deliver(redacted as never))
  } finally {
    span.end()
  }
}

/** Not empty, as there is always an offset to commit. */
const something = new Uint8Array(1)

function summaryOf({ records, findings, withheld, unscanned }: RedactedBatch): Redacted {
  const dropped = records.filter(({ fate }) => fate === 'dropped').length
  const whole = records.filter(({ fate }) => fate === 'unscanned').reduce((sum, { source }) => sum + bytesOf(source), 0)
  return {
    payload: something,
    findings,
    records: records.length,
    dropped,
    withheld: sumOf(withheld) as never,
    unscanned: sumOf([...unscanned, { invalid: whole }]) as never
  }
}

function bytesOf({ key, value }: KafkaRecord): number {
  return (key?.length ?? 0) + (value?.length ?? 0)
}

function sumOf(all: readonly Withheld[]): Withheld {
  const sum: Record<string, number> = {}
  for (const one of all) for (const [reason, parts] of Object.entries(one)) sum[reason] = (sum[reason] ?? 0) + parts
  return sum
}

/** kafkajs sends them as one batch of records, of which brokers take 1 MiB; librdkafka cuts them, and transactions cost it more. */
const batchBytes: Readonly<Record<KafkaSourceConfig['client'], number>> = { kafkajs: 2 ** 19, confluent: 2 ** 21 }

function optionsOf(
  source: KafkaSourceConfig,
  sink: KafkaSinkConfig,
  onBatch: KafkaOptions['onBatch'],
  onEvent: KafkaOptions['onEvent']
): KafkaOptions {
  const { topics, tls, sasl, partitionsAtOnce, ...same } = source
  return {
    ...same,
    topics: topics.map(topicOf),
    ...securityOf({ tls, sasl }),
    compression: sink.compression,
    concurrency: partitionsAtOnce,
    maxBatchBytes: source.maxBatchBytes ?? batchBytes[source.client],
    onBatch,
    onEvent
  }
}

export function securityOf({ tls, sasl }: Pick<KafkaSourceConfig, 'tls' | 'sasl'>): KafkaSecurity {
  return {
    tls: tls === null ? null : readClientTls(tls),
    sasl: sasl?.mechanism === 'oauthbearer' ? { mechanism: 'oauthbearer', token: () => tokenIn(sasl.tokenFile) } : sasl
  }
}

/** A topic for what comes from elsewhere. Throws `CONFIG_INVALID`. */
export function kafkaSink({ brokers, tls, sasl, ...same }: KafkaSinkConfig): Sink {
  ignoreNegativeTimeouts()
  return createKafkaSink({ ...same, brokers: brokers ?? [], ...securityOf({ tls, sasl }) })
}

export function topicOf(text: string): string | RegExp {
  const [, pattern] = /^\/(.+)\/$/.exec(text) ?? []
  return pattern === undefined ? text : new RegExp(`^(?:${pattern})$`)
}

async function tokenIn(path: string): Promise<string> {
  return (await readFile(path, 'utf8')).trim()
}

/** A broker that is not there yet is waited for; a topic that does not exist is a mistake. */
async function waitForTopics(
  client: KafkaClient,
  { topics }: KafkaSourceConfig,
  { topic, findingsTopic, deadLetterTopic }: KafkaSinkConfig,
  counts: Map<string, number>,
  report: Report
): Promise<void> {
  const named = [...topics.filter((one) => typeof topicOf(one) === 'string'), topic, findingsTopic, deadLetterTopic]
  const wanted = named.filter((one) => one !== null)
  for (let told = false; ; told = true) {
    try {
      for (const [name, count] of await client.partitionCounts(wanted)) counts.set(name, count)
      return
    } catch (error) {
      if (!(error instanceof LogveilError) || !error.retryable) throw error
      if (!told) report('warn', `${error.message}; it is tried again`)
      await new Promise((resolve) => setTimeout(resolve, 1000))
    }
  }
}

const messages = {
  fenced: 'another instance has the partition now',
  aborted: 'a transaction failed: its records are read again',
  waits: 'a partition waits'
}

function tells(pipeline: string, metrics: Metrics, report: Report): (event: KafkaEvent) => void {
  return (event) => {
    if (event.type === 'lag') {
      metrics.kafkaLag.set({ pipeline, topic: event.topic, partition: String(event.partition) }, event.records)
    } else if (event.type === 'rebalanced') {
      metrics.kafkaLag.reset()
      metrics.kafkaRebalances.inc({ pipeline })
      report('info', 'partitions were shared out', { pipeline, partitions: event.partitions })
    } else if (event.type === 'restarted') {
      metrics.kafkaRestarts.inc({ pipeline })
      report('warn', 'the Kafka client starts over', { pipeline, reason: event.reason })
    } else {
      if (event.type === 'fenced') metrics.kafkaFenced.inc({ pipeline })
      if (event.type === 'aborted') metrics.kafkaAborted.inc({ pipeline, reason: event.reason })
      const { type, ...facts } = event
      report('warn', messages[type], { pipeline, ...facts })
    }
  }
}
