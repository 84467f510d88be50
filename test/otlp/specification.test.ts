// One test for each MUST of the OTLP specification (1.11, stable signals), in its order and with its words, on a relay between senders and a
// backend of the test's own. What a relay must do beyond it stands in test/sources and test/sinks.

import { gzipSync } from 'node:zlib'
import { status as grpcStatus, Metadata } from '@grpc/grpc-js'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createRedaction, readRedaction } from '../../src/cli/run-redaction.ts'
import { otlpToJson } from '../../src/codecs/otlp-to-json.ts'
import { otlpToProto } from '../../src/codecs/otlp-to-proto.ts'
import { configSchema } from '../../src/config/config-schema.ts'
import type { Signal, Sink } from '../../src/model.ts'
import { decodeResponse, decodeStatus, encodeResponse, encodeStatus } from '../../src/otlp/messages.ts'
import type { Redact } from '../../src/pipeline.ts'
import { createAuthorize } from '../../src/sources/bearer.ts'
import { createGrpcClient } from '../e2e/grpc-client.ts'
import { type GrpcDownstream, startGrpcDownstream } from '../e2e/grpc-downstream.ts'
import { type HttpDownstream, startHttpDownstream } from '../e2e/http-downstream.ts'
import { grpcSink, httpSink, type Relay, retried, startGrpcRelay, startHttpRelay } from '../e2e/relay.ts'

const signals: Signal[] = ['logs', 'traces', 'metrics']
const json: Record<Signal, string> = {
  logs: '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"hi"}}]}]}]}',
  traces: '{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"hi"}]}]}]}',
  metrics: '{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"hi"}]}]}]}'
}
const proto = (signal: Signal) => otlpToProto(Buffer.from(json[signal]), signal)
const maxBodyBytes = 1 << 16

let httpBackend: HttpDownstream
let grpcBackend: GrpcDownstream
let http: Relay
let grpc: Relay
let redact: Redact
let client: ReturnType<typeof createGrpcClient>
beforeAll(async () => {
  httpBackend = await startHttpDownstream()
  grpcBackend = await startGrpcDownstream()
  const settings = await readRedaction(configSchema.shape.redaction.parse(undefined))
  redact = createRedaction(settings, () => {}).forPipeline({ annotate: false, unknownFields: 'strict' })
  const source = { maxBodyBytes, timeoutMs: 8000 }
  http = await startHttpRelay({ sink: retried(httpSink(httpBackend.url)), source, redact })
  grpc = await startGrpcRelay({ sink: retried(grpcSink(grpcBackend.url)), source, redact })
  client = createGrpcClient(grpc.url)
})
afterEach(() => {
  httpBackend.arrived.length = 0
  grpcBackend.arrived.length = 0
  httpBackend.answers(() => ({}))
  grpcBackend.answers(() => ({}))
})
afterAll(async () => {
  client.close()
  await Promise.all([http.stop(), grpc.stop()])
  await Promise.all([httpBackend.close(), grpcBackend.close()])
})

async function post(path: string, body: Uint8Array | string, headers: Record<string, string> = {}, to = http.url) {
  const type = typeof body === 'string' ? 'application/json' : 'application/x-protobuf'
  const response = await fetch(to + path, {
    method: 'POST',
    headers: { 'content-type': type, ...headers },
    body: body as never
  })
  return { status: response.status, type: response.headers.get('content-type'), bytes: await response.bytes() }
}

describe('"All server components MUST support ... no compression, denoted by none, gzip compression, denoted by gzip"', () => {
  test.each(signals)('%s over HTTP', async (signal) => {
    expect((await post(`/v1/${signal}`, proto(signal))).status).toBe(200)
    expect((await post(`/v1/${signal}`, gzipSync(proto(signal)), { 'content-encoding': 'gzip' })).status).toBe(200)
    expect(httpBackend.arrived).toHaveLength(2)
  })
  test.each(signals)('%s over gRPC', async (signal) => {
    for (const gzip of [false, true]) expect((await client.call(proto(signal), { signal, gzip })).ok).toBe(true)
    expect(grpcBackend.arrived.map(({ message }) => message.equals(proto(signal)))).toEqual([true, true])
  })
})

