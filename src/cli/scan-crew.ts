import { Worker } from 'node:worker_threads'
import type { ScanSettings } from './scan-finder.ts'
import type { ScannedTarget, Target } from './scan-target.ts'

/** So many targets are one message: most are small. */
const batchTargets = 16
/** Batches that each worker may be ahead of the slowest one: what waits for its turn is held in memory. */
const batchesAhead = 8

/** The same file before and after it was compiled. */
const entry = new URL(import.meta.url.endsWith('.ts') ? './scan-worker.ts' : './scan-worker.js', import.meta.url)

/** Targets scanned by so many threads, in the order of the targets. Rejects when a thread dies. */
export async function* scanInThreads(
  targets: readonly Target[],
  count: number,
  settings: ScanSettings
): AsyncGenerator<ScannedTarget, void> {
  const done = new Map<number, readonly ScannedTarget[]>()
  const batches = Math.ceil(targets.length / batchTargets)
  let next = 0
  let news = Promise.withResolvers<void>()
  const threads = Array.from({ length: Math.min(count, batches) }, () => new Worker(entry, { workerData: settings }))
  const idle = [...threads]
  for (const thread of threads) {
    thread.on('error', (error) => news.reject(error))
    thread.on('message', ({ batch, scanned }: { batch: number; scanned: readonly ScannedTarget[] }) => {
      done.set(batch, scanned)
      idle.push(thread)
      news.resolve()
    })
  }

  function assign(turn: number): void {
    while (next < batches && next - turn < count * batchesAhead) {
      const thread = idle.pop()
      if (thread === undefined) return
      thread.postMessage({ batch: next, targets: targets.slice(next * batchTargets, (next + 1) * batchTargets) })
      next++
    }
  }

  try {
    for (let turn = 0; turn < batches; turn++) {
      for (assign(turn); !done.has(turn); assign(turn)) {
        await news.promise
        news = Promise.withResolvers()
      }
      yield* done.get(turn) ?? []
      done.delete(turn)
    }
  } finally {
    await Promise.all(threads.map((thread) => thread.terminate()))
  }
}
