// What the console reads out of /metrics: our own exposition, restarts, quantiles.
import { expect, test } from 'vitest'
import { compact, duration, relative } from '../../src/admin/console/format.ts'
import { largest, parseMetrics, quantile, rate, total, totalsBy } from '../../src/admin/console/samples.ts'
import { createMetrics } from '../../src/metrics.ts'

async function looked(metrics: ReturnType<typeof createMetrics>, at: number) {
  return parseMetrics(await metrics.registry.metrics(), at)
}

test('totals, rates and quantiles of our own metrics', async () => {
  const metrics = createMetrics()
  metrics.received.inc({ pipeline: 'a', signal: 'logs' }, 10)
  const before = await looked(metrics, 1000)
  metrics.received.inc({ pipeline: 'a', signal: 'logs' }, 30)
  metrics.received.inc({ pipeline: 'b "}\n\\', signal: 'logs' }, 2)
  metrics.findings.inc({ pipeline: 'a', signal: 'logs', detector: 'x', action: 'label' }, 2)
  metrics.findings.inc({ pipeline: 'a', signal: 'logs', detector: 'y', action: 'label' }, 5)
  const labels = { pipeline: 'a', signal: 'logs' }
  for (let i = 0; i < 100; i++) metrics.scan.observe({ labels, value: i < 90 ? 0.004 : 0.04 } as never)
  metrics.queueOldest.set({ pipeline: 'a', sink: 's' }, 7)
  metrics.queueOldest.set({ pipeline: 'b', sink: 's' }, 3)
  const after = await looked(metrics, 3000)
  const name = 'logveil_records_received_total'
  expect(total(after, name)).toBe(42)
  expect(total(after, name, { pipeline: 'b "}\n\\' })).toBe(2)
  expect(total(after, 'logveil_no_such_total')).toBe(0)
  expect(rate(before, after, name)).toBe(16)
  // After a restart.
  expect(rate(after, { ...before, at: 5000 }, name)).toBe(0)
  expect(totalsBy(after, 'logveil_findings_total', 'detector')).toEqual([
    ['y', 5],
    ['x', 2]
  ])
  expect(largest(after, 'logveil_queue_oldest_seconds')).toBe(7)
  expect(quantile(before, after, 'logveil_scan_seconds', 0.45)).toBeCloseTo(0.00375, 9)
  expect(quantile(null, after, 'logveil_scan_seconds', 0.99)).toBeCloseTo(0.0475, 9)
  expect(quantile(after, after, 'logveil_scan_seconds', 0.99)).toBe(null)
})

test.each([
  [compact(0), '0'],
  [compact(999), '999'],
  [compact(0.456), '0.46'],
  [compact(1234), '1.23 k'],
  [compact(21_600, 'B'), '21.6 kB'],
  [compact(7, 'B'), '7 B'],
  [compact(123_456_789), '123 M'],
  [duration(0), '0 µs'],
  [duration(0.00042), '420 µs'],
  [duration(0.0047), '4.7 ms'],
  [duration(45), '45 s'],
  [duration(600), '10 min'],
  [duration(93_784), '26 h'],
  [duration(86_400 * 14), '14 d'],
  [relative(new Date(Date.now() - 600_000).toISOString()), '10 min ago'],
  [relative(new Date(Date.now() + 86_400_000 * 3).toISOString()), 'in 3 d'],
  [relative(new Date().toISOString()), 'now']
])('%s', (told, expected) => expect(told).toBe(expected))
