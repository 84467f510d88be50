// What a relay is measured against and with, each as a process: `node bench/relay-peers.ts ROLE [DOWNSTREAM]`. Prints its port.

import { Agent, createServer, request } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { Client, credentials, Server, ServerCredentials } from '@grpc/grpc-js'

export type Role = keyof typeof roles

const roles = {
  'http-backend': httpBackend,
  'grpc-backend': grpcBackend,
  'http-relay': httpRelay,
  'grpc-relay': grpcRelay
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [role, downstream = ''] = process.argv.slice(2)
  process.stdout.write(`${await roles[role as Role](downstream)}\n`)
}

/** Answers every batch with success; GET tells the last one. */
async function httpBackend(): Promise<number> {
  let last: Buffer = Buffer.alloc(0)
  const server = createServer((incoming, response) => {
    if (incoming.method === 'GET') return void response.end(last)
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      last = Buffer.concat(chunks)
      response.writeHead(200, { 'content-type': 'application/x-protobuf', 'content-length': 0 }).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

/** The same over HTTP/2, as little of gRPC as there has to be; the last one is told to calls without a body. */
async function grpcBackend(): Promise<number> {
  let last: Buffer = Buffer.alloc(0)
  const settings = { initialWindowSize: 1 << 22, maxConcurrentStreams: 1000 }
  const server = createHttp2Server({ settings, maxSessionMemory: Number.MAX_SAFE_INTEGER })
  server.on('session', (session) => session.setLocalWindowSize(1 << 22))
  server.on('stream', (stream) => {
    const chunks: Buffer[] = []
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('end', () => {
      const body = Buffer.concat(chunks)
      const answer = body.length === 0 ? last : Buffer.alloc(5)
      if (body.length > 0) last = body
      stream.respond({ ':status': 200, 'content-type': 'application/grpc+proto' }, { waitForTrailers: true })
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
      stream.end(answer)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

/** The least that a relay over HTTP can do: bytes in, bytes out, the answer back. */
async function httpRelay(downstream: string): Promise<number> {
  const agent = new Agent({ keepAlive: true })
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      const body = Buffer.concat(chunks)
      const headers = { 'content-type': incoming.headers['content-type'], 'content-length': body.length }
      const sent = request(downstream + incoming.url, { agent, method: 'POST', headers }, (answer) => {
        const parts: Buffer[] = []
        answer.on('data', (chunk: Buffer) => parts.push(chunk))
        answer.on('end', () => response.writeHead(answer.statusCode ?? 500, answer.headers).end(Buffer.concat(parts)))
      })
      sent.end(body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

/** The same with grpc-js, whose functions for messages do nothing. */
async function grpcRelay(downstream: string): Promise<number> {
  const path = '/opentelemetry.proto.collector.logs.v1.LogsService/Export'
  const same = (bytes: Buffer) => bytes
  const client = new Client(downstream, credentials.createInsecure(), { 'grpc.max_send_message_length': -1 })
  const server = new Server({ 'grpc.max_receive_message_length': -1 })
  const functions = {
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same
  }
  server.addService({ export: { path, requestStream: false, responseStream: false, ...functions } } as never, {
    export: ((call: { request: Buffer }, callback: (error: Error | null, message?: Buffer) => void) =>
      client.makeUnaryRequest(path, same, same, call.request, callback as never)) as never
  })
  return new Promise((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port)
    )
  )
}
