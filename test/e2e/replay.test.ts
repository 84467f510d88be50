// Clean bodies through a logveil process, as one command puts it in front of a backend: every byte arrives as it was sent. The bodies are
// the OpenTelemetry JS SDK's own, caught on their way, and recorded ones where they are at hand.
import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { OTLPLogExporter as LogsJson } from '@opentelemetry/exporter-logs-otlp-http'
import { OTLPLogExporter as LogsProto } from '@opentelemetry/exporter-logs-otlp-proto'
import { OTLPMetricExporter as MetricsJson } from '@opentelemetry/exporter-metrics-otlp-http'
import { OTLPMetricExporter as MetricsProto } from '@opentelemetry/exporter-metrics-otlp-proto'
import { OTLPTraceExporter as TracesJson } from '@opentelemetry/exporter-trace-otlp-http'
import { OTLPTraceExporter as TracesProto } from '@opentelemetry/exporter-trace-otlp-proto'
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs'
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Signal } from '../../src/model.ts'
import { type Daemon, startCommand } from './daemon.ts'
import { createGrpcClient } from './grpc-client.ts'
import { type GrpcDownstream, startGrpcDownstream } from './grpc-downstream.ts'
import { type Arrived, type HttpDownstream, startHttpDownstream } from './http-downstream.ts'

/** Recorded bodies (index.json: file, url, headers). They are not part of the repository. */
const recorded = new URL('../../../shared/corpus/otlp/', import.meta.url)

let http: HttpDownstream
let grpc: GrpcDownstream
let toHttp: Daemon
let toGrpc: Daemon
beforeAll(async () => {
  http = await startHttpDownstream()
  grpc = await startGrpcDownstream()
  const relay = (url: URL) =>
    startCommand(['relay', '--to', url.href, ...['http', 'grpc', 'admin'].flatMap((it) => [`--${it}`, '127.0.0.1:0'])])
  toHttp = await relay(http.url)
  toGrpc = await relay(grpc.url)
})
afterAll(async () => {
  expect(await Promise.all([toHttp.stop(), toGrpc.stop()])).toEqual([0, 0])
  await Promise.all([http.close(), grpc.close()])
})

type Sent = Pick<Arrived, 'path' | 'headers' | 'body'>

async function replayOverHttp({ path, headers, body }: Sent): Promise<void> {
  http.arrived.length = 0
  const kept = ['content-type', 'content-encoding'].filter((name) => headers[name] !== undefined)
  const response = await fetch(`http://127.0.0.1:${toHttp.ports['relay/http']}${path}`, {
    method: 'POST',
    headers: Object.fromEntries(kept.map((name) => [name, headers[name] as string])),
    body: body as never
  })
  expect(response.status).toBe(200)
  expect(http.arrived).toHaveLength(1)
  const [arrived] = http.arrived
  expect(arrived.path).toBe(path)
  for (const name of ['content-type', 'content-encoding']) expect(arrived.headers[name]).toBe(headers[name])
  expect(arrived.body.equals(body)).toBe(true)
}

async function replayOverGrpc({ path, headers, body }: Sent): Promise<void> {
  grpc.arrived.length = 0
  const gzip = headers['content-encoding'] === 'gzip'
  const message = gzip ? gunzipSync(body) : body
  const client = createGrpcClient(`http://127.0.0.1:${toGrpc.ports['relay/grpc']}`)
  const signal = path.slice('/v1/'.length) as Signal
  expect((await client.call(message, { signal, gzip })).ok).toBe(true)
  client.close()
  expect(grpc.arrived.map((call) => [call.signal, call.message.equals(message)])).toEqual([[signal, true]])
}

const isProto = ({ headers }: Sent) => headers['content-type'] === 'application/x-protobuf'

describe.each(['none', 'gzip'] as const)('bodies of the SDK, compression %s', (compression) => {
  const bodies: Sent[] = []
  beforeAll(async () => {
    const capture = await startHttpDownstream()
    await exportEverything(capture.url, compression)
    bodies.push(...capture.arrived)
    await capture.close()
  })

  test('there are some of every signal in both formats', () => {
    const kinds = bodies.map(({ path, headers }) => `${path} ${headers['content-type']}`)
    const expected = ['/v1/logs', '/v1/traces', '/v1/metrics'].flatMap((path) => [
      `${path} application/json`,
      `${path} application/x-protobuf`
    ])
    expect([...new Set(kinds)].sort()).toEqual(expected.sort())
    expect(bodies.filter(({ headers }) => headers['content-encoding'] === 'gzip')).toHaveLength(
      compression === 'gzip' ? bodies.length : 0
    )
  })

  test('over HTTP', async () => {
    for (const body of bodies) await replayOverHttp(body)
  })

  test('over gRPC', async () => {
    for (const body of bodies.filter(isProto)) await replayOverGrpc(body)
  })
})

test('bodies recorded from services', async (context) => {
  if (!existsSync(recorded)) return context.skip('no recorded bodies beside the repository')
  const index: { file: string; url: string; headers: Record<string, string> }[] = JSON.parse(
    readFileSync(new URL('index.json', recorded), 'utf8')
  )
  const bodies = index.map(({ file, url: path, headers }) => ({
    path,
    headers,
    body: readFileSync(new URL(file, recorded))
  }))
  expect(bodies.length).toBeGreaterThan(0)
  for (const body of bodies) await replayOverHttp(body)
  for (const body of bodies.filter(isProto)) await replayOverGrpc(body)
})

/** Some thousand records, in batches as large as the SDK makes them. */
async function exportEverything({ href }: URL, compression: 'none' | 'gzip'): Promise<void> {
  for (const [Logs, Traces, Metrics] of [
    [LogsProto, TracesProto, MetricsProto],
    [LogsJson, TracesJson, MetricsJson]
  ] as const) {
    const to = (signal: Signal) => ({ url: `${href}v1/${signal}`, compression: compression as never })
    const logs = new LoggerProvider({
      processors: [new BatchLogRecordProcessor({ exporter: new Logs(to('logs')), maxQueueSize: 4096 } as never)]
    })
    const traces = new TracerProvider({
      spanProcessors: [new BatchSpanProcessor({ exporter: new Traces(to('traces')), maxQueueSize: 4096 } as never)]
    })
    const metrics = new MeterProvider({
      readers: [
        new PeriodicExportingMetricReader({ exporter: new Metrics(to('metrics')), exportIntervalMillis: 60_000 })
      ]
    })
    const calls = metrics.getMeter('shop').createHistogram('http.server.request.duration', { unit: 's' })
    for (let i = 0; i < 1500; i++) {
      const attributes = {
        'http.route': `/orders/${i % 40}`,
        'http.response.status_code': 200 + (i % 5),
        'http.retry': false
      }
      logs.getLogger('shop', '1.4.2').emit({
        severityText: 'INFO',
        body:
          i % 3 === 0
            ? { event: 'order placed', items: [i, 'book', { gift: true }] }
            : `GET /orders/${i} took ${i % 90} ms`,
        attributes
      })
      const span = traces.getTracer('shop', '1.4.2').startSpan(`GET /orders/${i % 40}`, { attributes })
      span.addEvent('cache miss', { shard: i % 7, tags: ['eu', 'west'] }).end()
      calls.record((i % 90) / 1000, attributes)
    }
    for (const provider of [logs, traces, metrics]) {
      await provider.forceFlush()
      await provider.shutdown()
    }
  }
}
