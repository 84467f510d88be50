// How refusals of a downstream come back, and how bodies are encoded.
import { gunzipSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { LogveilError } from '../../src/errors.ts'
import type { Encoding, Envelope } from '../../src/model.ts'
import { encodeResponse, encodeStatus } from '../../src/otlp/messages.ts'
import { refusalOf } from '../../src/otlp/status.ts'
import { createScrub } from '../../src/sinks/scrub.ts'
import { type HttpDownstream, startHttpDownstream } from '../e2e/http-downstream.ts'
import { httpSink } from '../e2e/relay.ts'

let backend: HttpDownstream
beforeAll(async () => {
  backend = await startHttpDownstream()
})
afterAll(() => backend.close())
afterEach(() => {
  backend.arrived.length = 0
  backend.answers(() => ({}))
})

const payload = Uint8Array.from([10, 10, 18, 8, 18, 6, 42, 4, 10, 2, 104, 105])
function envelope(more: Partial<Envelope> = {}): Envelope {
  const deadline = performance.now() + 60_000
  return { payload, format: 'otlp-proto', signal: 'logs', encoded: null, deadline, stream: null, ...more }
}

async function failureOf(write: Promise<unknown>): Promise<LogveilError> {
  const error = await write.then(
    () => new Error('it was a success'),
    (thrown) => thrown
  )
  expect(error).toBeInstanceOf(LogveilError)
  return error
}

describe('refusals keep their class', () => {
  // What the downstream says, and what is told to senders over HTTP and gRPC, with the delay.
  const table: [number, Record<string, string>, number, number, number | null][] = [
    [400, {}, 400, 3, null],
    [401, {}, 500, 13, null],
    [403, {}, 500, 13, null],
    [404, {}, 500, 13, null],
    [413, {}, 413, 8, null],
    [429, {}, 429, 8, 1000],
    [429, { 'retry-after': '7' }, 429, 8, 7000],
    [500, {}, 500, 13, null],
    [501, {}, 500, 13, null],
    [502, {}, 503, 14, 1000],
    [503, { 'retry-after': '3' }, 503, 14, 3000],
    [504, {}, 503, 14, 1000],
    [301, {}, 500, 13, null]
  ]
  test.each(table)('%i %j', async (status, headers, http, grpc, retryAfterMs) => {
    backend.answers(() => ({ status, headers }))
    const error = await failureOf(httpSink(backend.url).write(envelope()))
    const message = `the downstream answered ${status}`
    expect(refusalOf(error)).toEqual({ http, grpc, message, retryAfterMs })
  })

  test('RetryInfo in the body counts, a date in Retry-After as well', async () => {
    const status = { http: 503, grpc: 14, message: 'later', retryAfterMs: 4500 }
    for (const format of ['otlp-proto', 'otlp-json'] as const) {
      const headers = { 'content-type': format === 'otlp-json' ? 'application/json' : 'application/x-protobuf' }
      backend.answers(() => ({ status: 503, headers, body: encodeStatus(status, format) }))
      const error = await failureOf(httpSink(backend.url).write(envelope()))
      expect([error.retryAfterMs, error.message]).toEqual([4500, 'the downstream answered 503: later'])
    }
    backend.answers(() => ({ status: 503, headers: { 'retry-after': new Date(Date.now() + 3_600_000).toUTCString() } }))
    const { retryAfterMs } = await failureOf(httpSink(backend.url).write(envelope()))
    expect(retryAfterMs).toBeGreaterThan(3_000_000)
  })

  test('nobody listens: UNAVAILABLE', async () => {
    const error = await failureOf(httpSink(new URL('http://127.0.0.1:1')).write(envelope()))
    expect(refusalOf(error)).toEqual({
      http: 503,
      grpc: 14,
      message: 'the downstream cannot be reached (ECONNREFUSED)',
      retryAfterMs: 1000
    })
  })

  test('the deadline ends it', async () => {
    backend.answers(() => ({ delayMs: 600_000 }))
    const error = await failureOf(httpSink(backend.url).write(envelope({ deadline: performance.now() + 100 })))
    expect([error.message, error.retryable]).toEqual(['the downstream did not answer in time', true])
  })

  test('lines are no OTLP', async () => {
    const error = await failureOf(httpSink(backend.url).write(envelope({ format: 'lines', signal: null })))
    expect([error.code, error.retryable]).toEqual(['DELIVERY_FAILED', false])
  })
})

describe('what a downstream says', () => {
  const scrub = createScrub((text) => text.replaceAll('hunter2', '[REDACTED]'))

  test('partial success comes back, scrubbed', async () => {
    const message = 'password hunter2 at https://10.0.0.7:8080/v1/logs?key=a refused\r\nevil: line'
    backend.answers(() => ({ body: encodeResponse({ rejected: 2, message }, 'logs', 'otlp-proto') }))
    expect(await httpSink(backend.url, { scrub }).write(envelope())).toEqual({
      rejected: 2,
      message: 'password [REDACTED] at [URL] refused evil: line'
    })
  })

  test('is at most 200 characters', async () => {
    backend.answers(() => ({ body: encodeResponse({ rejected: 0, message: 'x '.repeat(500) }, 'logs', 'otlp-proto') }))
    const { message } = await httpSink(backend.url, { scrub }).write(envelope())
    expect([message.length, message.at(-1)]).toEqual([200, '…'])
  })

  test.each([
    ['nothing', ''],
    ['what is no message', Uint8Array.from([255, 255])],
    ['a page', '<html>ok</html>'],
    ['as much as is read', Buffer.alloc(1 << 22, 'a')]
  ])('%s with 200 is a success', async (_, body) => {
    backend.answers(() => ({ body }))
    expect(await httpSink(backend.url).write(envelope())).toEqual({ rejected: 0, message: '' })
  })

  test('more than 4 MiB is final, as the specification has it', async () => {
    backend.answers(() => ({ body: Buffer.alloc((1 << 22) + 1, 'a') }))
    const error = await failureOf(httpSink(backend.url).write(envelope()))
    expect([error.message, error.retryable]).toEqual(['the downstream answered with more than 4194304 bytes', false])
  })

  test('an answer in JSON to protobuf is read as JSON', async () => {
    const body = encodeResponse({ rejected: 1, message: 'm' }, 'metrics', 'otlp-json')
    backend.answers(() => ({ body, headers: { 'content-type': 'application/json; charset=utf-8' } }))
    expect(await httpSink(backend.url).write(envelope({ signal: 'metrics' }))).toEqual({ rejected: 1, message: 'm' })
  })
})

describe('encodings', () => {
  const encoded = (encoding: Encoding, bytes: Uint8Array) => ({ encoded: { encoding, bytes } })

  test('headers and the path of the URL', async () => {
    const url = new URL('/otlp/', backend.url)
    await httpSink(url, { headers: { 'x-tenant': 'a' } }).write(envelope({ signal: 'traces' }))
    const [{ path, headers }] = backend.arrived
    expect([
      path,
      headers['x-tenant'],
      headers['content-type'],
      headers['content-encoding'],
      headers['content-length']
    ]).toEqual(['/otlp/v1/traces', 'a', 'application/x-protobuf', undefined, '12'])
  })

  test('gzip that came in goes on as it is, zstd only where it was chosen', async () => {
    const [gzip, zstd] = [gzipSync(payload), zstdCompressSync(payload)]
    await httpSink(backend.url).write(envelope(encoded('gzip', gzip)))
    await httpSink(backend.url).write(envelope(encoded('zstd', zstd)))
    await httpSink(backend.url, { compression: 'zstd' }).write(envelope(encoded('zstd', zstd)))
    expect(backend.arrived.map(({ headers, body }) => [headers['content-encoding'], [...body]])).toEqual([
      ['gzip', [...gzip]],
      [undefined, [...payload]],
      ['zstd', [...zstd]]
    ])
  })

  test('what did not come in compressed is compressed as configured', async () => {
    await httpSink(backend.url, { compression: 'gzip' }).write(envelope())
    expect([...gunzipSync(backend.arrived[0].body)]).toEqual([...payload])
  })

  test('a downstream that answers 415 gets it plain, now and from then on', async () => {
    backend.answers(({ headers }) => (headers['content-encoding'] === undefined ? {} : { status: 415 }))
    const sink = httpSink(backend.url)
    for (let i = 0; i < 2; i++) await sink.write(envelope(encoded('gzip', gzipSync(payload))))
    expect(backend.arrived.map(({ headers }) => headers['content-encoding'])).toEqual(['gzip', undefined, undefined])
  })
})
