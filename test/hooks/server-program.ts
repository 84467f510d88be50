// A server that logs its requests, and its only client, started by server.test.ts: SERVER LOGGER END COUNT FILE. Every request holds secrets in its
// address and headers, of which the handler logs more, by child loggers and in errors.

import { createServer, request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import Fastify, { type FastifyBaseLogger } from 'fastify'
import pino, { type DestinationStream, type Logger } from 'pino'
import { pinoHttp } from 'pino-http'
import { streamWrite } from '../../src/pino.ts'
import { secretOf } from './pino-secrets.ts'

const [server, logger, end, count, file] = process.argv.slice(2)
const target = fileURLToPath(new URL('../../src/pino.ts', import.meta.url))
const hooks = () => ({ streamWrite: streamWrite() })
const toFile = { target: 'pino/file', options: { destination: file } }

/** Options of pino, and where it writes. */
const loggers: Record<string, () => [object, DestinationStream]> = {
  hook: () => [{ hooks: hooks() }, pino.destination({ dest: file, sync: true })],
  'hook, targets': () => [{ hooks: hooks() }, pino.transport({ targets: [toFile, { target: 'pino/file' }] })],
  'hook, multistream': () => [
    { hooks: hooks() },
    pino.multistream([{ stream: pino.destination({ dest: file, sync: true }) }, { stream: process.stdout }])
  ],
  transport: () => [{}, pino.transport({ target, options: { destination: file } })],
  'transport, pipeline': () => [{}, pino.transport({ pipeline: [{ target }, toFile] })]
}

function handle(log: Logger, n: number): void {
  log.child({ n, session: { password: `Maple-${n}-syrup` } }).warn('looked up %s', secretOf(n))
  if (n % 5 === 0) log.error(new Error(`n=${n} failed at https://x:${secretOf(n)}@example.test/`))
}

/** Starts the server; resolves to its port and how it is closed. */
async function listen(): Promise<{ port: number; close(): Promise<unknown> }> {
  const [options, stream] = loggers[logger]()
  if (server === 'fastify') {
    const app = Fastify({ loggerInstance: pino(options, stream) as FastifyBaseLogger })
    app.get('/a', async (request) => {
      request.log.info({ headers: request.headers }, 'asked')
      handle(request.log as never, Number(request.headers['x-n']))
      return 'ok'
    })
    await app.listen({ port: 0, host: '127.0.0.1' })
    return { port: (app.server.address() as AddressInfo).port, close: () => app.close() }
  }
  const logged = pinoHttp(options, stream)
  const plain = createServer((request, response) => {
    logged(request, response)
    handle(request.log, Number(request.headers['x-n']))
    response.end('ok')
  })
  await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve))
  return { port: (plain.address() as AddressInfo).port, close: async () => plain.close() }
}

function ask(port: number, n: number): Promise<void> {
  const path = `/a?n=${n}&access_token=${secretOf(n)}`
  const headers = { 'x-n': String(n), authorization: `Bearer ${secretOf(n)}`, cookie: `session=${secretOf(n)}` }
  return new Promise((resolve, reject) => {
    httpRequest({ host: '127.0.0.1', port, path, headers, agent: false }, (response) => {
      response.resume().on('end', resolve)
    })
      .on('error', reject)
      .end()
  })
}

const { port, close } = await listen()
if (end === 'SIGTERM') process.on('SIGTERM', () => close().then(() => process.exit(0)))
for (let n = 0; n < Number(count); n++) await ask(port, n)
if (end === 'close') await close()
if (end === 'exit') process.exit(3)
if (end === 'crash')
  setImmediate(() => {
    throw new Error('crash')
  })
if (end === 'rejection') void Promise.reject(new Error('crash'))
if (end === 'SIGTERM') process.kill(process.pid, 'SIGTERM')
