import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AdminServer, listenAdmin } from '../../src/admin/admin-server.ts'
import { collectProcessMetrics, createMetrics, mergeMetrics, totalsOf } from '../../src/metrics.ts'

let admin: AdminServer
let reasons: string[] = []
let exposition = async () => 'text # EOF\n'
beforeAll(async () => {
  admin = await listenAdmin({ host: '127.0.0.1', port: 0, metrics: () => exposition(), unready: () => reasons })
})
afterAll(() => admin.close())

async function get(path: string, method = 'GET') {
  const response = await fetch(`http://127.0.0.1:${admin.port}${path}`, { method })
  return [response.status, await response.text()]
}

test('health, readiness, metrics, and nothing else', async () => {
  expect(await get('/healthz')).toEqual([200, 'ok\n'])
  expect(await get('/readyz?verbose')).toEqual([200, 'ready\n'])
  reasons = ['the self-test fails', 'shutting down']
  expect(await get('/readyz')).toEqual([503, 'the self-test fails\nshutting down\n'])
  expect(await get('/healthz')).toEqual([200, 'ok\n'])
  expect(await get('/metrics')).toEqual([200, 'text # EOF\n'])
  expect(await get('/metrics', 'POST')).toEqual([405, 'only GET is understood\n'])
  expect(await get('/secrets')).toEqual([404, '/metrics\n/healthz\n/readyz\n'])
})

test('metrics that cannot be collected are told without why', async () => {
  exposition = async () => {
    throw new Error('secret text')
  }
  expect(await get('/metrics')).toEqual([500, 'the metrics cannot be collected\n'])
})

test('an address that is taken', async () => {
  const again = listenAdmin({ host: '127.0.0.1', port: admin.port, metrics: exposition, unready: () => [] })
  await expect(again).rejects.toMatchObject({
    code: 'LISTEN_FAILED',
    message: `admin cannot listen on 127.0.0.1:${admin.port}: EADDRINUSE`
  })
})

test('several threads count together', async () => {
  const [main, a, b] = [createMetrics(), createMetrics(), createMetrics()]
  collectProcessMetrics(main)
  const labels = { pipeline: 'p', signal: 'logs' }
  a.sent.inc(labels, 3)
  b.sent.inc(labels, 4)
  a.inFlight.set(10)
  b.inFlight.set(20)
  for (const one of [main, a, b]) one.canary.set(1)
  b.canary.set(0)
  main.reloadOk.set(1)
  for (const one of [a, b]) one.detectors.set({ version: '1', digest: 'd' }, 7)
  a.scan.observe({ labels, value: 0.002, exemplarLabels: { trace_id: 'aa' } } as never)
  b.scan.observe({ labels, value: 0.002 } as never)
  const text = await mergeMetrics(await Promise.all([main, a, b].map(({ registry }) => registry.getMetricsAsJSON())))
  for (const line of [
    'logveil_records_sent_total{pipeline="p",signal="logs"} 7',
    'logveil_in_flight_bytes 30',
    'logveil_canary_ok 0',
    'logveil_reload_ok 1',
    'logveil_detectors_loaded{version="1",digest="d"} 7',
    'logveil_scan_seconds_count{pipeline="p",signal="logs"} 2',
    '# TYPE logveil_records_sent counter'
  ]) {
    expect(text.split('\n')).toContain(line)
  }
  // The console tells by it for how long the process runs.
  expect(text).toMatch(/^process_start_time_seconds \d{10}$/m)
  expect(text).toMatch(/le="0.0025",pipeline="p",signal="logs"} 2 # {trace_id="aa"} 0.002 \d/)
  expect(text).toMatch(/\n# EOF\n$/)
})

test('totals outlive their thread, its gauges do not', async () => {
  const ended = createMetrics()
  ended.sent.inc({ pipeline: 'p', signal: 'logs' }, 3)
  ended.inFlight.set(10)
  let totals = await totalsOf([await ended.registry.getMetricsAsJSON()])
  totals = await totalsOf([totals, await ended.registry.getMetricsAsJSON()])
  const own = await createMetrics().registry.getMetricsAsJSON()
  const lines = (await mergeMetrics([own, totals])).split('\n')
  expect(lines).toContain('logveil_records_sent_total{pipeline="p",signal="logs"} 6')
  expect(lines).toContain('logveil_in_flight_bytes 0')
})
