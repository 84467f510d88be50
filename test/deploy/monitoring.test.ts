// Dashboard and alerts ask for nothing that logveil does not tell; each alert has its section in the runbook. What Prometheus itself says of
// them is in promtool.test.ts.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeMetrics, instruments } from '../../src/metrics-docs.ts'
import { type LiveDaemon, startLive } from './live.ts'
import { alerts, dashboard, expressions, recorded } from './monitoring.ts'
import { readExpression } from './promql.ts'

const read = (path: string) => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8')
let live: LiveDaemon | undefined

beforeAll(async () => {
  live = await startLive()
})
afterAll(() => live?.stop())

/** Series as a scrape finds them: name, and the labels that its samples have. */
function seriesIn(text: string): Map<string, Set<string>> {
  const series = new Map<string, Set<string>>()
  for (const [, name, labels = ''] of text.matchAll(/^([a-z_A-Z0-9]+)(?:\{(.*?)\})? \S+/gm)) {
    const known = series.get(name) ?? new Set()
    for (const [, label] of labels.matchAll(/(\w+)="(?:[^"\\]|\\.)*"/g)) known.add(label)
    series.set(name, known)
  }
  return series
}

/** What takes a broker, or a decision of people: test/kafka/metrics.test.ts and test/e2e/allowances.test.ts see those. */
const elsewhere = /^logveil_(?:kafka_\w+|allowed_total)$/

test('a running logveil tells everything that stands in docs/metrics.md, with these labels', async () => {
  const series = seriesIn(live?.text ?? '')
  const all = await instruments()
  expect(all.length).toBeGreaterThan(50)
  const silent = all
    .filter(({ name, labels, type }) => {
      const samples = type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name]
      return !samples.every((sample) => labels.every((label) => series.get(sample)?.has(label)) && series.has(sample))
    })
    .map(({ name }) => name)
  expect(silent.filter((name) => !elsewhere.test(name))).toEqual([])
})

test('docs/metrics.md is that of the instruments: else `npm run docs`', async () => {
  expect(read('docs/metrics.md') === (await describeMetrics())).toBe(true)
})

test.each(expressions)('$where: only what a scrape finds', async ({ expr }) => {
  const series = seriesIn(live?.text ?? '')
  for (const { name, labels } of (await instruments()).filter(({ name }) => elsewhere.test(name)))
    series.set(name, new Set(labels))
  // Recorded by rules, whose names begin with their labels.
  for (const name of recorded) series.set(name, new Set(name.slice(0, name.indexOf(':')).split('_')))
  series.set('up', new Set())
  const { selectors, grouping, made } = readExpression(expr)
  expect(selectors.length).toBeGreaterThan(0)
  const byScrape = ['job', 'instance']
  const known = new Set([...byScrape, ...made])
  for (const { metric, labels } of selectors) {
    const own = series.get(metric)
    expect(own, metric).toBeDefined()
    expect(labels.filter((label) => !own?.has(label) && !byScrape.includes(label))).toEqual([])
    for (const label of own ?? []) known.add(label)
  }
  expect(grouping.filter((label) => !known.has(label))).toEqual([])
})

test('alerts: for how long, how bad, what it is, and what to do', () => {
  const runbook = read('docs/runbook.md')
  const sections = new Set([...runbook.matchAll(/^## (\w+)$/gm)].map(([, name]) => name.toLowerCase()))
  expect(new Set(alerts.map(({ alert }) => alert)).size).toBe(alerts.length)
  for (const { alert, for: lasting, labels, annotations } of alerts) {
    expect(lasting, alert).toMatch(/^\d+m$/)
    expect(['critical', 'warning'], alert).toContain(labels?.severity)
    expect(Object.keys(annotations ?? {}), alert).toEqual(['summary', 'description', 'runbook'])
    const [, section] = /^docs\/runbook\.md#(\w+)$/.exec(annotations?.runbook ?? '') ?? []
    expect(sections, alert).toContain(section)
  }
  const meant = new Set(alerts.map(({ annotations }) => annotations?.runbook.split('#')[1]))
  expect([...sections].filter((section) => !meant.has(section))).toEqual([])
})

test('the dashboard: panels fit in 24 columns and do not overlap, rows have all that was asked for', () => {
  const { panels, templating } = dashboard
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
  const taken = new Map<string, string>()
  for (const { title, gridPos } of panels) {
    expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24)
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        expect(taken.get(`${x} ${y}`), title).toBeUndefined()
        taken.set(`${x} ${y}`, title)
      }
  }
  // No holes either: Grafana would move up what stands below.
  const bottom = Math.max(...panels.map(({ gridPos: { y, h } }) => y + h))
  expect(taken.size).toBe(24 * bottom)
  expect(panels.filter(({ type }) => type === 'row').map(({ title }) => title)).toEqual([
    'Health',
    'Throughput and latency',
    'Findings',
    'Fail closed: what did not go on',
    'Delivery',
    'Kafka',
    'Tickets',
    'Cost of detectors (with redaction.costs)'
  ])
  expect(templating.list.map(({ name, type }) => [name, type])).toEqual([
    ['datasource', 'datasource'],
    ['job', 'query'],
    ['instance', 'query'],
    ['pipeline', 'query']
  ])
  for (const { title, type, datasource, targets = [] } of panels.filter((one) => one.type !== 'row')) {
    expect(['timeseries', 'stat', 'bargauge'], title).toContain(type)
    expect(
      [datasource?.uid, ...targets.map((target) => target.datasource.uid)].every((uid) => uid === '$' + '{datasource}')
    ).toBe(true)
    for (const { expr, legendFormat } of targets) {
      expect(expr, title).toContain('job=~"$job"')
      const { grouping } = readExpression(expr.replaceAll('$__rate_interval', '1m').replaceAll('$__range', '1h'))
      const shown = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label)
      expect(
        shown.filter((label) => !grouping.includes(label)),
        title
      ).toEqual([])
    }
  }
})
