import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type DurableConfig, type PipelineConfig, type SinkConfig, sinkName } from '../config/config-schema.ts'
import type { Metrics } from '../metrics.ts'
import type { Sink } from '../model.ts'
import { createDeadLetters } from '../sinks/durable/dead-letters.ts'
import type { DeliveryEvents } from '../sinks/durable/delivery.ts'
import type { QueueEvents } from '../sinks/durable/events.ts'
import { nodeFiles } from '../sinks/durable/files.ts'
import { openQueue, type Queue } from '../sinks/durable/queue.ts'
import { createDurableSink } from '../sinks/durable.ts'
import { withTimeout } from '../sinks/timeout.ts'
import type { EngineOptions, Report } from './run-engine-options.ts'

/** A sink in front of which batches are stored. */
export interface DurableSink extends Sink {
  /** Why nothing should be sent here. */
  unready(): string[]
}

/** A queue without a refusal for so long takes batches again, as far as anybody knows: nobody asks a process that is not ready. */
const recoverMs = 10_000
const gaugeMs = 1000

/**
 * Puts a queue on disk in front of a sink: DIRECTORY/PIPELINE/to-SINK/WORKER. Queues of workers that are no more are delivered as well.
 * Throws `OUTPUT_FAILED`.
 */
export async function openDurable(
  sink: Sink,
  config: SinkConfig,
  pipeline: PipelineConfig & { readonly durable: DurableConfig },
  metrics: Metrics,
  options: EngineOptions
): Promise<DurableSink> {
  const { name, durable } = pipeline
  const { index, count } = options.worker
  const labels = { pipeline: name, sink: sink.name }
  for (const outcome of ['kept', 'dropped']) metrics.queueRejected.inc({ ...labels, outcome }, 0)
  for (const reason of ['full', 'disk']) metrics.queueRefused.inc({ ...labels, reason }, 0)
  const { queueDelivered, queueRejectedRecords, queueQuarantined, queueQuarantinedBytes, queueTorn } = metrics
  for (const one of [queueDelivered, queueRejectedRecords, queueQuarantined, queueQuarantinedBytes, queueTorn])
    one.inc(labels, 0)
  const base = join(durable.directory, name)
  const directory = join(base, directoryOf(config))
  if (index === 0) tellOfOrphans(base, pipeline, options.report)
  const { initialMs, maxMs } = config.type === 'otlp' ? config.retry : { initialMs: 200, maxMs: 5000 }
  const queues: Queue[] = []

  async function open(worker: number): Promise<Sink> {
    const own = join(directory, String(worker))
    const { queueEvents, deliveryEvents } = listen(labels, own, metrics, options.report)
    const queue = await openQueue({
      files: nodeFiles,
      directory: own,
      maxBytes: Math.floor(durable.maxBytes / count),
      segmentBytes: durable.segmentBytes,
      fsync: durable.fsync === 'always',
      events: queueEvents
    })
    queues.push(queue)
    return createDurableSink({
      queue,
      // Closed once, below: several queues may share it.
      sink: { ...sink, close: async () => {} },
      deadLetters: createDeadLetters(nodeFiles, join(own, 'dead-letters.jsonl'), durable.deadLetterBytes),
      inFlight: durable.inFlight,
      initialMs,
      maxMs,
      drainMs: options.config.gracePeriodMs / 2,
      events: deliveryEvents
    })
  }

  const own = await open(index)
  const others = await Promise.all(leftOver(directory, index, count).map(open))
  setGauges(queues, labels, metrics)
  const timer = setInterval(() => setGauges(queues, labels, metrics), gaugeMs).unref()

  return {
    // A disk that hangs is no reason for its senders to.
    ...withTimeout(own, config.type === 'otlp' ? config.timeoutMs : 9000),
    unready: () =>
      queues.some((queue) => Date.now() - queue.state().refusedAt < recoverMs)
        ? [`${name}: batches for ${sink.name} cannot be stored`]
        : [],
    async close() {
      await Promise.all([own, ...others].map((one) => one.close()))
      clearInterval(timer)
      setGauges(queues, labels, metrics)
      tellWhatStays(queues, directory, options.report)
      await sink.close()
    }
  }
}

