import { Worker as Thread } from 'node:worker_threads'
import { LogveilError } from '../errors.ts'
import type { MetricsSnapshot } from '../metrics.ts'
import type { Allowance } from '../tickets/ledger.ts'
import type { CrewOptions } from './run-engine-options.ts'
import type { News, Order, WorkerData } from './run-messages.ts'
import type { RedactionSettings } from './run-redaction.ts'

/** A worker thread as the main thread sees it. */
export interface Worker {
  readonly ports: Readonly<Record<string, number>>
  /** Empty when it has ended. */
  snapshot(): Promise<MetricsSnapshot>
  /** What `snapshot` last came to. */
  readonly lastSnapshot: MetricsSnapshot
  swap(settings: RedactionSettings): Promise<void>
  allow(entries: readonly Allowance[]): void
  unready(): readonly string[]
  /** Resolves when it has ended. */
  stop(): Promise<void>
}

export interface ThreadOptions {
  readonly entry: URL
  /** Without an answer for so long it is stuck: longer than any batch takes to scan. */
  readonly stuckMs: number
  /** So long may it take to start, which on a busy machine is longer. */
  readonly startMs: number
}

/** The same file before and after it was compiled. */
const entry = new URL(import.meta.url.endsWith('.ts') ? './run-worker.ts' : './run-worker.js', import.meta.url)
const defaults: ThreadOptions = { entry, stuckMs: 10_000, startMs: 60_000 }

/** Rejects with what kept it from starting. `onLost` is told once when it ends without being stopped. */
export function startWorker(
  { report, take, ...data }: WorkerData & Pick<CrewOptions, 'report' | 'take'>,
  onLost: (reason: 'crashed' | 'stuck') => void,
  { entry, stuckMs, startMs } = defaults
): Promise<Worker> {
  const thread = new Thread(entry, { workerData: data })
  const order = (message: Order): void => thread.postMessage(message)
  const swaps: ((error: LogveilError | null) => void)[] = []
  const snapshots: ((metrics: MetricsSnapshot) => void)[] = []
  let lastSnapshot: MetricsSnapshot = []
  let unready: readonly string[] = []
  let started = false
  let heard = performance.now()
  let looked = heard
  let reason: 'crashed' | 'stuck' = 'crashed'
  const ended = new Promise<void>((resolve) => thread.once('exit', () => resolve()))
  const everyMs = stuckMs / 10
  const watch = setInterval(() => {
    const now = performance.now()
    // While this thread did not run either, as when the process was frozen, nobody could have been heard.
    heard += Math.max(0, now - looked - everyMs)
    looked = now
    if (now - heard > (started ? stuckMs : startMs)) {
      reason = 'stuck'
      void thread.terminate()
    } else order({ type: 'ping' })
  }, everyMs)

  return new Promise((resolve, reject) => {
    thread.on('message', (news: News) => {
      heard = performance.now()
      if (news.type === 'ready') {
        started = true
        resolve(workerOf(news.ports))
      } else if (news.type === 'failed') reject(new LogveilError(news.code, news.message))
      else if (news.type === 'report') report(news.level, news.message, news.facts)
      else if (news.type === 'sightings') take(news.sightings)
      else if (news.type === 'pong') unready = news.unready
      else if (news.type === 'snapshot') {
        lastSnapshot = news.metrics
        snapshots.shift()?.(lastSnapshot)
      } else swaps.shift()?.(news.error === null ? null : new LogveilError(news.error.code, news.error.message))
    })
    // Its message may quote what was scanned: it is dropped.
    thread.on('error', () => {})
    void ended.then(() => {
      clearInterval(watch)
      for (const settle of snapshots) settle([])
      for (const settle of swaps) settle(null)
      if (started) onLost(reason)
      else reject(new LogveilError('LISTEN_FAILED', 'a worker ended while it started', { retryable: true }))
    })
  })

  function workerOf(ports: Readonly<Record<string, number>>): Worker {
    return {
      ports,
      get lastSnapshot() {
        return lastSnapshot
      },
      snapshot: () =>
        new Promise((resolve) => {
          snapshots.push(resolve)
          order({ type: 'snapshot' })
        }),
      swap: (settings) =>
        new Promise((resolve, reject) => {
          swaps.push((error) => (error === null ? resolve() : reject(error)))
          order({ type: 'swap', settings })
        }),
      allow: (entries) => order({ type: 'allow', entries }),
      unready: () => unready,
      stop() {
        order({ type: 'stop' })
        return ended
      }
    }
  }
}
