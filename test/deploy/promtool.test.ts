// What Prometheus says of our metrics and rules, by itself: promtool's checks, each alert with figures that fire it and figures that do not, and
// a Prometheus that scrapes a running logveil and evaluates every rule and every panel.
import { writeFileSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { temporaryDirectory } from '../cli/spawn.ts'
import { alertCases } from './alert-cases.ts'
import { type LiveDaemon, startLive } from './live.ts'
import { alerts, expressions, rules, rulesPath } from './monitoring.ts'
import { missingTools, type PrometheusServer, promtool, startPrometheus } from './prometheus-tools.ts'

const directory = temporaryDirectory()
let live: LiveDaemon | undefined
let prometheus: PrometheusServer | undefined

beforeAll(async () => {
  if (missingTools !== '') return
  live = await startLive()
  const config = directory.path('prometheus.yml')
  const scraped = { job_name: 'logveil', static_configs: [{ targets: [live.address] }] }
  const every = { scrape_interval: '1s', evaluation_interval: '1s' }
  writeFileSync(config, stringify({ global: every, rule_files: [rulesPath], scrape_configs: [scraped] }))
  prometheus = await startPrometheus(config, directory.path('data'))
})
beforeEach((context) => {
  if (missingTools !== '') context.skip(missingTools)
})
afterAll(async () => {
  await prometheus?.stop()
  await live?.stop()
  directory.remove()
})

/** OpenMetrics as the older text format, which is all that `promtool check metrics` reads: there, types stand with the name of the sample. */
function asText(openMetrics: string): string {
  return openMetrics
    .replaceAll(/^# (HELP|TYPE) (\S+) (?=(.*))/gm, (line, kind, name) =>
      openMetrics.includes(`# TYPE ${name} counter`) ? `# ${kind} ${name}_total ` : line
    )
    .replaceAll(/ # \{.*$/gm, '')
    .replace('# EOF\n', '')
}

test('promtool check metrics: nothing of ours to complain about', async () => {
  const { output } = await promtool(['check', 'metrics'], asText(live?.text ?? ''))
  expect(output.split('\n').filter((line) => /^logveil_|rror/.test(line))).toEqual([])
})

test('promtool check rules', async () => {
  const { status, output } = await promtool(['check', 'rules', '--lint=all', '--lint-fatal', rulesPath])
  expect(output).toContain(`SUCCESS: ${rules.length} rules found`)
  expect(status).toBe(0)
})

test('every alert has figures that fire it, and figures that do not', () => {
  expect(alertCases.map(({ alert }) => alert).sort()).toEqual(alerts.map(({ alert }) => alert).sort())
})

test.each(alertCases)('$alert fires, and does not', async ({ alert, fires, silent, labels }) => {
  const severity = alerts.find((one) => one.alert === alert)?.labels?.severity
  const own = Object.entries({ alertname: alert, alertstate: 'firing', ...labels, severity })
  const firing = { labels: `ALERTS{${own.map(([name, value]) => `${name}="${value}"`).join(',')}}`, value: 1 }
  const unit = (series: readonly string[], expected: object[]) => ({
    interval: '1m',
    input_series: series.map((one) => {
      const at = one.lastIndexOf(' ')
      return { series: one.slice(0, at), values: one.slice(at + 1).replaceAll(',', ' ') }
    }),
    promql_expr_test: [
      { expr: `ALERTS{alertname="${alert}",alertstate="firing"}`, eval_time: '40m', exp_samples: expected }
    ]
  })
  const path = directory.path(`${alert}.yaml`)
  const tests = [unit(fires, [firing]), unit(silent, [])]
  writeFileSync(path, stringify({ rule_files: [rulesPath], evaluation_interval: '1m', tests }))
  const { status, output } = await promtool(['test', 'rules', path])
  expect(output.trim()).toBe('SUCCESS')
  expect(status).toBe(0)
})

interface EvaluatedRule {
  readonly name: string
  readonly health: string
  readonly lastError?: string
}

test('a Prometheus that scrapes logveil evaluates every rule without an error', async () => {
  await expect.poll(async () => (await ask('logveil_canary_ok'))[0]?.value[1]).toBe('1')
  const evaluated = async (): Promise<readonly EvaluatedRule[]> => {
    const told = (await prometheus?.get('/api/v1/rules')) as { groups: { rules: EvaluatedRule[] }[] }
    return told.groups.flatMap((group) => group.rules)
  }
  await expect.poll(async () => (await evaluated()).map(({ health }) => health)).not.toContain('unknown')
  const all = (await evaluated()).map(({ name, health, lastError = '' }) => `${name} ${health} ${lastError}`)
  expect(all.sort()).toEqual(rules.map(({ record, alert }) => `${record ?? alert} ok `).sort())
})

test('what it answers to panels: figures wherever something has happened', async () => {
  const scrapes = async () => Number((await ask('count_over_time(logveil_canary_ok[1m])'))[0]?.value[1] ?? 0)
  await expect.poll(scrapes).toBeGreaterThan(2)
  const empty: string[] = []
  for (const { where, expr } of expressions.filter((one) => one.where.startsWith('panel'))) {
    const asked = expr.replaceAll(/"\$\w+"/g, '".*"')
    if ((await ask(asked)).length === 0) empty.push(where.replace('panel ', ''))
  }
  // No broker, no decision.
  expect([...new Set(empty)]).toEqual([
    'Left as they are',
    'Lag',
    'Oldest record that waits to be written',
    'Rebalances, fences, aborts, restarts'
  ])
})

async function ask(expr: string): ReturnType<PrometheusServer['query']> {
  return (await prometheus?.query(expr)) ?? []
}