describe('OTLP/gRPC, the server', () => {
  test('"MUST enforce a message size limit when receiving the request"', async () => {
    const zeros = Buffer.alloc(maxBodyBytes + 1)
    for (const gzip of [false, true]) {
      expect(await client.call(zeros, { gzip })).toMatchObject({ ok: false, code: grpcStatus.RESOURCE_EXHAUSTED })
    }
    expect(grpcBackend.arrived).toEqual([])
  })

  test.each(signals)(
    '"the server response MUST be a Export<signal>ServiceResponse", "partial_success unset": %s',
    async (signal) => {
      expect(await client.call(proto(signal), { signal })).toEqual({ ok: true, message: Buffer.alloc(0) })
    }
  )

  test.each(signals)(
    '"MUST initialize the partial_success field", "MUST set the respective rejected_": %s',
    async (signal) => {
      // message Export*ServiceResponse { Export*PartialSuccess partial_success = 1 { int64 rejected_* = 1; string error_message = 2 } }
      const message = Buffer.from([10, 7, 8, 3, 18, 3, 111, 108, 100])
      grpcBackend.answers(() => ({ message }))
      expect(await client.call(proto(signal), { signal })).toEqual({ ok: true, message })
    }
  )

  test('warnings: "rejected_<signal> MUST have a value of 0, and the error_message field MUST be non-empty"', async () => {
    grpcBackend.answers(() => ({
      message: encodeResponse({ rejected: 0, message: 'soon full' }, 'logs', 'otlp-proto')
    }))
    const result = await client.call(proto('logs'))
    expect(result.ok && decodeResponse(result.message, 'logs', 'otlp-proto')).toEqual({
      rejected: 0,
      message: 'soon full'
    })
    grpcBackend.answers(() => ({ message: encodeResponse({ rejected: 0, message: '' }, 'logs', 'otlp-proto') }))
    expect(await client.call(proto('logs'))).toEqual({ ok: true, message: Buffer.alloc(0) })
  })
})

describe('OTLP/gRPC, the client', () => {
  const detailsOf = (retryAfterMs: number | null) => {
    const metadata = new Metadata()
    const refused = { http: 0, grpc: 8, message: '', retryAfterMs }
    metadata.set('grpc-status-details-bin', Buffer.from(encodeStatus(refused, 'otlp-proto')))
    return metadata
  }

  test('"If the limit is exceeded, the client MUST treat the error as not-retryable"', async () => {
    grpcBackend.answers(() => ({ error: { code: grpcStatus.RESOURCE_EXHAUSTED, metadata: detailsOf(null) } }))
    expect(await client.call(proto('logs'))).toMatchObject({ ok: false, code: grpcStatus.RESOURCE_EXHAUSTED })
    expect(grpcBackend.arrived).toHaveLength(1)
  })

  test('"MUST NOT retry the request when it receives a partial success response"', async () => {
    grpcBackend.answers(() => ({ message: encodeResponse({ rejected: 1, message: 'old' }, 'logs', 'otlp-proto') }))
    expect((await client.call(proto('logs'))).ok).toBe(true)
    expect(grpcBackend.arrived).toHaveLength(1)
  })

  const final =
    'UNKNOWN INVALID_ARGUMENT NOT_FOUND ALREADY_EXISTS PERMISSION_DENIED UNAUTHENTICATED FAILED_PRECONDITION UNIMPLEMENTED INTERNAL'
  test.each(final.split(' '))('"MUST NOT retry sending the same telemetry data": %s', async (name) => {
    grpcBackend.answers(() => ({ error: { code: grpcStatus[name as 'UNKNOWN'] } }))
    const result = await client.call(proto('logs'))
    expect(result.ok || [grpcStatus.INTERNAL, grpcStatus.INVALID_ARGUMENT].includes(result.code)).toBe(true)
    expect([result.ok, grpcBackend.arrived.length]).toEqual([false, 1])
  })

  const retryable = 'CANCELLED DEADLINE_EXCEEDED ABORTED OUT_OF_RANGE UNAVAILABLE DATA_LOSS'
  test.each(retryable.split(' '))('the table of codes, retryable: %s', async (name) => {
    let calls = 0
    grpcBackend.answers(() => (calls++ === 0 ? { error: { code: grpcStatus[name as 'UNKNOWN'] } } : {}))
    expect([(await client.call(proto('logs'))).ok, grpcBackend.arrived.length]).toEqual([true, 2])
  })

  test('"The client MUST then throttle itself": not before the time that RetryInfo gives', async () => {
    const times: number[] = []
    grpcBackend.answers(() =>
      times.push(performance.now()) === 1
        ? { error: { code: grpcStatus.RESOURCE_EXHAUSTED, metadata: detailsOf(400) } }
        : {}
    )
    expect((await client.call(proto('logs'))).ok).toBe(true)
    expect(times).toHaveLength(2)
    expect(times[1] - times[0]).toBeGreaterThan(395)
  })
})

