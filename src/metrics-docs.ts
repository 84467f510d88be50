import { createMetrics } from './metrics.ts'

interface Instrument {
  readonly name: string
  readonly type: string
  readonly labels: readonly string[]
  readonly help: string
}

/** Every instrument as it stands in `/metrics`, in alphabetical order. */
export async function instruments(): Promise<readonly Instrument[]> {
  const { registry } = createMetrics()
  const labels = new Map(
    registry.getMetricsAsArray().map((one) => {
      const { name, labelNames } = one as never as { name: string; labelNames: readonly string[] }
      return [name, labelNames]
    })
  )
  const all = (await registry.getMetricsAsJSON()) as never as readonly Omit<Instrument, 'labels'>[]
  return all
    .map(({ name, type, help }) => ({ name, type, help, labels: labels.get(name) ?? [] }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** docs/metrics.md. */
export async function describeMetrics(): Promise<string> {
  const rows = (await instruments()).map(({ name, type, labels, help }) => {
    const shown = labels.map((label) => `\`${label}\``).join(', ')
    return `| \`${name}\` | ${type} | ${shown} | ${help} |`
  })
  return `${head}${rows.join('\n')}\n`
}

const head = `# Metrics

\`GET /metrics\` on the admin address (\`admin\`, 127.0.0.1:9464) answers in OpenMetrics, with those of the process (\`process_*\`, \`nodejs_*\`) beside
these. With several threads it is the sum of them. Labels never hold what stands in records, but for names of services, which are redacted and no more
than 50 for each thread. Written by \`npm run docs\`.

[deploy/prometheus/rules.yaml](../deploy/prometheus/rules.yaml) alerts on them ([what to do then](runbook.md)),
[deploy/grafana/dashboards/logveil.json](../deploy/grafana/dashboards/logveil.json) shows them. \`logveil_detector_cost_seconds_total\` counts with
\`redaction.costs\` only.

| metric | kind | labels | what it tells |
|---|---|---|---|
`
