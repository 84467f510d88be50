import type { LogRecord } from './log-records.ts'

/** How a backend takes records over HTTP. */
export interface LogShape {
  /** In the place of none in the URL. */
  readonly path: string
  readonly contentType: string
  body(records: readonly LogRecord[]): string
}

/** One object a line. */
export const ndjson: LogShape = {
  path: '/',
  contentType: 'application/x-ndjson',
  body: (records) =>
    records.map(({ nanos, ...rest }) => `${JSON.stringify({ timestamp: isoTime(nanos), ...rest })}\n`).join('')
}

/** What becomes a label: of these there are few values. All else is structured metadata. */
const labels = [
  'service.name',
  'k8s.namespace.name',
  'k8s.pod.name',
  'k8s.container.name',
  'host.name',
  'log.file.path'
]

/** Loki's push API (grafana.com/docs/loki, "Push log entries to Loki"). */
export const loki: LogShape = {
  path: '/loki/api/v1/push',
  contentType: 'application/json',
  body(records) {
    const streams = new Map<string, { stream: Record<string, string>; values: unknown[] }>()
    for (const { nanos, severity, body, attributes, resource } of records) {
      const stream = lokiLabels(resource)
      const key = JSON.stringify(stream)
      const known = streams.get(key) ?? { stream, values: [] }
      const others = Object.entries(resource).filter(([name]) => !labels.includes(name))
      const level = severity === '' ? {} : { level: severity }
      const metadata = { ...named(others), ...named(Object.entries(attributes)), ...level }
      known.values.push([nanos, textOf(body), metadata])
      streams.set(key, known)
    }
    return JSON.stringify({ streams: [...streams.values()] })
  }
}

/** Loki takes no stream without labels. */
function lokiLabels(resource: LogRecord['resource']): Record<string, string> {
  const own = named(Object.entries(resource).filter(([name]) => labels.includes(name)))
  return Object.keys(own).length === 0 ? { job: 'logveil' } : own
}

function named(entries: readonly [string, unknown][]): Record<string, string> {
  return Object.fromEntries(entries.map(([name, value]) => [name.replace(/[^\w]/g, '_'), textOf(value)]))
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? '')
}

/** Elasticsearch's and OpenSearch's bulk API; `create` suits data streams as well as indexes. */
export function elasticsearch(index: string): LogShape {
  const action = JSON.stringify({ create: { _index: index } })
  return {
    path: '/_bulk',
    contentType: 'application/x-ndjson',
    body: (records) => records.map((record) => `${action}\n${JSON.stringify(documentOf(record))}\n`).join('')
  }
}

function documentOf({ nanos, severity, body, attributes, resource }: LogRecord): object {
  const level = severity === '' ? {} : { log: { level: severity } }
  return { '@timestamp': isoTime(nanos), message: textOf(body), ...level, attributes, resource }
}

function isoTime(nanos: string): string {
  const digits = nanos.padStart(10, '0')
  const seconds = new Date(Number(digits.slice(0, -9)) * 1000).toISOString()
  return seconds.replace('.000Z', `.${digits.slice(-9)}Z`)
}
