// How refusals of a gRPC downstream come back, what stands on the wire, and what a lost connection does. The downstream is node:http2
// itself: grpc-js shows neither bytes nor broken answers.
import { createServer, type Http2Server, type IncomingHttpHeaders, type ServerHttp2Session } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { LogveilError } from '../../src/errors.ts'
import type { Envelope } from '../../src/model.ts'
import { formatTimeout, parseTimeout } from '../../src/otlp/grpc.ts'
import { encodeStatus } from '../../src/otlp/messages.ts'
import { refusalOf } from '../../src/otlp/status.ts'
import { grpcSink } from '../e2e/relay.ts'

interface Answer {
  readonly headers?: Record<string, string | number>
  readonly trailers?: Record<string, string>
  readonly body?: Uint8Array
  readonly reset?: number
}

const arrived: { headers: IncomingHttpHeaders; body: Buffer }[] = []
const sessions = new Set<ServerHttp2Session>()
let server: Http2Server
let url: URL
let answer: (headers: IncomingHttpHeaders) => Answer
beforeAll(async () => {
  server = createServer()
  server.on('session', (session) => sessions.add(session))
  server.on('stream', async (stream, headers) => {
    const chunks: Buffer[] = []
    stream.on('error', () => {})
    for await (const chunk of stream) chunks.push(chunk)
    arrived.push({ headers, body: Buffer.concat(chunks) })
    const { headers: own = {}, trailers = { 'grpc-status': '0' }, body = Buffer.alloc(5), reset } = answer(headers)
    if (reset !== undefined) return stream.close(reset)
    stream.respond({ ':status': 200, 'content-type': 'application/grpc', ...own }, { waitForTrailers: true })
    stream.on('wantTrailers', () => stream.sendTrailers(trailers))
    stream.end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = new URL(`grpc://127.0.0.1:${(server.address() as AddressInfo).port}`)
  answer = () => ({})
})
afterEach(() => {
  arrived.length = 0
  answer = () => ({})
})
afterAll(() => {
  for (const session of sessions) session.destroy()
  server.close()
})

const payload = Uint8Array.from([10, 10, 18, 8, 18, 6, 42, 4, 10, 2, 104, 105])
function envelope(more: Partial<Envelope> = {}): Envelope {
  const deadline = performance.now() + 60_000
  return { payload, format: 'otlp-proto', signal: 'logs', encoded: null, deadline, stream: null, ...more }
}

async function refusalOfWrite(more: Partial<Envelope> = {}) {
  const sink = grpcSink(url)
  const error = await sink.write(envelope(more)).then(
    () => new Error('it was a success'),
    (thrown: LogveilError) => thrown
  )
  await sink.close()
  return refusalOf(error)
}

describe('refusals keep their class', () => {
  const details = (retryAfterMs: number | null) =>
    Buffer.from(encodeStatus({ http: 0, grpc: 8, message: '', retryAfterMs }, 'otlp-proto')).toString('base64')
  // gRPC status of the downstream, its RetryInfo; what is told to senders over HTTP and gRPC, with the delay.
  const table: [number, number | null, number, number, number | null][] = [
    [1, null, 503, 14, 1000],
    [2, null, 500, 13, null],
    [3, null, 400, 3, null],
    [4, null, 503, 14, 1000],
    [5, null, 500, 13, null],
    [7, null, 500, 13, null],
    [8, null, 413, 8, null],
    [8, 2500, 429, 8, 2500],
    [10, null, 503, 14, 1000],
    [11, null, 503, 14, 1000],
    [12, null, 500, 13, null],
    [13, null, 500, 13, null],
    [14, null, 503, 14, 1000],
    [14, 3000, 503, 14, 3000],
    [15, null, 503, 14, 1000],
    [16, null, 500, 13, null]
  ]
  test.each(table)('%i, RetryInfo %s', async (code, retryInfo, http, grpc, retryAfterMs) => {
    const trailers = {
      'grpc-status': String(code),
      'grpc-message': 'n%C3%B6',
      'grpc-status-details-bin': details(retryInfo)
    }
    answer = () => ({ trailers })
    const message = `the downstream answered with gRPC status ${code}: nö`
    expect(await refusalOfWrite()).toEqual({ http, grpc, message, retryAfterMs })
  })

  test.each([
    [401, 500],
    [404, 500],
    [429, 503],
    [502, 503],
    [503, 503],
    [504, 503]
  ])('a proxy that answers with HTTP status %i', async (status, http) => {
    answer = () => ({ headers: { ':status': status, 'content-type': 'text/html' }, trailers: {} })
    expect((await refusalOfWrite()).http).toBe(http)
  })

  test('a call that is reset is UNAVAILABLE', async () => {
    answer = () => ({ reset: 7 })
    expect(await refusalOfWrite()).toMatchObject({ grpc: 14, retryAfterMs: 1000 })
  })

  test('no answer in time is UNAVAILABLE', async () => {
    answer = () => ({ reset: 0 })
    const stuck = createServer().on('stream', () => {})
    await new Promise<void>((resolve) => stuck.listen(0, '127.0.0.1', resolve))
    const sink = grpcSink(new URL(`grpc://127.0.0.1:${(stuck.address() as AddressInfo).port}`))
    await expect(sink.write(envelope({ deadline: performance.now() + 100 }))).rejects.toMatchObject({
      message: 'the downstream did not answer in time',
      retryable: true
    })
    await sink.close()
    stuck.close()
  })
})

describe('on the wire', () => {
  test('one message behind its prefix, path, deadline, headers', async () => {
    const sink = grpcSink(url, { headers: { 'x-tenant': 'a' } })
    const sent = envelope({ signal: 'metrics' })
    await sink.write(sent)
    const [{ headers, body }] = arrived
    expect([...body]).toEqual([0, 0, 0, 0, 12, ...payload])
    expect(headers).toMatchObject({
      ':path': '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
      te: 'trailers',
      'content-type': 'application/grpc+proto',
      'x-tenant': 'a'
    })
    const left = parseTimeout(String(headers['grpc-timeout']))
    expect(left).toBeGreaterThanOrEqual(sent.deadline - performance.now())
    expect(left).toBeLessThanOrEqual(60_000)
    await sink.close()
  })

  test('gzip that came in goes on as it is, zstd only where it was chosen', async () => {
    const [gzip, zstd] = [gzipSync(payload), zstdCompressSync(payload)]
    const [plain, chosen] = [grpcSink(url), grpcSink(url, { compression: 'zstd' })]
    await plain.write(envelope({ encoded: { encoding: 'gzip', bytes: gzip } }))
    await plain.write(envelope({ encoded: { encoding: 'zstd', bytes: zstd } }))
    await chosen.write(envelope({ encoded: { encoding: 'zstd', bytes: zstd } }))
    expect(arrived.map(({ headers, body }) => [headers['grpc-encoding'], body[0], [...body.subarray(5)]])).toEqual([
      ['gzip', 1, [...gzip]],
      [undefined, 0, [...payload]],
      ['zstd', 1, [...zstd]]
    ])
    await Promise.all([plain.close(), chosen.close()])
  })

  test('a downstream that does not know gzip gets it plain, now and from then on', async () => {
    answer = (headers) => ({ trailers: { 'grpc-status': headers['grpc-encoding'] === undefined ? '0' : '12' } })
    const sink = grpcSink(url)
    for (let i = 0; i < 2; i++) await sink.write(envelope({ encoded: { encoding: 'gzip', bytes: gzipSync(payload) } }))
    expect(arrived.map(({ headers }) => headers['grpc-encoding'])).toEqual(['gzip', undefined, undefined])
    await sink.close()
  })

  test('JSON goes as protobuf', async () => {
    const sink = grpcSink(url, { toProto: () => payload })
    await sink.write(envelope({ payload: Buffer.from('{"resourceLogs":[]}'), format: 'otlp-json' }))
    expect([...arrived[0].body.subarray(5)]).toEqual([...payload])
    await sink.close()
  })

  test.each([
    [0.2, '1m'],
    [1500.7, '1500m'],
    [99_999_999, '99999999m'],
    [100_000_000, '100000S'],
    [1e14, '99999999S']
  ])('%d ms is %s', (ms, text) => {
    expect(formatTimeout(ms)).toBe(text)
  })
})

/** Both ends of a connection are in this process: in this many turns of its event loop, what one says reaches the other, however slow they are. */
async function turns(): Promise<void> {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setTimeout(resolve, 1))
}

describe('the connection', () => {
  test('is one for all, and made again when it was lost', async () => {
    const sink = grpcSink(url)
    const before = sessions.size
    await Promise.all(Array.from({ length: 20 }, () => sink.write(envelope())))
    expect(sessions.size - before).toBe(1)
    for (const session of sessions) session.destroy()
    await turns()
    expect(await sink.write(envelope())).toEqual({ rejected: 0, message: '' })
    expect(sessions.size - before).toBe(2)
    await sink.close()
  })

  test('a downstream that says goodbye gets what was begun, and the next batch goes over a new one', async () => {
    const sink = grpcSink(url)
    await sink.write(envelope())
    for (const session of sessions) if (!session.destroyed) session.close()
    await turns()
    expect(await sink.write(envelope())).toEqual({ rejected: 0, message: '' })
    await sink.close()
  })

  test('that cannot be made is UNAVAILABLE', async () => {
    const sink = grpcSink(new URL('grpc://127.0.0.1:1'))
    await expect(sink.write(envelope())).rejects.toMatchObject({
      message: 'the downstream cannot be reached (ECONNREFUSED)',
      retryable: true
    })
  })
})
