// The one way over HTTP: what contract.test.ts does not ask of every channel.
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import type { LogveilError } from '../../../src/errors.ts'
import { beginCalls, isRefusal, waitMs } from '../../../src/tickets/channels/request.ts'

const whatMatters = ({ code, message, retryable }: LogveilError): unknown => [code, message, retryable]

const whole = (error: LogveilError): unknown => error

/** What is answered, or `tell` makes of the error. */
async function ask(
  answer: RequestListener,
  timeoutMs: number,
  name = 'x',
  tell: (error: LogveilError) => unknown = whatMatters
): Promise<unknown> {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  try {
    const { call } = beginCalls({ name, url, headers: {}, timeoutMs })
    return await call({ path: '/a', body: {} }, (json) => json).catch(tell)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

test('nothing within the time, before the head or behind it: retryable', async () => {
  const late = ['DELIVERY_FAILED', 'x does not answer (time-out)', true]
  expect(await ask(() => {}, 100)).toEqual(late)
  expect(await ask((_, response) => response.writeHead(200).write('{'), 100)).toEqual(late)
})

test('an answer without end is given up', async () => {
  const answer: RequestListener = (_, response) => {
    response.writeHead(200)
    const more = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(2 ** 16)));
      response.once('drain', more)
    }
    more()
  }
  expect(await ask(answer, 20_000)).toEqual(['DELIVERY_FAILED', 'x does not answer (connection)', true])
})

const now = Date.UTC(2026, 0, 1)
test.each<[Record<string, string>, number | null]>([
  [{ 'retry-after': '7' }, 7000],
  [{ 'retry-after': 'Thu, 01 Jan 2026 00:00:30 GMT' }, 30_000],
  [{ 'retry-after': 'Thu, 01 Jan 2020 00:00:30 GMT' }, 0],
  [{ 'retry-after': 'soon' }, null],
  [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(now / 1000 + 60) }, 60_000],
  [{ 'ratelimit-remaining': '0', 'ratelimit-reset': String(now / 1000 + 60) }, 60_000],
  [{ 'x-ratelimit-remaining': '9', 'x-ratelimit-reset': String(now / 1000 + 60) }, null],
  [{}, null]
])('%j: wait %d ms', (headers, ms) => {
  expect(waitMs(new Headers(headers), now)).toBe(ms)
})

test('a refusal has its status, whatever the service is called', async () => {
  const refusing: RequestListener = (_, response) => response.writeHead(412).end()
  const refused = await ask(refusing, 5000, 'x answers 401', whole)
  expect(refused).toMatchObject({ answer: 412, message: 'x answers 401 answers 412', retryable: false })
  expect(isRefusal(refused, 412)).toBe(true)
  expect(isRefusal(refused, 401)).toBe(false)
  const silent = await ask(() => {}, 100, 'x answers 401', whole)
  expect(isRefusal(silent, 401)).toBe(false)
})

test('403 with a time to wait is throttling, as GitHub has it; without one it is final', async () => {
  const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Math.ceil(Date.now() / 1000) + 60) }
  expect(await ask((_, response) => response.writeHead(403, headers).end(), 5000)).toEqual([
    'OVERLOADED',
    'x answers 403',
    true
  ])
  expect(await ask((_, response) => response.writeHead(403).end(), 5000)).toEqual([
    'DELIVERY_FAILED',
    'x answers 403',
    false
  ])
})
