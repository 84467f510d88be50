// One test for each MUST of the OTLP specification on HTTP servers, and for what was seen to go wrong in others.
import { request } from 'node:http'
import { connect } from 'node:net'
import { deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { LogveilError } from '../../src/errors.ts'
import type { Envelope, Receipt } from '../../src/model.ts'
import { decodeResponse, decodeStatus } from '../../src/otlp/messages.ts'
import { createAuthorize } from '../../src/sources/bearer.ts'
import { passAll, type Relay, startHttpRelay } from '../e2e/relay.ts'

const proto = Uint8Array.from([10, 10, 18, 8, 18, 6, 42, 4, 10, 2, 104, 105])
const json = '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"hi"}}]}]}]}'
const maxBodyBytes = 1 << 20
const token = 'let-me-in'

let relay: Relay
let open: Relay
let taken: Envelope[] = []
let outcome: () => Promise<Receipt>
const success = async () => ({ rejected: 0, message: '' })
beforeAll(async () => {
  const sink = {
    name: 'memory',
    write(envelope: Envelope) {
      taken.push(envelope)
      return outcome()
    },
    close: async () => {}
  }
  open = await startHttpRelay({ sink, source: { maxBodyBytes }, maxInFlightBytes: 4 << 20 })
  relay = await startHttpRelay({ sink, source: { authorize: createAuthorize(['old', token]) } })
})
afterEach(() => {
  expect(open.budgetUsed()).toBe(0)
})
afterAll(async () => {
  await open.stop()
  await relay.stop()
})

interface Sent {
  readonly path?: string
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: Uint8Array | string
  readonly to?: string
}

async function send({ path = '/v1/logs', method = 'POST', headers = {}, body, to = open.url }: Sent) {
  taken = []
  const type = { 'content-type': typeof body === 'string' ? 'application/json' : 'application/x-protobuf' }
  const response = await fetch(to + path, { method, headers: { ...type, ...headers }, body: body as never })
  const bytes = await response.bytes()
  const format = response.headers.get('content-type') === 'application/json' ? 'otlp-json' : 'otlp-proto'
  return {
    status: response.status,
    headers: response.headers,
    format,
    bytes,
    said: decodeStatus(bytes, format)
  } as const
}

beforeAll(() => {
  outcome = success
})
afterEach(() => {
  outcome = success
})

describe('success', () => {
  test.each(['logs', 'traces', 'metrics'] as const)('%s over their path, in both formats', async (signal) => {
    const binary = await send({ path: `/v1/${signal}`, body: proto })
    expect([binary.status, binary.format, binary.bytes.length]).toEqual([200, 'otlp-proto', 0])
    expect(taken).toMatchObject([{ signal, format: 'otlp-proto', encoded: null }])
    const text = await send({ path: `/v1/${signal}`, body: json })
    expect([text.status, text.format, Buffer.from(text.bytes).toString()]).toEqual([200, 'otlp-json', '{}'])
    expect(taken).toMatchObject([{ signal, format: 'otlp-json' }])
  })

  test.each([
    ['an empty protobuf request', new Uint8Array(0), ''],
    ['null', 'null', '{}'],
    ['{}', ' {} ', '{}']
  ])('%s is a success and nothing to hand on', async (_, body, answer) => {
    const { status, bytes } = await send({ body })
    expect([status, Buffer.from(bytes).toString(), taken]).toEqual([200, answer, []])
  })

  test('a byte order mark does not go on', async () => {
    expect((await send({ body: `\ufeff${json}` })).status).toBe(200)
    expect(Buffer.from(taken[0].payload).toString()).toBe(json)
  })

  test('the content type counts without parameters and case, the query not at all', async () => {
    const headers = { 'content-type': 'Application/JSON; charset=utf-8' }
    expect((await send({ path: '/v1/logs?a=1', headers, body: json })).status).toBe(200)
  })

  test.each([
    ['otlp-proto', proto],
    ['otlp-json', json]
  ] as const)('partial success in %s', async (format, body) => {
    outcome = async () => ({ rejected: 3, message: 'too old' })
    const { status, bytes } = await send({ path: '/v1/traces', body })
    expect(status).toBe(200)
    expect(decodeResponse(bytes, 'traces', format)).toEqual({ rejected: 3, message: 'too old' })
  })

  test('the names of partial success in JSON, its count as a string', async () => {
    outcome = async () => ({ rejected: 2, message: '' })
    const bodies = ['logs', 'traces', 'metrics'].map(async (signal) => {
      const { bytes } = await send({ path: `/v1/${signal}`, body: json })
      return JSON.parse(Buffer.from(bytes).toString()).partialSuccess
    })
    expect(await Promise.all(bodies)).toEqual([
      { rejectedLogRecords: '2', errorMessage: '' },
      { rejectedSpans: '2', errorMessage: '' },
      { rejectedDataPoints: '2', errorMessage: '' }
    ])
  })

  test('a warning is partial success with nothing rejected', async () => {
    outcome = async () => ({ rejected: 0, message: 'soon full' })
    const { bytes } = await send({ body: json })
    expect(JSON.parse(Buffer.from(bytes).toString())).toEqual({
      partialSuccess: { rejectedLogRecords: '0', errorMessage: 'soon full' }
    })
  })
})

describe('compression', () => {
  test.each([
    ['gzip', gzipSync(proto), 'gzip'],
    ['GZIP', gzipSync(proto), 'gzip'],
    ['x-gzip', gzipSync(proto), 'gzip'],
    ['zstd', zstdCompressSync(proto), 'zstd'],
    ['deflate', deflateSync(proto), 'deflate'],
    ['deflate', deflateRawSync(proto), 'deflate'],
    ['identity', proto, undefined]
  ])('%s', async (encoding, body, name) => {
    expect((await send({ headers: { 'content-encoding': encoding }, body })).status).toBe(200)
    expect([...taken[0].payload]).toEqual([...proto])
    expect(taken[0].encoded?.encoding).toBe(name)
    expect([...(taken[0].encoded?.bytes ?? body)]).toEqual([...body])
  })

  test('a chunked body without content-length', async () => {
    const body = gzipSync(proto)
    const status = await new Promise((resolve) => {
      const headers = { 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' }
      const sent = request(`${open.url}/v1/logs`, { method: 'POST', headers }, (response) =>
        resolve(response.statusCode)
      )
      taken = []
      for (const byte of body) sent.write(Uint8Array.from([byte]))
      sent.end()
    })
    expect([status, [...taken[0].payload]]).toEqual([200, [...proto]])
  })

  test.each(['gzip', 'zstd', 'deflate'])('a body that is no %s is 400', async (encoding) => {
    const { status, said } = await send({
      headers: { 'content-encoding': encoding },
      body: Buffer.from('secret text, no code')
    })
    expect([status, said.message, taken]).toEqual([400, `the body is no valid ${encoding}`, []])
  })

  test('a body of gzip that is cut off is 400', async () => {
    const { status } = await send({ headers: { 'content-encoding': 'gzip' }, body: gzipSync(proto).subarray(0, 20) })
    expect(status).toBe(400)
  })

  test.each([
    ['with a name', () => named(gzipSync(proto)), proto],
    ['of two members', () => Buffer.concat([gzipSync(proto), named(gzipSync(proto))]), Buffer.concat([proto, proto])]
  ])('gzip %s goes on as its content alone', async (_, body, content) => {
    expect((await send({ headers: { 'content-encoding': 'gzip' }, body: body() })).status).toBe(200)
    expect([[...taken[0].payload], taken[0].encoded]).toEqual([[...content], null])
  })

  /** RFC 1952: flag FNAME, then the name behind the ten bytes of the head. */
  function named(gzip: Buffer): Buffer {
    const head = Buffer.from(gzip.subarray(0, 10))
    head[3] |= 8
    return Buffer.concat([head, Buffer.from('secret.txt\0'), gzip.subarray(10)])
  }

  test('another encoding is 415 and tells which are understood', async () => {
    const { status, headers } = await send({ headers: { 'content-encoding': 'br' }, body: proto })
    expect([status, headers.get('accept-encoding')]).toEqual([415, 'gzip, zstd, deflate'])
  })
})

describe('limits', () => {
  const zeros = Buffer.alloc(maxBodyBytes + 1)

  test('a body of the longest length is taken', async () => {
    expect((await send({ body: zeros.subarray(1) })).status).toBe(200)
    expect((await send({ body: gzipSync(zeros.subarray(1)), headers: { 'content-encoding': 'gzip' } })).status).toBe(
      200
    )
  })

  test.each([
    ['as it is', zeros, {}],
    ['in gzip', gzipSync(zeros), { 'content-encoding': 'gzip' }],
    ['in zstd', zstdCompressSync(zeros), { 'content-encoding': 'zstd' }],
    ['in deflate', deflateSync(zeros), { 'content-encoding': 'deflate' }]
  ])('one byte more is 413, %s', async (_, body, headers) => {
    const { status, said, format } = await send({ body, headers })
    expect([status, said.message, format, taken]).toEqual([413, `larger than ${maxBodyBytes} bytes`, 'otlp-proto', []])
  })

  test('a chunked body that is too long is 413 while it is sent', async () => {
    const status = await new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/x-protobuf' }
      const sent = request(`${open.url}/v1/logs`, { method: 'POST', headers }, (response) =>
        resolve(response.statusCode)
      )
      sent.on('error', reject)
      sent.write(zeros)
      sent.write(zeros.subarray(0, 1000))
    })
    expect(status).toBe(413)
  })

  test('512 MiB of zeros in gzip cost next to nothing', async () => {
    const bomb = bombOf(512)
    const before = process.memoryUsage().rss
    const { status } = await send({ body: bomb, headers: { 'content-encoding': 'gzip' } })
    expect(status).toBe(413)
    expect(process.memoryUsage().rss - before).toBeLessThan(32 << 20)
  })

  test('a bomb that lies about its size in its trailer, too', async () => {
    const bomb = bombOf(64)
    bomb.writeUInt32LE(100, bomb.length - 4)
    expect((await send({ body: bomb, headers: { 'content-encoding': 'gzip' } })).status).toBe(413)
  })

  test('what is in flight is bounded: beyond it 429 with Retry-After and RetryInfo', async () => {
    const waiting = Promise.withResolvers<Receipt>()
    outcome = () => waiting.promise
    const body = Buffer.alloc(1 << 20, 10)
    const first = Array.from({ length: 4 }, () => send({ body }))
    await expect.poll(open.budgetUsed).toBeGreaterThanOrEqual(4 << 20)
    const { status, headers, said } = await send({ body: proto })
    expect([status, headers.get('retry-after'), said]).toEqual([
      429,
      '1',
      { message: 'too much is in flight', retryAfterMs: 1000 }
    ])
    waiting.resolve({ rejected: 0, message: '' })
    expect((await Promise.all(first)).map((one) => one.status)).toEqual([200, 200, 200, 200])
  })
})