describe('encodings of OTLP/HTTP', () => {
  test('"The client and the server MUST set Content-Type: application/x-protobuf" and "application/json"', async () => {
    for (const [body, type] of [
      [proto('logs'), 'application/x-protobuf'],
      [json.logs, 'application/json']
    ] as const) {
      expect((await post('/v1/logs', body)).type).toBe(type)
      expect(httpBackend.arrived.at(-1)?.headers['content-type']).toBe(type)
    }
  })

  const span = (fields: object) =>
    Buffer.from(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [fields] }] }] }))
  const readBack = (bytes: Uint8Array) =>
    JSON.parse(otlpToJson(otlpToProto(bytes, 'traces'), 'traces')).resourceSpans[0].scopeSpans[0].spans[0]

  test('"traceId and spanId are case-insensitive hex-encoded strings"', () => {
    expect(readBack(span({ traceId: '5B8EFFF798038103D269B633813FC60C', spanId: 'eee19b7EC3c1b174' }))).toMatchObject({
      traceId: '5b8efff798038103d269b633813fc60c',
      spanId: 'eee19b7ec3c1b174'
    })
  })

  test('"Values of enum fields MUST be encoded as integer values", "enum name strings MUST NOT be used"', () => {
    expect(readBack(span({ kind: 2 })).kind).toBe(2)
    expect(() => readBack(span({ kind: 'SPAN_KIND_SERVER' }))).toThrow(/ is no /)
  })

  test('"MUST ignore message fields with unknown names", "as if the unknown field was not present"', async () => {
    const known = readBack(span({ name: 'a' }))
    expect(readBack(span({ name: 'a', fromTheFuture: { deep: ['x', 1, null] } }))).toEqual(known)
    // Original field names are unknown ones.
    expect(readBack(span({ name: 'a', trace_state: 'x=y', dropped_links_count: 3 }))).toEqual(known)
    const body =
      '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"hi"},"new":true}],"new":{}}]}],"new":[]}'
    expect((await post('/v1/logs', body)).status).toBe(200)
    expect(JSON.parse(String(httpBackend.arrived[0].body)).resourceLogs[0].scopeLogs[0].logRecords[0].body).toEqual({
      stringValue: 'hi'
    })
  })

  test('64-bit integers: "either numbers or strings are accepted when decoding", strings are sent', () => {
    const expected = '1544712660300000000'
    expect(readBack(span({ startTimeUnixNano: expected })).startTimeUnixNano).toBe(expected)
    const asNumber = Buffer.from(String(span({ startTimeUnixNano: 0 })).replace('Nano":0', `Nano":${expected}`))
    expect(readBack(asNumber).startTimeUnixNano).toBe(expected)
  })
})

describe('OTLP/HTTP, the server', () => {
  test('"MUST limit the size of the request body when parsing it, including after decompression"', async () => {
    const zeros = Buffer.alloc(maxBodyBytes + 1)
    expect((await post('/v1/logs', zeros)).status).toBe(413)
    expect((await post('/v1/logs', gzipSync(zeros), { 'content-encoding': 'gzip' })).status).toBe(413)
    expect(httpBackend.arrived).toEqual([])
  })

  test.each(signals)(
    '"MUST respond with HTTP 200 OK", "Export<signal>ServiceResponse", "same Content-Type", "unset": %s',
    async (signal) => {
      expect(await post(`/v1/${signal}`, json[signal])).toMatchObject({
        status: 200,
        type: 'application/json',
        bytes: new Uint8Array([123, 125])
      })
      const binary = await post(`/v1/${signal}`, proto(signal))
      expect([binary.status, binary.type, binary.bytes.length]).toEqual([200, 'application/x-protobuf', 0])
    }
  )

  test.each(signals)(
    'partial success: "MUST respond with HTTP 200 OK", "MUST set the respective rejected_": %s',
    async (signal) => {
      httpBackend.answers(({ headers }) => ({
        body: encodeResponse(
          { rejected: 3, message: 'old' },
          signal,
          headers['content-type'] === 'application/json' ? 'otlp-json' : 'otlp-proto'
        )
      }))
      const binary = await post(`/v1/${signal}`, proto(signal))
      expect([binary.status, ...binary.bytes]).toEqual([200, 10, 7, 8, 3, 18, 3, 111, 108, 100])
      const text = await post(`/v1/${signal}`, json[signal])
      const name = { logs: 'rejectedLogRecords', traces: 'rejectedSpans', metrics: 'rejectedDataPoints' }[signal]
      expect([text.status, JSON.parse(String(Buffer.from(text.bytes)))]).toEqual([
        200,
        { partialSuccess: { [name]: '3', errorMessage: 'old' } }
      ])
    }
  )

  test('"bad data": "MUST respond with HTTP 400 Bad Request"', async () => {
    for (const body of ['{"resourceLogs":[', '[1]', '"x"', Buffer.from([10, 200])]) {
      expect((await post('/v1/logs', body)).status).toBe(400)
    }
  })
})

