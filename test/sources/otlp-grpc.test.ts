// One test for each MUST of OTLP and of gRPC on servers; grpc-js calls, and what it would never send comes over node:http2.
import { once } from 'node:events'
import { type ClientHttp2Session, connect, type IncomingHttpHeaders } from 'node:http2'
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { LogveilError } from '../../src/errors.ts'
import type { Envelope, Receipt } from '../../src/model.ts'
import { messagePrefix } from '../../src/otlp/grpc.ts'
import { decodeResponse, decodeStatus } from '../../src/otlp/messages.ts'
import { grpcPaths } from '../../src/otlp/status.ts'
import { createAuthorize } from '../../src/sources/bearer.ts'
import { createGrpcClient } from '../e2e/grpc-client.ts'
import { type Relay, startGrpcRelay } from '../e2e/relay.ts'

const proto = Uint8Array.from([10, 10, 18, 8, 18, 6, 42, 4, 10, 2, 104, 105])
const maxBodyBytes = 1 << 20

let relay: Relay
let closed: Relay
let hasty: Relay
let session: ClientHttp2Session
let client: ReturnType<typeof createGrpcClient>
let taken: Envelope[] = []
let outcome: () => Promise<Receipt>
beforeAll(async () => {
  const sink = {
    name: 'memory',
    write(envelope: Envelope) {
      taken.push(envelope)
      return outcome()
    },
    close: async () => {}
  }
  relay = await startGrpcRelay({ sink, source: { maxBodyBytes, timeoutMs: 60_000 }, maxInFlightBytes: 4 << 20 })
  closed = await startGrpcRelay({ sink, source: { authorize: createAuthorize(['let-me-in']) } })
  hasty = await startGrpcRelay({ sink, source: { uploadMs: 200 } })
  session = connect(relay.url)
  client = createGrpcClient(relay.url)
})
beforeEach(() => {
  taken = []
  outcome = async () => ({ rejected: 0, message: '' })
})
afterEach(() => {
  expect(relay.budgetUsed()).toBe(0)
})
afterAll(async () => {
  session.close()
  client.close()
  await Promise.all([relay.stop(), closed.stop(), hasty.stop()])
})

interface Reply {
  readonly headers: IncomingHttpHeaders
  readonly status: string | undefined
  readonly message: string
  readonly retryAfterMs: number | null
}

/** A call made of raw bytes. */
function raw(body: Uint8Array, headers: Record<string, string> = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const stream = session.request({
      ':method': 'POST',
      ':path': grpcPaths.logs,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...headers
    })
    let all: IncomingHttpHeaders = {}
    stream.on('response', (one) => {
      all = { ...all, ...one }
    })
    stream.on('trailers', (one) => {
      all = { ...all, ...one }
    })
    stream.on('error', reject)
    stream.on('end', () => {
      const details = Buffer.from(String(all['grpc-status-details-bin'] ?? ''), 'base64')
      resolve({
        headers: all,
        status: all['grpc-status'] as string | undefined,
        message: decodeURIComponent(String(all['grpc-message'] ?? '')),
        retryAfterMs: decodeStatus(details, 'otlp-proto').retryAfterMs
      })
    })
    stream.resume()
    stream.end(body)
  })
}

const framed = (message: Uint8Array, compressed = false) =>
  Buffer.concat([messagePrefix(message.length, compressed), message])

