// Traces of batches, when the environment asks for them.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { otlpToJson } from '../../src/codecs/otlp-to-json.ts'
import { type Daemon, relayConfig, startDaemon } from './daemon.ts'
import { type HttpDownstream, startHttpDownstream } from './http-downstream.ts'

let backend: HttpDownstream
let collector: HttpDownstream
let daemon: Daemon
beforeAll(async () => {
  backend = await startHttpDownstream()
  collector = await startHttpDownstream()
  daemon = await startDaemon(relayConfig(backend.url), {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url.href,
    OTEL_TRACES_EXPORTER: 'otlp'
  })
})
afterAll(() => Promise.all([backend.close(), collector.close()]))

test('a span for each batch, with numbers only, and an exemplar that leads to it', async () => {
  const body =
    '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"password=hunter2hunter2"}},{}]}]}]}'
  const headers = { 'content-type': 'application/json' }
  await fetch(`http://127.0.0.1:${daemon.ports['relay/http']}/v1/logs`, { method: 'POST', headers, body })
  const metrics = await (await fetch(`${daemon.admin}/metrics`)).text()
  await daemon.stop()

  const exported = collector.arrived.map((one) =>
    JSON.parse(
      one.headers['content-type'] === 'application/json' ? one.body.toString() : otlpToJson(one.body, 'traces')
    )
  )
  const spans = exported.flatMap(({ resourceSpans }) =>
    resourceSpans[0].scopeSpans.flatMap((scope: { spans: object[] }) => scope.spans)
  )
  expect(spans).toMatchObject([
    {
      name: 'logveil.batch',
      attributes: [
        { key: 'pipeline', value: { stringValue: 'relay' } },
        { key: 'signal', value: { stringValue: 'logs' } },
        { key: 'bytes', value: { intValue: expect.anything() } },
        { key: 'records', value: { intValue: expect.anything() } },
        { key: 'findings', value: { intValue: expect.anything() } }
      ]
    }
  ])
  expect(metrics).toContain(`# {trace_id="${spans[0].traceId}"}`)
})