describe('"The response body for all HTTP 4xx and HTTP 5xx responses MUST be a Protobuf-encoded Status"', () => {
  const both = [proto('logs'), json.logs] as const
  async function expectStatus(expected: number, answer: Promise<Awaited<ReturnType<typeof post>>>): Promise<void> {
    const { status, type, bytes } = await answer
    expect(status).toBe(expected)
    const said = decodeStatus(bytes, type === 'application/json' ? 'otlp-json' : 'otlp-proto')
    expect(said.message).toMatch(/\S/)
  }

  test.each([400, 404, 413, 429, 500, 502, 503])('a backend that answers %i, with a page', async (status) => {
    httpBackend.answers(() => ({
      status,
      body: '<html></html>',
      headers: { 'content-type': 'text/html', 'retry-after': '9' }
    }))
    const told = status === 502 ? 503 : status === 404 ? 500 : status
    for (const body of both) await expectStatus(told, post('/v1/logs', body))
  })

  test('404, 415, 401', async () => {
    for (const body of both) {
      await expectStatus(404, post('/v2/logs', body))
      await expectStatus(415, post('/v1/logs', body, { 'content-encoding': 'br' }))
    }
    await expectStatus(415, post('/v1/logs', 'x', { 'content-type': 'text/plain' }))
    const sink: Sink = { name: 'none', write: async () => ({ rejected: 0, message: '' }), close: async () => {} }
    const guarded = await startHttpRelay({ sink, source: { authorize: createAuthorize(['x']) } })
    for (const body of both) await expectStatus(401, post('/v1/logs', body, {}, guarded.url))
    await guarded.stop()
  })

  test('what is in flight is too much: 429', async () => {
    const sink: Sink = { name: 'none', write: async () => ({ rejected: 0, message: '' }), close: async () => {} }
    const full = await startHttpRelay({ sink, maxInFlightBytes: 8 })
    for (const body of both) await expectStatus(429, post('/v1/logs', body, {}, full.url))
    await full.stop()
  })
  // 405, 417, 431 and what is no HTTP at all: test/sources/conformance.test.ts.
})

describe('OTLP/HTTP, the client', () => {
  test('"in that case MUST include Content-Encoding: gzip"', async () => {
    const sink = httpSink(httpBackend.url, { compression: 'gzip' })
    const relay = await startHttpRelay({ sink, redact })
    await post('/v1/logs', proto('logs'), {}, relay.url)
    await relay.stop()
    expect(
      httpBackend.arrived.map(({ headers, body }) => [
        headers['content-encoding'],
        body.equals(gzipSync(proto('logs')))
      ])
    ).toEqual([['gzip', true]])
  })

  test.each([400, 401, 403, 404, 405, 408, 413, 415, 422, 500, 501, 505])(
    '"MUST NOT be retried": %i',
    async (status) => {
      httpBackend.answers(() => ({ status }))
      expect((await post('/v1/logs', proto('logs'))).status).toBeGreaterThanOrEqual(400)
      expect(httpBackend.arrived).toHaveLength(1)
    }
  )

  test.each([429, 502, 503, 504])('the table of retryable response codes: %i', async (status) => {
    let calls = 0
    httpBackend.answers(() => (calls++ === 0 ? { status, headers: { 'retry-after': '0' } } : {}))
    expect((await post('/v1/logs', proto('logs'))).status).toBe(200)
    expect(httpBackend.arrived).toHaveLength(2)
  })

  test('"MUST NOT retry the request when it receives a partial success response"', async () => {
    httpBackend.answers(() => ({ body: encodeResponse({ rejected: 1, message: 'old' }, 'logs', 'otlp-proto') }))
    expect((await post('/v1/logs', proto('logs'))).status).toBe(200)
    expect(httpBackend.arrived).toHaveLength(1)
  })

  test('"The interval between retries must have a random jitter"', async () => {
    const pauses = new Set<number>()
    for (let round = 0; round < 4; round++) {
      const times: number[] = []
      httpBackend.answers(() => (times.push(performance.now()) < 3 ? { status: 503 } : {}))
      expect((await post('/v1/logs', proto('logs'))).status).toBe(200)
      pauses.add(Math.round((times[2] - times[1]) * 10))
    }
    expect(pauses.size).toBeGreaterThan(1)
  })
})

test('"the interoperability MUST be ensured between all versions of OTLP": fields of later ones are no reason to refuse', async () => {
  // resource_logs { scope_logs { log_records { body { string_value: "hi" }; 99: "new" } } }, then a field 77 of the request.
  const later = Buffer.from([10, 16, 18, 14, 18, 12, 42, 4, 10, 2, 104, 105, 154, 6, 3, 110, 101, 119, 232, 4, 1])
  expect((await post('/v1/logs', later)).status).toBe(200)
  expect((await client.call(later)).ok).toBe(true)
  for (const body of [httpBackend.arrived[0].body, grpcBackend.arrived[0].message]) {
    expect(JSON.parse(otlpToJson(body, 'logs')).resourceLogs[0].scopeLogs[0].logRecords[0].body).toEqual({
      stringValue: 'hi'
    })
  }
})