/** Any name as one of a directory. */
function directoryOf(sink: SinkConfig): string {
  return `to-${encodeURIComponent(sinkName(sink))}`
}

/** Queues of a larger number of workers, shared out among those there are. */
function leftOver(directory: string, index: number, count: number): number[] {
  return readdirSync(directory)
    .filter((name) => /^\d{1,3}$/.test(name))
    .map(Number)
    .filter((worker) => worker >= count && worker % count === index)
}

/** What is stored for sinks that are not configured any more stays where it is. */
function tellOfOrphans(base: string, { sinks }: PipelineConfig, report: Report): void {
  const known = new Set(sinks.map(directoryOf))
  for (const name of namesIn(base)) {
    if (known.has(name)) continue
    const stored = namesIn(join(base, name)).some((worker) =>
      namesIn(join(base, name, worker)).some((file) => file.endsWith('.seg'))
    )
    if (stored)
      report('warn', 'batches wait for a sink that is not configured any more', { directory: join(base, name) })
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}

function setGauges(queues: readonly Queue[], labels: { pipeline: string; sink: string }, metrics: Metrics): void {
  const states = queues.map((queue) => queue.state())
  const sum = (part: 'bytes' | 'batches') => states.reduce((total, state) => total + state[part], 0)
  const oldest = Math.min(...states.map((state) => state.oldest ?? Number.POSITIVE_INFINITY))
  metrics.queueBytes.set(labels, sum('bytes'))
  metrics.queueBatches.set(labels, sum('batches'))
  metrics.queueOldest.set(labels, Number.isFinite(oldest) ? Math.max(0, Date.now() - oldest) / 1000 : 0)
}

function tellWhatStays(queues: readonly Queue[], directory: string, report: Report): void {
  const states = queues.map((queue) => queue.state())
  const batches = states.reduce((sum, state) => sum + state.batches, 0)
  const bytes = states.reduce((sum, state) => sum + state.bytes, 0)
  if (batches > 0)
    report('info', 'what is not delivered stays on disk for the next start', { directory, batches, bytes })
}

/** Counts everything, tells of it once until it gets better. */
function listen(
  labels: { pipeline: string; sink: string },
  directory: string,
  metrics: Metrics,
  report: Report
): { queueEvents: QueueEvents; deliveryEvents: DeliveryEvents } {
  let failing = false
  let rejecting = false
  const queueEvents: QueueEvents = {
    fsync: (seconds) => metrics.queueFsync.observe({ labels, value: seconds }),
    torn(bytes) {
      metrics.queueTorn.inc(labels)
      report('warn', 'a batch was cut off while it was stored: it was never acknowledged', { directory, bytes })
    },
    quarantined(bytes, aside) {
      metrics.queueQuarantined.inc(labels)
      metrics.queueQuarantinedBytes.inc(labels, bytes)
      report('error', 'a part of a segment is broken, what follows is delivered', { directory, bytes, aside })
    },
    refused: (reason) => metrics.queueRefused.inc({ ...labels, reason }),
    trouble: (what, code) => report('error', what, { directory, code })
  }
  const deliveryEvents: DeliveryEvents = {
    delivered({ rejected, message }) {
      metrics.queueDelivered.inc(labels)
      metrics.queueRejectedRecords.inc(labels, rejected)
      if (rejected > 0 && !rejecting) report('warn', 'the sink refuses records for good', { ...labels, message })
      rejecting = rejected > 0
      if (failing) report('info', 'the sink takes batches again', labels)
      failing = false
    },
    rejected(message, kept) {
      metrics.queueRejected.inc({ ...labels, outcome: kept ? 'kept' : 'dropped' })
      if (!rejecting) report('error', 'the sink refuses batches for good', { ...labels, directory, message, kept })
      rejecting = true
    },
    failed(message) {
      if (!failing) report('warn', 'the sink fails: batches wait on disk', { ...labels, message })
      failing = true
    }
  }
  return { queueEvents, deliveryEvents }
}
