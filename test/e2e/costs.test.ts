import { expect, test } from 'vitest'
import { startDaemon } from './daemon.ts'

const otlp = { type: 'otlp', http: '127.0.0.1:0', grpc: null }

test('what detectors cost is in the metrics, when that is asked for', async () => {
  const daemon = await startDaemon({
    admin: '127.0.0.1:0',
    redaction: { costs: true },
    pipelines: [{ name: 'relay', source: otlp, sinks: [{ type: 'stdout' }] }]
  })
  const send = () =>
    fetch(`http://127.0.0.1:${daemon.ports['relay/http']}/v1/logs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: { stringValue: 'login, password=hunter2xyz, done' } }] }] }]
      })
    })
  const cost = async (): Promise<number> => {
    const text = await (await fetch(`${daemon.admin}/metrics`)).text()
    return Number(/^logveil_detector_cost_seconds_total\{detector="generic-password"\} (\S+)/m.exec(text)?.[1] ?? 0)
  }
  expect((await send()).status).toBe(200)
  await expect.poll(cost).toBeGreaterThan(0)
  const one = await cost()
  expect(one).toBeLessThan(0.001)
  expect((await send()).status).toBe(200)
  // An estimate, not the clock: the same record costs the same.
  await expect.poll(cost).toBeCloseTo(2 * one, 9)
  expect(await daemon.stop()).toBe(0)
})
