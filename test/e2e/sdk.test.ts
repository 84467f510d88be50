// The OpenTelemetry JS SDK's exporters against a logveil process, in front of a backend of the test's own.
import { SpanStatusCode } from '@opentelemetry/api'
import { OTLPLogExporter as LogsGrpc } from '@opentelemetry/exporter-logs-otlp-grpc'
import { OTLPLogExporter as LogsJson } from '@opentelemetry/exporter-logs-otlp-http'
import { OTLPLogExporter as LogsProto } from '@opentelemetry/exporter-logs-otlp-proto'
import { OTLPMetricExporter as MetricsGrpc } from '@opentelemetry/exporter-metrics-otlp-grpc'
import { OTLPMetricExporter as MetricsJson } from '@opentelemetry/exporter-metrics-otlp-http'
import { OTLPMetricExporter as MetricsProto } from '@opentelemetry/exporter-metrics-otlp-proto'
import { OTLPTraceExporter as TracesGrpc } from '@opentelemetry/exporter-trace-otlp-grpc'
import { OTLPTraceExporter as TracesJson } from '@opentelemetry/exporter-trace-otlp-http'
import { OTLPTraceExporter as TracesProto } from '@opentelemetry/exporter-trace-otlp-proto'
import { LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs'
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { otlpToJson } from '../../src/codecs/otlp-to-json.ts'
import type { Signal } from '../../src/model.ts'
import { expand } from '../../src/scan/template.ts'
import { type Daemon, relayConfig, startDaemon } from './daemon.ts'
import { type GrpcDownstream, startGrpcDownstream } from './grpc-downstream.ts'
import { type HttpDownstream, startHttpDownstream } from './http-downstream.ts'

const { text: secret } = expand('ghp_{{base62:30}}{{crc32-base62}}', 5)
const placeholder = '[REDACTED:github-pat-classic]'

let http: HttpDownstream
let grpc: GrpcDownstream
let toHttp: Daemon
let toGrpc: Daemon
beforeAll(async () => {
  http = await startHttpDownstream()
  grpc = await startGrpcDownstream()
  toHttp = await startDaemon(relayConfig(http.url))
  toGrpc = await startDaemon(relayConfig(grpc.url))
})
afterEach(() => {
  http.arrived.length = 0
  grpc.arrived.length = 0
})
afterAll(async () => {
  expect(await Promise.all([toHttp.stop(), toGrpc.stop()])).toEqual([0, 0])
  await Promise.all([http.close(), grpc.close()])
})

/** What arrived, as JSON. */
function arrived(): string {
  const overHttp = http.arrived.map(({ path, headers, body }) =>
    headers['content-type'] === 'application/json' ? body.toString() : otlpToJson(body, path.slice(4) as Signal)
  )
  return [...overHttp, ...grpc.arrived.map(({ signal, message }) => otlpToJson(message, signal))].join('\n')
}

type Protocol = 'grpc' | 'proto' | 'json'

async function exportLogs(daemon: Daemon, protocol: Protocol): Promise<void> {
  const exporter =
    protocol === 'grpc'
      ? new LogsGrpc({ url: `http://127.0.0.1:${daemon.ports['relay/grpc']}` })
      : new (protocol === 'proto' ? LogsProto : LogsJson)({
          url: `http://127.0.0.1:${daemon.ports['relay/http']}/v1/logs`,
          compression: 'gzip' as never
        })
  const provider = new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter } as never)] })
  provider.getLogger('app').emit({ body: `token ${secret} leaked`, attributes: { user: 'ada', list: ['x', secret] } })
  await provider.forceFlush()
  await provider.shutdown()
}

async function exportTraces(daemon: Daemon, protocol: Protocol): Promise<void> {
  const exporter =
    protocol === 'grpc'
      ? new TracesGrpc({ url: `http://127.0.0.1:${daemon.ports['relay/grpc']}` })
      : new (protocol === 'proto' ? TracesProto : TracesJson)({
          url: `http://127.0.0.1:${daemon.ports['relay/http']}/v1/traces`
        })
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter } as never)] })
  const span = provider.getTracer('app').startSpan(`GET /cb?token=${secret}`)
  span
    .addEvent('login', { user: 'ada', key: secret })
    .setStatus({ code: SpanStatusCode.ERROR, message: `bad ${secret}` })
  span.end()
  await provider.forceFlush()
  await provider.shutdown()
}

async function exportMetrics(daemon: Daemon, protocol: Protocol): Promise<void> {
  const exporter =
    protocol === 'grpc'
      ? new MetricsGrpc({ url: `http://127.0.0.1:${daemon.ports['relay/grpc']}` })
      : new (protocol === 'proto' ? MetricsProto : MetricsJson)({
          url: `http://127.0.0.1:${daemon.ports['relay/http']}/v1/metrics`
        })
  const provider = new MeterProvider({
    readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 60_000 })]
  })
  provider.getMeter('app').createCounter('calls').add(2, { user: 'ada', bearer: secret })
  await provider.shutdown()
}

const protocols: Protocol[] = ['grpc', 'proto', 'json']
const backends = [
  ['HTTP', () => toHttp],
  ['gRPC', () => toGrpc]
] as const

describe.each(backends)('to a backend over %s', (_, daemon) => {
  test.each(protocols)('logs over %s', async (protocol) => {
    await exportLogs(daemon(), protocol)
    const text = arrived()
    expect(text).not.toContain(secret)
    expect(text).toContain(`token ${placeholder} leaked`)
    expect(text.split(placeholder)).toHaveLength(3)
    expect(text).toContain('"ada"')
  })

  test.each(protocols)('traces over %s', async (protocol) => {
    await exportTraces(daemon(), protocol)
    const text = arrived()
    expect(text).not.toContain(secret)
    expect(text).toContain(`GET /cb?token=${placeholder}`)
    expect(text.split(placeholder)).toHaveLength(4)
    expect(text).toContain('"ada"')
  })

  test.each(protocols)('metrics over %s', async (protocol) => {
    await exportMetrics(daemon(), protocol)
    const text = arrived()
    expect(text).not.toContain(secret)
    expect(text.split(placeholder)).toHaveLength(2)
    expect(text).toContain('"calls"')
  })
})

test('the books balance, and no metric holds the secret', async () => {
  const text = await (await fetch(`${toHttp.admin}/metrics`)).text()
  expect(text).not.toContain(secret)
  const sum = (name: string) =>
    [...text.matchAll(new RegExp(`^logveil_records_${name}_total\\{.*\\} (\\d+)`, 'gm'))].reduce(
      (all, [, n]) => all + Number(n),
      0
    )
  expect(sum('received')).toBe(9)
  expect(sum('received')).toBe(sum('sent') + sum('dropped') + sum('rejected') + sum('returned'))
  expect(text).toMatch(/^logveil_findings_total\{.*detector="github-pat-classic".*\} \d+/m)
})
