// An OpenTelemetry Collector before logveil and one behind it. `npm run collector` builds it; without it these tests are skipped.
import { existsSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { otlpToJson } from '../../src/codecs/otlp-to-json.ts'
import { otlpToProto } from '../../src/codecs/otlp-to-proto.ts'
import type { Signal } from '../../src/model.ts'
import { expand } from '../../src/scan/template.ts'
import { type Running, start, temporaryDirectory } from '../cli/spawn.ts'
import { type Daemon, freePort, relayConfig, startDaemon } from './daemon.ts'
import { type Arrived, type HttpDownstream, startHttpDownstream } from './http-downstream.ts'

const binary = fileURLToPath(new URL('../../node_modules/.cache/logveil/collector', import.meta.url))
const { text: secret } = expand('ghp_{{base62:30}}{{crc32-base62}}', 5)
const placeholder = '[REDACTED:github-pat-classic]'

type Protocol = 'http' | 'grpc'

interface Collector {
  readonly running: Running
  readonly url: string
  readonly grpc: string
}

let backend: HttpDownstream
let behind: Collector
/** By the protocol between the Collectors and logveil. */
const daemons = new Map<Protocol, Daemon>()
const before = new Map<Protocol, Collector>()
beforeAll(async () => {
  if (!existsSync(binary)) return
  backend = await startHttpDownstream()
  behind = await startCollector({ otlp_http: { endpoint: backend.url.href.slice(0, -1) } })
  for (const protocol of ['http', 'grpc'] as const) {
    const daemon = await startDaemon(relayConfig(new URL(protocol === 'http' ? behind.url : `grpc://${behind.grpc}`)))
    daemons.set(protocol, daemon)
    const port = daemon.ports[`relay/${protocol}`]
    before.set(
      protocol,
      await startCollector(
        protocol === 'http'
          ? { otlp_http: { endpoint: `http://127.0.0.1:${port}` } }
          : { otlp_grpc: { endpoint: `127.0.0.1:${port}`, tls: { insecure: true } } }
      )
    )
  }
})
beforeEach((context) => {
  if (!existsSync(binary)) context.skip('no OpenTelemetry Collector: npm run collector builds one, with Go')
  backend.arrived.length = 0
  backend.answers(() => ({}))
})
afterAll(async () => {
  if (!existsSync(binary)) return
  for (const { running } of [...before.values(), behind]) running.child.kill('SIGTERM')
  expect(await Promise.all([...daemons.values()].map((daemon) => daemon.stop()))).toEqual([0, 0])
  await backend.close()
})

/** Nothing waits in it: a batch is answered when what is behind has answered. */
async function startCollector(exporters: Record<string, object>): Promise<Collector> {
  const [http, grpc] = [await freePort(), await freePort()]
  const [name] = Object.keys(exporters)
  const retry = { enabled: true, initial_interval: '100ms', max_interval: '500ms' }
  const pipeline = { receivers: ['otlp'], exporters: [name] }
  const { path } = temporaryDirectory()
  writeFileSync(
    path('collector.yaml'),
    JSON.stringify({
      receivers: {
        otlp: { protocols: { http: { endpoint: `127.0.0.1:${http}` }, grpc: { endpoint: `127.0.0.1:${grpc}` } } }
      },
      exporters: { [name]: { ...exporters[name], sending_queue: { enabled: false }, retry_on_failure: retry } },
      service: {
        telemetry: { metrics: { level: 'none' } },
        pipelines: { logs: pipeline, traces: pipeline, metrics: pipeline }
      }
    })
  )
  const running = start(binary, ['--config', `file:${path('collector.yaml')}`])
  const url = `http://127.0.0.1:${http}`
  for (const end = performance.now() + 20_000; ; ) {
    if (
      await fetch(url).then(
        () => true,
        () => false
      )
    )
      return { running, url, grpc: `127.0.0.1:${grpc}` }
    if (performance.now() > end || running.child.exitCode !== null) throw new Error('the Collector did not start')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

const attributes = [
  { key: 'user', value: { stringValue: 'ada' } },
  { key: 'list', value: { arrayValue: { values: [{ stringValue: 'x' }, { stringValue: secret }] } } }
]
const id = { traceId: '5b8efff798038103d269b633813fc60c', spanId: 'eee19b7ec3c1b174' }
const requests: Record<Signal, object> = {
  logs: {
    resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: { stringValue: `token ${secret} leaked` }, attributes }] }] }]
  },
  traces: {
    resourceSpans: [
      {
        scopeSpans: [
          {
            spans: [
              { ...id, name: `GET /cb?token=${secret}`, kind: 2, attributes, status: { code: 2, message: secret } }
            ]
          }
        ]
      }
    ]
  },
  metrics: {
    resourceMetrics: [
      { scopeMetrics: [{ metrics: [{ name: 'logins', gauge: { dataPoints: [{ asInt: '7', attributes }] } }] }] }
    ]
  }
}
const occurrences: Record<Signal, number> = { logs: 2, traces: 3, metrics: 1 }

function textOf({ path, headers, body }: Arrived): string {
  const plain = headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body
  return otlpToJson(plain, path.slice(4) as Signal)
}

function send(protocol: Protocol, signal: Signal): Promise<Response> {
  const body = otlpToProto(Buffer.from(JSON.stringify(requests[signal])), signal)
  const headers = { 'content-type': 'application/x-protobuf' }
  return fetch(`${before.get(protocol)?.url}/v1/${signal}`, { method: 'POST', headers, body: body as never })
}

const protocols: Protocol[] = ['http', 'grpc']
const signals: Signal[] = ['logs', 'traces', 'metrics']
test.each(protocols.flatMap((protocol) => signals.map((signal) => [signal, protocol] as const)))(
  '%s from a Collector through logveil to a Collector, over %s',
  async (signal, protocol) => {
    expect((await send(protocol, signal)).status).toBe(200)
    expect(backend.arrived.map(({ path }) => path)).toEqual([`/v1/${signal}`])
    const text = textOf(backend.arrived[0])
    expect(text).not.toContain(secret)
    expect(text.split(placeholder).length - 1).toBe(occurrences[signal])
    expect(text).toContain('"ada"')
  }
)

test.each(protocols)(
  'a backend that is busy for a moment is asked again, and nothing is lost, over %s',
  async (protocol) => {
    let tries = 0
    backend.answers(() => (tries++ < 2 ? { status: 503 } : {}))
    expect((await send(protocol, 'logs')).status).toBe(200)
    expect(tries).toBe(3)
    expect(backend.arrived.map(textOf).join()).not.toContain(secret)
  }
)