/** So many MiB of zeros, made without them. */
function bombOf(mebibytes: number): Buffer {
  const one = gzipSync(Buffer.alloc(mebibytes << 20), { level: 9 })
  return Buffer.from(one)
}

describe('refusals', () => {
  test.each([
    ['/v1/log', 404],
    ['/', 404],
    ['/v1development/profiles', 404]
  ])('%s is %i', async (path, expected) => {
    const { status, said, format } = await send({ path, body: json })
    expect([status, said.message, format]).toEqual([
      expected,
      'the paths are /v1/logs, /v1/traces, /v1/metrics',
      'otlp-json'
    ])
  })

  test.each(['GET', 'PUT', 'DELETE', 'OPTIONS'])('%s is 405 and allows POST', async (method) => {
    const { status, headers, said } = await send({ method })
    expect([status, headers.get('allow'), said.message]).toEqual([405, 'POST', 'only POST is understood'])
  })

  test.each(['text/plain', 'application/grpc', ''])('content type %j is 415', async (type) => {
    const { status, said } = await send({ headers: { 'content-type': type }, body: proto })
    expect([status, said.message]).toEqual([415, 'the content types are application/x-protobuf, application/json'])
  })

  test.each([
    ['without a token', {}],
    ['with a wrong one', { authorization: 'Bearer wrong' }],
    ['with another scheme', { authorization: `Basic ${token}` }]
  ])('%s it is 401', async (_, headers) => {
    const { status, headers: answered, said } = await send({ to: relay.url, headers, body: proto })
    expect([status, answered.get('www-authenticate'), said.message, taken]).toEqual([
      401,
      'Bearer',
      'a valid bearer token is needed',
      []
    ])
  })

  test.each([token, 'old'])('with the token %s it is taken', async (one) => {
    expect((await send({ to: relay.url, headers: { authorization: `bearer ${one}` }, body: proto })).status).toBe(200)
  })

  const failures: [string, unknown, number, string | null, string][] = [
    ['malformed', new LogveilError('PAYLOAD_INVALID', 'malformed at byte 7'), 400, null, 'malformed at byte 7'],
    ['refused for good', new LogveilError('DELIVERY_FAILED', 'no'), 500, null, 'no'],
    ['down', new LogveilError('DELIVERY_FAILED', 'later', { retryable: true }), 503, '1', 'later'],
    [
      'down for long',
      new LogveilError('DELIVERY_FAILED', 'later', { retryable: true, retryAfterMs: 2500 }),
      503,
      '3',
      'later'
    ],
    ['throttled', new LogveilError('OVERLOADED', 'slow', { retryable: true, retryAfterMs: 7000 }), 429, '7', 'slow'],
    ['a bug', new TypeError('secret text'), 500, null, 'internal error']
  ]
  test.each(failures)('%s', async (_, error, expected, retryAfter, message) => {
    outcome = async () => {
      throw error
    }
    for (const body of [proto, json]) {
      const { status, headers, said, format } = await send({ body })
      expect([status, headers.get('retry-after'), said.message]).toEqual([expected, retryAfter, message])
      expect(format).toBe(body === json ? 'otlp-json' : 'otlp-proto')
    }
  })

  test('a sender that goes away in the middle leaves nothing behind', async () => {
    const { port } = new URL(open.url)
    const socket = connect(Number(port), '127.0.0.1')
    socket.write(
      'POST /v1/logs HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 9000\r\n\r\n{"a":'
    )
    await expect.poll(open.budgetUsed).toBeGreaterThan(0)
    socket.destroy()
    await expect.poll(open.budgetUsed).toBe(0)
  })
})

test('while it stops, what has begun is answered, and nothing more is taken', async () => {
  const waiting = Promise.withResolvers<Receipt>()
  const sink = { name: 'slow', write: () => waiting.promise, close: async () => {} }
  const own = await startHttpRelay({ sink, redact: passAll })
  const answer = send({ to: own.url, body: proto })
  await expect.poll(own.budgetUsed).toBeGreaterThan(0)
  const stopped = own.stop()
  await new Promise((resolve) => setTimeout(resolve, 20))
  await expect(fetch(`${own.url}/v1/logs`, { method: 'POST' })).rejects.toThrow()
  waiting.resolve({ rejected: 0, message: '' })
  const { status, headers } = await answer
  expect([status, headers.get('connection')]).toEqual([200, 'close'])
  await stopped
})
