import { expect, test } from 'vitest'
import { canaryDetector } from '../../src/cli/run-canary.ts'
import { startThreads } from '../../src/cli/run-crew.ts'
import type { CrewOptions } from '../../src/cli/run-engine-options.ts'
import { freePort } from '../e2e/daemon.ts'

const entry = new URL('./toy-worker.ts', import.meta.url)

const settings = { detectors: [canaryDetector], policy: {}, keys: [], listed: [], costs: false, encryptTo: null }

async function start(stuckMs: number) {
  const port = await freePort()
  const reports: unknown[] = []
  const options = {
    config: { port },
    redaction: { ...settings, digest: 'first' },
    version: '0',
    report: (...report: unknown[]) => reports.push(report)
  } as never as CrewOptions
  const crew = await startThreads(1, options, { entry, stuckMs, startMs: 120_000 })
  const get = (path: string) => fetch(`http://127.0.0.1:${port}/${path}`).then((response) => response.text())
  return { crew, reports, get }
}

test.each([
  ['crash', 60_000],
  ['stuck', 3000]
] as const)('a worker that is lost (%s) is replaced, with the newest settings', async (how, stuckMs) => {
  const { crew, reports, get } = await start(stuckMs)
  expect(await get('')).toBe('first')
  await crew.swap({ ...settings, digest: 'second' })

  // Its sender sees a broken connection, which it takes for a reason to come again.
  await expect(get(how)).rejects.toThrow('fetch failed')
  await expect.poll(() => get('')).toBe('second')
  // It may answer before this thread has heard that it is there.
  const metrics = () => crew.metrics.registry.metrics()
  await expect.poll(metrics).toContain('logveil_workers 1')
  const reason = how === 'crash' ? 'crashed' : 'stuck'
  expect(reports).toEqual([['error', 'a worker is replaced', { reason }]])
  expect(await metrics()).toContain(`logveil_worker_restarts_total{reason="${reason}"} 1`)
  await crew.stop()
})

test('time in which the whole process was frozen makes no worker one that is stuck', async () => {
  const { crew, reports, get } = await start(3000)
  expect(await get('')).toBe('first')
  // What it has answered stands behind the timer that looks for an answer.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 4000)
  await new Promise((resolve) => setTimeout(resolve, 500))
  expect([await get(''), reports]).toEqual(['first', []])
  await crew.stop()
})
