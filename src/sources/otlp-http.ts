import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { performance } from 'node:perf_hooks'
import { allTaken, type Source } from '../model.ts'
import { encodeResponse, encodeStatus } from '../otlp/messages.ts'
import { contentTypes, type Refusal, refusalOf } from '../otlp/status.ts'
import type { Authorize } from './bearer.ts'
import type { ByteBudget } from './byte-budget.ts'
import { type CorsOptions, createCors } from './cors.ts'
import { type Body, receiveBody } from './http-body.ts'
import { answerUnreadable } from './http-unreadable.ts'
import { createIntake, type Intake } from './intake.ts'
import { type Address, lingering, listen } from './listen.ts'
import { type OtlpFormat, type RequestHead, readHead } from './otlp-http-request.ts'
import { type Reloaded, readTls, reloadTls, type TlsFiles } from './tls.ts'

/** What both of OTLP's protocols have in common. */
export interface OtlpSourceOptions {
  readonly name: string
  readonly address: Address
  /** Several threads listen on one address. */
  readonly reusePort: boolean
  readonly tls: TlsFiles | null
  readonly authorize: Authorize
  /** Longest body, compressed and decompressed. */
  readonly maxBodyBytes: number
  readonly maxConnections: number
  /** How long a request may take when its sender does not say. */
  readonly timeoutMs: number
  /** How long a sender may take to send a request. */
  readonly uploadMs?: number
  /** How long it may take until the head of a request is there, and TLS before that. */
  readonly headMs?: number
  readonly budget: ByteBudget
  /** null: pages in browsers may not send. Only over HTTP. */
  readonly cors?: CorsOptions | null
  /** Told of every request that was answered without success. */
  readonly onRefused: (refusal: Refusal) => void
  readonly onTlsReload: Reloaded
}

/** A source that has its address already, so that mistakes show at the start. */
export interface ListeningSource extends Source {
  readonly port: number
}

const keepAliveMs = 75_000
export const defaultHeadMs = 20_000
/** Of a whole request: one that never ends holds memory that others need. */
export const defaultUploadMs = 60_000

/** OTLP over HTTP. Throws `LISTEN_FAILED`, `CONFIG_INVALID`. */
export async function listenOtlpHttp(options: OtlpSourceOptions): Promise<ListeningSource> {
  const { name, address, reusePort, tls, uploadMs = defaultUploadMs, headMs = defaultHeadMs } = options
  const intake = createIntake()
  const serve = (request: IncomingMessage, response: ServerResponse) => intake.track(handle(request, response))
  const timeouts = {
    keepAliveTimeout: keepAliveMs,
    headersTimeout: headMs,
    requestTimeout: uploadMs,
    connectionsCheckingInterval: Math.min(5000, headMs)
  }
  const server: Server =
    tls === null
      ? createServer(timeouts, serve)
      : createSecureServer({ ...timeouts, ...readTls(tls), handshakeTimeout: headMs }, serve)
  answerUnreadable(server, options.onRefused)
  server.maxConnections = options.maxConnections
  const handle = createHandler(options, intake)
  const stopReload = tls === null ? () => {} : reloadTls(tls, server as never, options.onTlsReload)
  await listen(server, address, reusePort)

  return {
    name,
    port: (server.address() as AddressInfo).port,
    async run(next, signal) {
      await intake.run(next, signal)
      const closed = new Promise((resolve) => server.close(resolve))
      await intake.settled()
      server.closeIdleConnections()
      stopReload()
      await lingering(closed, () => server.closeAllConnections())
    }
  }
}

function createHandler(options: OtlpSourceOptions, intake: Intake) {
  const { authorize, maxBodyBytes, timeoutMs, budget, onRefused } = options
  const cors = options.cors ? createCors(options.cors) : null

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const deadline = performance.now() + timeoutMs
    if (cors !== null) {
      for (const [name, value] of Object.entries(cors.headers(request))) response.setHeader(name, value)
      const preflight = cors.preflight(request)
      if (preflight !== null) return void response.writeHead(204, preflight).end()
    }
    const head = readHead(request, authorize)
    if ('refusal' in head) return refuse(response, head.format, head.refusal, head.headers)
    const hold = budget.open()
    try {
      const body = withoutMark(await receiveBody(request, head.encoding, maxBodyBytes, hold), head.format)
      const receipt = isEmpty(body, head) ? allTaken : await intake.next({ ...body, ...head, deadline, stream: null })
      answer(response, 200, head.format, encodeResponse(receipt, head.signal, head.format))
    } catch (error) {
      refuse(response, head.format, refusalOf(error))
    } finally {
      hold.release()
    }
  }

  function refuse(response: ServerResponse, format: OtlpFormat, refusal: Refusal, headers = {}): void {
    onRefused(refusal)
    const { http, retryAfterMs } = refusal
    const retry = retryAfterMs === null ? {} : { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) }
    answer(response, http, format, encodeStatus(refusal, format), { ...retry, ...headers })
  }

  function answer(response: ServerResponse, status: number, format: OtlpFormat, body: Uint8Array, headers = {}): void {
    const closing = intake.draining ? { connection: 'close' } : {}
    response.writeHead(status, {
      'content-type': contentTypes[format],
      'content-length': body.length,
      ...headers,
      ...closing
    })
    response.end(body)
  }

  return handle
}

/** A byte order mark is no part of JSON, though some send it: it does not go on. */
function withoutMark(body: Body, format: OtlpFormat): Body {
  const { payload } = body
  const marked = format === 'otlp-json' && payload[0] === 0xef && payload[1] === 0xbb && payload[2] === 0xbf
  return marked ? { payload: payload.subarray(3), encoded: null } : body
}

/** A request without any field: `null` stands for that in JSON. It is a success, and nothing to hand on. */
function isEmpty({ payload }: Body, { format }: RequestHead): boolean {
  if (payload.length === 0) return format === 'otlp-proto'
  return format === 'otlp-json' && payload.length < 64 && /^\s*(null|\{\s*\})\s*$/.test(Buffer.from(payload).toString())
}