describe('success', () => {
  test.each(['logs', 'traces', 'metrics'] as const)(
    '%s: the response is empty, partial success unset',
    async (signal) => {
      expect(await client.call(proto, { signal })).toEqual({ ok: true, message: Buffer.alloc(0) })
      expect(taken).toMatchObject([{ signal, format: 'otlp-proto', encoded: null }])
    }
  )

  test('an empty request is a success and nothing to hand on', async () => {
    expect(await client.call(new Uint8Array(0))).toEqual({ ok: true, message: Buffer.alloc(0) })
    expect(taken).toEqual([])
  })

  test('partial success', async () => {
    outcome = async () => ({ rejected: 3, message: 'too old' })
    const result = await client.call(proto)
    expect(result.ok && decodeResponse(result.message, 'logs', 'otlp-proto')).toEqual({
      rejected: 3,
      message: 'too old'
    })
  })

  test('the deadline goes on', async () => {
    // What arrives is how much time is left: it is counted from then on.
    const before = performance.now()
    await client.call(proto, { timeoutMs: 30_000 })
    expect(taken[0].deadline).toBeGreaterThanOrEqual(before + 29_990)
    expect(taken[0].deadline).toBeLessThanOrEqual(performance.now() + 30_000)
  })
})

describe('compression', () => {
  test.each([
    ['gzip', gzipSync(proto)],
    ['zstd', zstdCompressSync(proto)],
    ['deflate', deflateSync(proto)]
  ])('%s', async (encoding, bytes) => {
    expect((await raw(framed(bytes, true), { 'grpc-encoding': encoding })).status).toBe('0')
    expect(taken[0].encoded).toEqual({ encoding, bytes: expect.anything() })
    expect([[...taken[0].payload], [...(taken[0].encoded?.bytes ?? [])]]).toEqual([[...proto], [...bytes]])
  })

  test('a message that is not compressed though others are', async () => {
    expect((await raw(framed(proto), { 'grpc-encoding': 'gzip' })).status).toBe('0')
    expect(taken[0].encoded).toBe(null)
  })

  test('another encoding is UNIMPLEMENTED and tells which are understood', async () => {
    const { status, headers } = await raw(framed(proto, true), { 'grpc-encoding': 'snappy' })
    expect([status, headers['grpc-accept-encoding']]).toEqual(['12', 'identity,gzip,zstd,deflate'])
  })

  test('bytes that are no gzip: INVALID_ARGUMENT', async () => {
    const reply = await raw(framed(proto, true), { 'grpc-encoding': 'gzip' })
    expect(reply).toMatchObject({ status: '3', message: 'the body is no valid gzip' })
  })

  test.each([
    ['compressed, but nobody said how', 1, {}],
    ['a flag that means nothing', 2, { 'grpc-encoding': 'gzip' }]
  ])('%s: INTERNAL', async (_, flag, headers) => {
    const body = framed(proto)
    body[0] = flag
    const message = 'a message is compressed as grpc-encoding says, or not at all'
    expect(await raw(body, headers as Record<string, string>)).toMatchObject({ status: '13', message })
  })
})

describe('limits', () => {
  test.each([
    ['as it is', framed(Buffer.alloc(maxBodyBytes + 1)), {}],
    ['in gzip', framed(gzipSync(Buffer.alloc(maxBodyBytes + 1)), true), { 'grpc-encoding': 'gzip' }],
    ['in zstd', framed(zstdCompressSync(Buffer.alloc(maxBodyBytes + 1)), true), { 'grpc-encoding': 'zstd' }],
    ['announced only', messagePrefix(2 ** 32 - 1, false), {}]
  ])('a message too long is RESOURCE_EXHAUSTED without RetryInfo: %s', async (_, body, headers) => {
    const reply = await raw(body, headers as Record<string, string>)
    expect(reply).toMatchObject({ status: '8', message: `larger than ${maxBodyBytes} bytes`, retryAfterMs: null })
  })

  test('what is in flight is bounded: RESOURCE_EXHAUSTED with RetryInfo', async () => {
    const waiting = Promise.withResolvers<Receipt>()
    outcome = () => waiting.promise
    const first = Array.from({ length: 3 }, () => client.call(Buffer.alloc(1 << 20, 10)))
    await expect.poll(relay.budgetUsed).toBeGreaterThanOrEqual(3 << 20)
    const more = await Promise.all([raw(framed(Buffer.alloc(1 << 20, 10))), raw(framed(Buffer.alloc(1 << 20, 10)))])
    expect(more.map(({ status, retryAfterMs }) => [status, retryAfterMs])).toContainEqual(['8', 1000])
    waiting.resolve({ rejected: 0, message: '' })
    expect((await Promise.all(first)).map(({ ok }) => ok)).toEqual([true, true, true])
  })
})

