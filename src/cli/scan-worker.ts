import { parentPort, workerData } from 'node:worker_threads'
import { createContext } from './scan-finder.ts'
import { type ScannedTarget, scanTarget, type Target } from './scan-target.ts'

/** A thread of `scanInThreads`: batches in, what they hold out. */
const context = await createContext(workerData)

parentPort?.on('message', async ({ batch, targets }: { batch: number; targets: readonly Target[] }) => {
  const scanned: ScannedTarget[] = []
  for (const target of targets) scanned.push(await scanTarget(target, context))
  parentPort?.postMessage({ batch, scanned })
})
