// MUSTs of OTLP (specification 1.11), of gRPC and of Fetch that test/sources/otlp-*.test.ts and test/sinks/ do not have; each names its sentence.
import { connect } from 'node:net'
import { constants, zstdCompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { otlpToProto } from '../../src/codecs/otlp-to-proto.ts'
import { LogveilError } from '../../src/errors.ts'
import type { Envelope } from '../../src/model.ts'
import { decompress } from '../../src/otlp/encodings.ts'
import { decodeResponse, encodeResponse } from '../../src/otlp/messages.ts'
import { gather } from '../../src/sources/gather.ts'
import { type Relay, startHttpRelay } from '../e2e/relay.ts'

let relay: Relay
/** Waits only for a moment for what does not come. */
let hasty: Relay
let outcome: () => Promise<{ rejected: number; message: string }>
beforeAll(async () => {
  const sink = { name: 'memory', write: (_: Envelope) => outcome(), close: async () => {} }
  const cors = { allowedOrigins: ['https://*.example'], allowedHeaders: ['x-tenant'], maxAgeSeconds: 60 }
  relay = await startHttpRelay({ sink, source: { cors } })
  hasty = await startHttpRelay({ sink, source: { headMs: 300, uploadMs: 600 } })
})
afterAll(() => Promise.all([relay.stop(), hasty.stop()]))

/** The answer to raw bytes, when the server has ended the connection. */
async function raw(text: string, to = relay): Promise<string> {
  const socket = connect(Number(new URL(to.url).port), '127.0.0.1')
  socket.write(text)
  let answer = ''
  for await (const chunk of socket) answer += chunk
  return answer
}

describe('"The response body for all HTTP 4xx and HTTP 5xx responses MUST be a Protobuf-encoded Status"', () => {
  test.each([
    ['what is no HTTP', 'nonsense\r\n\r\n', 400],
    ['endless headers', `POST /v1/logs HTTP/1.1\r\nhost: a\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`, 431],
    ['a head that never ends', 'POST /v1/logs HTTP/1.1\r\nhost: a\r\n', 503],
    [
      'a body that never ends',
      'POST /v1/logs HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\ncontent-type: application/json\r\n\r\n{',
      503
    ]
  ])('%s', async (_, text, status) => {
    const [head, body] = (await raw(text, status === 503 ? hasty : relay)).split('\r\n\r\n')
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} [\\s\\S]*Content-Type: application/json`))
    expect(/Retry-After: 1/.test(head)).toBe(status === 503)
    expect(JSON.parse(body).message).toMatch(/\S/)
  })

  test('"The Status.details field SHOULD contain a BadRequest that describes the bad data"', async () => {
    outcome = async () => {
      throw new LogveilError('PAYLOAD_INVALID', 'malformed at byte 7')
    }
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`${relay.url}/v1/logs`, { method: 'POST', headers, body: '{"a":1}' })
    expect([response.status, await response.json()]).toEqual([
      400,
      {
        code: 3,
        message: 'malformed at byte 7',
        details: [
          {
            '@type': 'type.googleapis.com/google.rpc.BadRequest',
            fieldViolations: [{ description: 'malformed at byte 7' }]
          }
        ]
      }
    ])
  })
})

describe('browsers', () => {
  const ask = (origin: string, names: string) =>
    fetch(`${relay.url}/v1/logs`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': names }
    })

  test('a page that may send is told so', async () => {
    const { status, headers } = await ask('https://app.example', 'content-type, x-tenant')
    const told = ['origin', 'methods', 'headers'].map((name) => headers.get(`access-control-allow-${name}`))
    expect([status, ...told, headers.get('access-control-max-age')]).toEqual([
      204,
      'https://app.example',
      'POST',
      'content-type, x-tenant',
      '60'
    ])
  })

  test.each([
    ['another page', 'https://app.example.evil', 'content-type'],
    ['another header', 'https://app.example', 'x-other']
  ])('%s is not', async (_, origin, names) => {
    const { status, headers } = await ask(origin, names)
    expect([status, headers.get('access-control-allow-methods')]).toEqual([405, null])
  })
})

test('"ids are case-insensitive hex", "only integer enum values": what is neither is refused, never cut', () => {
  const span = (fields: object) =>
    Buffer.from(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [fields] }] }] }))
  expect(otlpToProto(span({ spanId: 'EEE19b7ec3c1b174', kind: 2 }), 'traces').length).toBeGreaterThan(0)
  for (const wrong of [{ spanId: 'xyz' }, { spanId: 'abc' }, { kind: 'SPAN_KIND_SERVER' }])
    expect(() => otlpToProto(span(wrong), 'traces')).toThrow(/ is no /)
})

test('rejected counts are never negative', () => {
  expect(decodeResponse(Buffer.from('{"partialSuccess":{"rejectedSpans":"-5"}}'), 'traces', 'otlp-json').rejected).toBe(
    0
  )
  const proto = Uint8Array.from([10, 11, 8, 251, 255, 255, 255, 255, 255, 255, 255, 255, 1])
  expect(decodeResponse(proto, 'traces', 'otlp-proto').rejected).toBe(0)
  expect(
    decodeResponse(encodeResponse({ rejected: 5, message: '' }, 'logs', 'otlp-proto'), 'logs', 'otlp-proto').rejected
  ).toBe(5)
})

test('RFC 9659: a zstd body that wants a window above 8 MiB is refused', async () => {
  const params = { [constants.ZSTD_c_windowLog]: 26, [constants.ZSTD_c_contentSizeFlag]: 0 }
  const body = zstdCompressSync(Buffer.alloc(20 << 20), { params })
  await expect(decompress(body, 'zstd', () => {})).rejects.toMatchObject({ code: 'PAYLOAD_INVALID' })
})

test('a body in pieces of one byte takes about the memory of its bytes', () => {
  const gathering = gather()
  const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, i) => i % 251))
  const slab = (at: number) => Buffer.from(bytes.subarray(at, at + 1))
  const before = process.memoryUsage().arrayBuffers
  for (let at = 0; at < bytes.length; at++) gathering.add(slab(at))
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 << 20)
  expect(gathering.head(5).equals(bytes.subarray(0, 5))).toBe(true)
  expect(gathering.whole().equals(bytes)).toBe(true)
})

test.each([
  ['a tunnel', 'CONNECT example:443 HTTP/1.1\r\nhost: example\r\n\r\n', 405],
  ['an expectation', 'POST /v1/logs HTTP/1.1\r\nhost: a\r\nexpect: 200-ok\r\ncontent-length: 0\r\n\r\n', 417]
])('%s is answered and ended', async (_, text, status) => {
  const [head, body] = (await raw(text)).split('\r\n\r\n')
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  expect(/Allow: POST/.test(head)).toBe(status === 405)
  // Node sends what has no length in chunks.
  expect(body).toContain('"message":"only ')
})
