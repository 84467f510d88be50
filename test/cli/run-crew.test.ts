import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { canaryDetector } from '../../src/cli/run-canary.ts'
import { type CrewOptions, startThreads } from '../../src/cli/run-crew.ts'

const entry = new URL('./toy-worker.ts', import.meta.url)

const settings = { detectors: [canaryDetector], policy: {}, keys: [], listed: [], costs: false, encryptTo: null }

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

test.each(['crash', 'stuck'] as const)(
  'a worker that is lost (%s) is replaced, with the newest settings',
  async (how) => {
    const port = await freePort()
    const reports: unknown[] = []
    const options = {
      config: { port },
      redaction: { ...settings, digest: 'first' },
      version: '0',
      report: (...report: unknown[]) => reports.push(report)
    } as never as CrewOptions
    const crew = await startThreads(1, options, { entry, stuckMs: 300 })
    const get = (path: string) => fetch(`http://127.0.0.1:${port}/${path}`).then((response) => response.text())
    expect(await get('')).toBe('first')
    await crew.swap({ ...settings, digest: 'second' })

    // Its sender sees a broken connection, which it takes for a reason to come again.
    await expect(get(how)).rejects.toThrow('fetch failed')
    const again = async (): Promise<string> =>
      get('').catch(() => new Promise((resolve) => setTimeout(resolve, 20)).then(again))
    expect(await again()).toBe('second')
    const reason = how === 'crash' ? 'crashed' : 'stuck'
    expect(reports).toEqual([['error', 'a worker is replaced', { reason }]])
    const text = await crew.metrics.registry.metrics()
    expect(text).toContain(`logveil_worker_restarts_total{reason="${reason}"} 1`)
    expect(text).toContain('logveil_workers 1')
    await crew.stop()
  }
)
