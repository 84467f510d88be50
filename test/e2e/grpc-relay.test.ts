import { Metadata } from '@grpc/grpc-js'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Sink } from '../../src/model.ts'
import { decodeStatus, encodeResponse, encodeStatus } from '../../src/otlp/messages.ts'
import { createGrpcClient } from './grpc-client.ts'
import { type GrpcDownstream, startGrpcDownstream } from './grpc-downstream.ts'
import { grpcSink, type Relay, startGrpcRelay } from './relay.ts'

let backend: GrpcDownstream
let relay: Relay
let encoding: string | undefined
let client: ReturnType<typeof createGrpcClient>
beforeAll(async () => {
  backend = await startGrpcDownstream()
  const sink = grpcSink(backend.url)
  const watched: Sink = {
    ...sink,
    write(envelope) {
      encoding = envelope.encoded?.encoding
      return sink.write(envelope)
    }
  }
  relay = await startGrpcRelay({ sink: watched, source: { maxBodyBytes: 1 << 20, timeoutMs: 60_000 } })
  client = createGrpcClient(relay.url)
})
afterAll(async () => {
  client.close()
  await relay.stop()
  await backend.close()
})
afterEach(() => {
  backend.arrived.length = 0
  backend.answers(() => ({}))
})

const logs = Uint8Array.from([10, 10, 18, 8, 18, 6, 42, 4, 10, 2, 104, 105])

test.each(['logs', 'traces', 'metrics'] as const)('%s arrive as the same bytes', async (signal) => {
  expect(await client.call(logs, { signal })).toEqual({ ok: true, message: Buffer.alloc(0) })
  expect(backend.arrived.map((one) => [one.signal, [...one.message]])).toEqual([[signal, [...logs]]])
})

test('gzip goes through', async () => {
  const large = Buffer.alloc(200_000, logs)
  expect((await client.call(large, { gzip: true })).ok).toBe(true)
  expect(encoding).toBe('gzip')
  expect(backend.arrived[0].message.equals(large)).toBe(true)
})

test('large messages are not held up by flow control', async () => {
  const large = Buffer.alloc(1_000_000, 7)
  expect((await client.call(large)).ok).toBe(true)
  expect(backend.arrived[0].message.equals(large)).toBe(true)
})

test('the deadline is passed on', async () => {
  // What is passed on is how much time is left: it is counted anew from when that arrives.
  const before = Date.now()
  await client.call(logs, { timeoutMs: 30_000 })
  const { deadline } = backend.arrived[0]
  expect(deadline).toBeGreaterThanOrEqual(before + 29_990)
  expect(deadline).toBeLessThanOrEqual(Date.now() + 30_000)
})

test('a message over the limit is RESOURCE_EXHAUSTED without RetryInfo', async () => {
  const result = await client.call(Buffer.alloc((1 << 20) + 1))
  expect(result).toMatchObject({ ok: false, code: 8, details: 'larger than 1048576 bytes' })
  expect(backend.arrived).toEqual([])
})

test('partial success comes back', async () => {
  const message = encodeResponse({ rejected: 3, message: 'too old' }, 'logs', 'otlp-proto')
  backend.answers(() => ({ message }))
  expect(await client.call(logs)).toEqual({ ok: true, message: Buffer.from(message) })
})

test('throttling comes back with its delay', async () => {
  const metadata = new Metadata()
  const refusal = { http: 429, grpc: 8, message: 'slow down', retryAfterMs: 2500 }
  metadata.set('grpc-status-details-bin', Buffer.from(encodeStatus(refusal, 'otlp-proto')))
  backend.answers(() => ({ error: { code: 8, details: 'slow down', metadata } }))
  const result = await client.call(logs)
  expect(result).toMatchObject({ ok: false, code: 8 })
  expect(!result.ok && decodeStatus(result.status ?? Buffer.alloc(0), 'otlp-proto')).toEqual({
    message: 'the downstream answered with gRPC status 8: slow down',
    retryAfterMs: 2500
  })
})

test('nothing is held when all is answered', () => {
  expect(relay.budgetUsed()).toBe(0)
})
