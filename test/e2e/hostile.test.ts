// Requests made to hurt, against a process: what they cost is bounded.
import { readFileSync } from 'node:fs'
import { connect, constants } from 'node:http2'
import { createConnection } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { grpcPaths } from '../../src/otlp/status.ts'
import { type Daemon, relayConfig, startDaemon } from './daemon.ts'
import { type HttpDownstream, startHttpDownstream } from './http-downstream.ts'

let backend: HttpDownstream
let daemon: Daemon
beforeAll(async () => {
  backend = await startHttpDownstream()
  daemon = await startDaemon(relayConfig(backend.url))
})
afterAll(async () => {
  await daemon.stop()
  await backend.close()
})

async function send(body: Uint8Array, headers: Record<string, string> = {}) {
  const url = `http://127.0.0.1:${daemon.ports['relay/http']}/v1/logs`
  const begin = cpuMs()
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf', ...headers },
    body: body as never
  })
  return { status: response.status, ms: cpuMs() - begin }
}

/** Of the processors, which is not more on a busy machine. */
function cpuMs(): number {
  const fields = readFileSync(`/proc/${daemon.child.pid}/stat`, 'utf8').split(' ')
  // In hundredths of a second: in user mode, in the kernel.
  return 10 * (Number(fields[13]) + Number(fields[14]))
}

function peakMiB(): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${daemon.child.pid}/status`, 'utf8'))?.[1]) / 1024
}

test('4 million empty records in 8 MiB', async () => {
  const records = Buffer.alloc(8 << 20, Uint8Array.from([0x12, 0]))
  const nested = (content: Buffer, tag: number): Buffer => {
    const { length } = content
    const size = [(length & 127) | 128, ((length >> 7) & 127) | 128, ((length >> 14) & 127) | 128, length >> 21]
    return Buffer.concat([Uint8Array.from([tag, ...size]), content])
  }
  const body = nested(nested(records, 0x12), 0x0a)
  const before = peakMiB()
  const { status, ms } = await send(body)
  expect(status).toBe(200)
  expect(backend.arrived.at(-1)?.body.equals(body)).toBe(true)
  expect(ms).toBeLessThan(2000)
  expect(peakMiB() - before).toBeLessThan(150)
})

test('a bomb of 512 MiB', async () => {
  const before = peakMiB()
  const { status, ms } = await send(gzipSync(Buffer.alloc(512 << 20)), { 'content-encoding': 'gzip' })
  expect(status).toBe(413)
  expect(ms).toBeLessThan(1000)
  expect(peakMiB() - before).toBeLessThan(20)
})

test('calls that are taken back as soon as they are made', async () => {
  const before = peakMiB()
  const session = connect(`http://127.0.0.1:${daemon.ports['relay/grpc']}`)
  session.on('error', () => {})
  for (let i = 0; i < 20_000 && !session.destroyed; i++) {
    const stream = session.request({
      ':method': 'POST',
      ':path': grpcPaths.logs,
      'content-type': 'application/grpc'
    })
    stream.on('error', () => {})
    stream.close(constants.NGHTTP2_CANCEL)
    if (i % 200 === 0) await setImmediate()
  }
  session.destroy()
  expect((await fetch(`${daemon.admin}/readyz`)).status).toBe(200)
  expect(peakMiB() - before).toBeLessThan(100)
})

test('heads without end', async () => {
  const before = peakMiB()
  const session = connect(`http://127.0.0.1:${daemon.ports['relay/grpc']}`)
  session.on('error', () => {})
  const large = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`x-${i}`, 'y'.repeat(1000)]))
  const ends = Array.from({ length: 50 }, () => {
    const stream = session.request({ ':method': 'POST', ':path': grpcPaths.logs, ...large })
    return new Promise((resolve) => stream.on('error', resolve).on('close', resolve).on('response', resolve))
  })
  await Promise.all(ends)
  session.destroy()
  const [http] = await Promise.allSettled([send(Buffer.alloc(0), large)])
  expect(http.status === 'rejected' || http.value.status === 431).toBe(true)
  expect((await fetch(`${daemon.admin}/readyz`)).status).toBe(200)
  expect(peakMiB() - before).toBeLessThan(50)
})

test('nine hundred connections that say nothing keep nobody out', async () => {
  const port = daemon.ports['relay/http']
  const idle = Array.from({ length: 900 }, () => createConnection(port, '127.0.0.1').on('error', () => {}))
  for (const socket of idle) socket.write('POST /v1/logs HTTP/1.1\r\nhost: x\r\n')
  expect((await send(Buffer.alloc(0))).status).toBe(200)
  for (const socket of idle) socket.destroy()
})

test('messages inside messages, 20,000 deep, are no OTLP', async () => {
  let body = Buffer.alloc(0)
  for (let i = 0; i < 20_000; i++) {
    const { length } = body
    const size =
      length < 128
        ? [length]
        : length < 1 << 14
          ? [(length & 127) | 128, length >> 7]
          : [(length & 127) | 128, ((length >> 7) & 127) | 128, length >> 14]
    body = Buffer.concat([Uint8Array.from([i % 2 === 0 ? 0x2a : 0x0a, ...size]), body])
  }
  expect((await send(body)).status).toBeOneOf([200, 400])
  expect((await fetch(`${daemon.admin}/readyz`)).status).toBe(200)
})
