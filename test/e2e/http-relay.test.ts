import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type HttpDownstream, startHttpDownstream } from './http-downstream.ts'
import { httpSink, type Relay, retried, startHttpRelay } from './relay.ts'

let backend: HttpDownstream
let relay: Relay
beforeAll(async () => {
  backend = await startHttpDownstream()
  relay = await startHttpRelay({ sink: retried(httpSink(backend.url)) })
})
afterAll(async () => {
  await relay.stop()
  await backend.close()
})
afterEach(() => {
  backend.arrived.length = 0
  backend.answers(() => ({}))
})

// resource_logs { scope_logs { log_records { body { string_value: "hi" } } } }
const logs = Uint8Array.from([10, 10, 18, 8, 18, 6, 42, 4, 10, 2, 104, 105])
const post = (path: string, body: Uint8Array | string, headers: Record<string, string> = {}) =>
  fetch(relay.url + path, {
    method: 'POST',
    body: body as never,
    headers: { 'content-type': 'application/x-protobuf', ...headers }
  })

test('a clean batch arrives as the same bytes, and is answered with an unset partial success', async () => {
  const response = await post('/v1/logs', logs)
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('application/x-protobuf')
  expect((await response.bytes()).length).toBe(0)
  expect(backend.arrived.map(({ path, body }) => [path, [...body]])).toEqual([['/v1/logs', [...logs]]])
})

test('a clean batch that came compressed arrives as the same compressed bytes', async () => {
  const body = gzipSync(logs)
  expect((await post('/v1/traces', body, { 'content-encoding': 'GZIP' })).status).toBe(200)
  expect(backend.arrived.map((one) => [one.path, one.headers['content-encoding'], [...one.body]])).toEqual([
    ['/v1/traces', 'gzip', [...body]]
  ])
})

test('a downstream that is busy for a moment is asked again', async () => {
  let tries = 0
  backend.answers(() => (tries++ < 2 ? { status: 503 } : {}))
  expect((await post('/v1/metrics', logs)).status).toBe(200)
  expect(tries).toBe(3)
})

test('nothing is held when all is answered', () => {
  expect(relay.budgetUsed()).toBe(0)
})