test('a sender that does not go on holds nothing for long', async () => {
  const other = connect(hasty.url)
  const stream = other.request({ ':method': 'POST', ':path': grpcPaths.logs, 'content-type': 'application/grpc' })
  stream.write(framed(Buffer.alloc(1000)).subarray(0, 500))
  const [headers] = await once(stream, 'response')
  expect([headers['grpc-status'], headers['grpc-message']]).toEqual(['14', 'not sent within 0.2 s'])
  expect(hasty.budgetUsed()).toBe(0)
  other.destroy()
})

describe('refusals', () => {
  test.each([
    ['no message', new Uint8Array(0)],
    ['half a prefix', Uint8Array.from([0, 0])],
    ['less than announced', framed(proto).subarray(0, 10)],
    ['two messages', Buffer.concat([framed(proto), framed(proto)])]
  ])('%s: UNIMPLEMENTED, and answered', async (_, body) => {
    expect(await raw(body)).toMatchObject({ status: '12', message: 'the method takes one message' })
    expect(taken).toEqual([])
  })

  test('another method is UNIMPLEMENTED', async () => {
    expect(await client.call(proto, { path: '/a.B/C' })).toMatchObject({ ok: false, code: 12 })
  })

  test('what is no gRPC is 415', async () => {
    expect((await raw(framed(proto), { 'content-type': 'application/json' })).headers[':status']).toBe(415)
  })

  test('without a valid token it is UNAUTHENTICATED', async () => {
    const other = createGrpcClient(closed.url)
    expect(await other.call(proto)).toMatchObject({ ok: false, code: 16 })
    expect(await other.call(proto, { metadata: { authorization: 'Bearer let-me-in' } })).toMatchObject({ ok: true })
    other.close()
  })

  const failures: [string, unknown, string, number | null, string][] = [
    ['malformed', new LogveilError('PAYLOAD_INVALID', 'malformed at byte 7'), '3', null, 'malformed at byte 7'],
    ['refused for good', new LogveilError('DELIVERY_FAILED', 'no'), '13', null, 'no'],
    ['down', new LogveilError('DELIVERY_FAILED', 'später', { retryable: true }), '14', 1000, 'später'],
    ['throttled', new LogveilError('OVERLOADED', '100 %', { retryable: true, retryAfterMs: 2500 }), '8', 2500, '100 %'],
    ['throttled, nobody said how long', new LogveilError('OVERLOADED', 'x', { retryable: true }), '8', 1000, 'x'],
    ['a bug', new TypeError('secret text'), '13', null, 'internal error']
  ]
  test.each(failures)('%s', async (_, error, status, retryAfterMs, message) => {
    outcome = async () => {
      throw error
    }
    expect(await raw(framed(proto))).toMatchObject({ status, retryAfterMs, message })
  })
})

test('while it stops, what has begun is answered', async () => {
  const waiting = Promise.withResolvers<Receipt>()
  const own = await startGrpcRelay({ sink: { name: 'slow', write: () => waiting.promise, close: async () => {} } })
  const caller = createGrpcClient(own.url)
  const answer = caller.call(proto)
  await expect.poll(own.budgetUsed).toBeGreaterThan(0)
  const stopped = own.stop()
  await new Promise((resolve) => setTimeout(resolve, 20))
  waiting.resolve({ rejected: 0, message: '' })
  expect(await answer).toMatchObject({ ok: true })
  await stopped
  expect(await caller.call(proto, { timeoutMs: 300 })).toMatchObject({ ok: false })
  caller.close()
})
