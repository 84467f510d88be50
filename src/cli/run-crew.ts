import {
  collectProcessMetrics,
  createMetrics,
  type Metrics,
  type MetricsSnapshot,
  mergeMetrics,
  totalsOf
} from '../metrics.ts'
import type { Allowance } from '../tickets/ledger.ts'
import { startEngine } from './run-engine.ts'
import type { CrewOptions, EngineOptions } from './run-engine-options.ts'
import { createRedaction, type RedactionSettings } from './run-redaction.ts'
import { startWorker, type ThreadOptions, type Worker } from './run-thread.ts'

/** Whoever does the work: this thread, or several others. */
export interface Crew {
  /** Instruments of this thread. */
  readonly metrics: Metrics
  readonly ports: Readonly<Record<string, number>>
  /** All metrics as text. */
  exposition(): Promise<string>
  /** Rejects when the new settings are not taken; then the old ones stay. */
  swap(settings: RedactionSettings): Promise<void>
  /** In place of the allowances before, from the next batch on. */
  allow(entries: readonly Allowance[]): void
  unready(): string[]
  /** Redacts a line of our own log. */
  line(text: string): string
  /** Takes nothing more; resolves when all in flight is settled. */
  stop(): Promise<void>
}

/** One thread, this one. */
export async function startSolo(options: Omit<EngineOptions, 'reusePort' | 'worker'>): Promise<Crew> {
  const engine = await startEngine({ ...options, reusePort: false, worker: { index: 0, count: 1 } })
  collectProcessMetrics(engine.metrics)
  engine.metrics.workers.set(1)
  noneReplaced(engine.metrics)
  return {
    metrics: engine.metrics,
    ports: engine.ports,
    exposition: () => engine.metrics.registry.metrics(),
    async swap(settings) {
      engine.swap(settings)
    },
    allow: (entries) => engine.allow(entries),
    unready: () => engine.unready(),
    line: (text) => engine.line(text),
    stop: () => engine.stop()
  }
}

function noneReplaced({ workerRestarts }: Metrics): void {
  for (const reason of ['crashed', 'stuck']) workerRestarts.inc({ reason }, 0)
}

/** Before a worker that died right after its start is replaced. */
const pauseMs = 1000

/**
 * So many threads, which share nothing but the addresses. One that crashes or does not answer is replaced; the connections it had break, so
 * that their senders come again.
 */
export async function startThreads(count: number, options: CrewOptions, thread?: ThreadOptions): Promise<Crew> {
  const metrics = createMetrics()
  collectProcessMetrics(metrics)
  metrics.canary.set(1)
  noneReplaced(metrics)
  const workers = new Set<Worker>()
  /** What workers had counted that are no more. */
  let departed: Promise<MetricsSnapshot> = Promise.resolve([])
  let settings = options.redaction
  let own = createRedaction(settings, () => {})
  let allowances: readonly Allowance[] = []
  let stopping = false

  async function hire(index: number): Promise<Worker> {
    const data = { ...options, redaction: settings, worker: { index, count } }
    const worker = await startWorker(data, (reason) => lost(worker, index, reason), thread)
    workers.add(worker)
    worker.allow(allowances)
    metrics.workers.set(workers.size)
    return worker
  }

  function lost(worker: Worker, index: number, reason: 'crashed' | 'stuck'): void {
    workers.delete(worker)
    metrics.workers.set(workers.size)
    departed = departed.then((others) => totalsOf([others, worker.lastSnapshot]))
    if (stopping) return
    metrics.workerRestarts.inc({ reason })
    options.report('error', 'a worker is replaced', { reason })
    replace(index)
  }

  function replace(index: number): void {
    if (stopping) return
    hire(index).catch(() => setTimeout(() => replace(index), pauseMs))
  }

  const hired = await Promise.all(Array.from({ length: count }, (_, index) => hire(index)))
  return {
    metrics,
    ports: hired[0].ports,
    async exposition() {
      const own = await metrics.registry.getMetricsAsJSON()
      const others = await Promise.all([...workers].map((worker) => worker.snapshot()))
      return mergeMetrics([own, ...others, await departed])
    },
    async swap(fresh) {
      const compiled = createRedaction(fresh, () => {})
      await Promise.all([...workers].map((worker) => worker.swap(fresh)))
      settings = fresh
      own = compiled
    },
    allow(entries) {
      allowances = entries
      for (const worker of workers) worker.allow(entries)
    },
    line: (text) => own.line(text),
    unready: () => (workers.size === 0 ? ['no worker is running'] : [...workers].flatMap((worker) => worker.unready())),
    async stop() {
      stopping = true
      await Promise.all([...workers].map((worker) => worker.stop()))
    }
  }
}
