import { writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { connect } from 'node:tls'
import { credentials } from '@grpc/grpc-js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LogveilError } from '../../src/errors.ts'
import { listenOtlpGrpc } from '../../src/sources/otlp-grpc.ts'
import { listenOtlpHttp } from '../../src/sources/otlp-http.ts'
import { readTls, reloadTls } from '../../src/sources/tls.ts'
import { temporaryDirectory } from '../cli/spawn.ts'
import { createAuthority } from './certificate.ts'
import { createGrpcClient } from './grpc-client.ts'
import { grpcSink, httpSink, type Relay, startRelay } from './relay.ts'

const { path, remove } = temporaryDirectory()
const authority = createAuthority('test authority')
const server = authority.issue('server')
const client = authority.issue('client')
const stranger = createAuthority('other authority').issue('stranger')
const write = (name: string, text: string) => {
  writeFileSync(path(name), text)
  return path(name)
}
const files = {
  certFile: write('server.pem', server.cert),
  keyFile: write('server.key', server.key),
  clientCaFile: null as string | null
}
const mutual = { ...files, clientCaFile: write('ca.pem', authority.cert) }
const clientFiles = {
  caFile: mutual.clientCaFile,
  certFile: write('client.pem', client.cert),
  keyFile: write('client.key', client.key)
}
const noCertificate = { ...clientFiles, certFile: null, keyFile: null }

const payload = Uint8Array.from([10, 10, 18, 8, 18, 6, 42, 4, 10, 2, 104, 105])
const deadline = () => performance.now() + 30_000
const envelope = () =>
  ({ payload, format: 'otlp-proto', signal: 'logs', encoded: null, deadline: deadline(), stream: null }) as const
const full = { rejected: 0, message: '' }
const memory = { name: 'memory', write: async () => full, close: async () => {} }

let relays: Relay[]
let [http, httpMutual, grpc, grpcMutual]: URL[] = []
beforeAll(async () => {
  relays = await Promise.all([
    startRelay({ sink: memory, source: { tls: files } }, listenOtlpHttp, 'https'),
    startRelay({ sink: memory, source: { tls: mutual } }, listenOtlpHttp, 'https'),
    startRelay({ sink: memory, source: { tls: files } }, listenOtlpGrpc, 'grpcs'),
    startRelay({ sink: memory, source: { tls: mutual } }, listenOtlpGrpc, 'grpcs')
  ])
  ;[http, httpMutual, grpc, grpcMutual] = relays.map(({ url }) => new URL(url))
})
afterAll(async () => {
  await Promise.all(relays.map((relay) => relay.stop()))
  remove()
})

describe('our sinks to our sources', () => {
  test('HTTP and gRPC over TLS', async () => {
    for (const sink of [httpSink(http, { tls: noCertificate }), grpcSink(grpc, { tls: noCertificate })]) {
      expect(await sink.write(envelope())).toEqual(full)
      await sink.close()
    }
  })

  test('with a certificate of ours, where it is asked for', async () => {
    for (const sink of [httpSink(httpMutual, { tls: clientFiles }), grpcSink(grpcMutual, { tls: clientFiles })]) {
      expect(await sink.write(envelope())).toEqual(full)
      await sink.close()
    }
  })

  test('without one, or with one of a stranger, there is no connection', async () => {
    const strange = {
      ...clientFiles,
      certFile: write('stranger.pem', stranger.cert),
      keyFile: write('stranger.key', stranger.key)
    }
    for (const tls of [noCertificate, strange]) {
      for (const sink of [httpSink(httpMutual, { tls }), grpcSink(grpcMutual, { tls })]) {
        await expect(sink.write(envelope())).rejects.toMatchObject({ code: 'DELIVERY_FAILED', retryable: true })
        await sink.close()
      }
    }
  })

  test('a server that nobody vouches for is not talked to', async () => {
    for (const sink of [httpSink(http), grpcSink(grpc)]) {
      await expect(sink.write(envelope())).rejects.toMatchObject({ code: 'DELIVERY_FAILED' })
      await sink.close()
    }
  })
})

test('grpc-js over TLS', async () => {
  const channel = credentials.createSsl(Buffer.from(authority.cert), Buffer.from(client.key), Buffer.from(client.cert))
  const caller = createGrpcClient(grpcMutual.href, channel)
  expect(await caller.call(payload)).toMatchObject({ ok: true })
  caller.close()
})

describe('files', () => {
  test('that do not fit are told at the start', () => {
    expect(() => readTls({ ...files, keyFile: clientFiles.keyFile })).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: expect.stringMatching(/are no certificate with its key$/)
      })
    )
    expect(() => readTls({ ...files, certFile: '/nowhere.pem' })).toThrow('cannot read /nowhere.pem (ENOENT)')
  })

  test('that change are read again for new connections; bad ones are told, and the old ones stay', async () => {
    const own = { certFile: write('own.pem', server.cert), keyFile: write('own.key', server.key), clientCaFile: null }
    const events: (LogveilError | null)[] = []
    const { createServer } = await import('node:https')
    const secure = createServer(readTls(own), (_, response) => response.end())
    await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve))
    const { port } = secure.address() as { port: number }
    const stop = reloadTls(own, secure, (error) => events.push(error), 20)
    const subject = () =>
      new Promise<string>((resolve) => {
        const socket = connect({ port, host: '127.0.0.1', ca: authority.cert }, () => {
          resolve(String(socket.getPeerCertificate().subject.CN))
          socket.destroy()
        })
      })
    expect(await subject()).toBe('server')

    const renewed = authority.issue('renewed')
    write('own.pem', renewed.cert)
    write('own.key', renewed.key)
    await expect.poll(subject).toBe('renewed')

    // Both files changed, so that the good certificate may be told once more.
    write('own.pem', 'no certificate')
    await expect.poll(() => events.at(-1)).toMatchObject({ code: 'CONFIG_INVALID' })
    expect(await subject()).toBe('renewed')
    stop()
    secure.close()
  })
})

test('plain HTTP to a TLS port gets no answer, and harms nobody', async () => {
  await expect(fetch(`http://127.0.0.1:${http.port}/v1/logs`, { method: 'POST' })).rejects.toThrow()
  const status = await new Promise((resolve, reject) =>
    request(
      new URL('/v1/logs', http),
      { method: 'POST', ca: authority.cert, headers: { 'content-type': 'application/x-protobuf' } },
      (response) => {
        response.resume()
        resolve(response.statusCode)
      }
    )
      .on('error', reject)
      .end(payload)
  )
  expect(status).toBe(200)
})
