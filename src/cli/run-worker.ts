// A worker thread: an engine, ordered about by the main thread.
import { parentPort, workerData } from 'node:worker_threads'
import { LogveilError } from '../errors.ts'
import { describe } from './complain.ts'
import { type Engine, startEngine } from './run-engine.ts'
import type { News, Order, WorkerData } from './run-messages.ts'
import { startTracing } from './run-tracing.ts'

const tell = (news: News): void => parentPort?.postMessage(news)

try {
  await work(workerData as WorkerData)
} catch (error) {
  tell({ type: 'failed', ...told(error) })
  parentPort?.close()
}

async function work(data: WorkerData): Promise<void> {
  const stopTracing = await startTracing()
  const engine = await startEngine({
    ...data,
    reusePort: true,
    write: () => Promise.reject(new Error('a worker has no standard output')),
    take: (sightings) => tell({ type: 'sightings', sightings }),
    report: (level, message, facts = {}) => tell({ type: 'report', level, message, facts })
  })
  parentPort?.on('message', (order: Order) => obey(order, engine, stopTracing))
  tell({ type: 'ready', ports: engine.ports })
}

async function obey(order: Order, engine: Engine, stopTracing: () => Promise<void>): Promise<void> {
  if (order.type === 'ping') tell({ type: 'pong', unready: engine.unready() })
  else if (order.type === 'snapshot')
    tell({ type: 'snapshot', metrics: await engine.metrics.registry.getMetricsAsJSON() })
  else if (order.type === 'allow') engine.allow(order.entries)
  else if (order.type === 'swap') tell({ type: 'swapped', error: trySwap(engine, order) })
  else {
    await engine.stop()
    await stopTracing()
    parentPort?.close()
  }
}

function trySwap(engine: Engine, { settings }: Extract<Order, { type: 'swap' }>) {
  try {
    engine.swap(settings)
    return null
  } catch (error) {
    return told(error)
  }
}

function told(error: unknown) {
  return { code: error instanceof LogveilError ? error.code : ('CONFIG_INVALID' as const), message: describe(error) }
}
