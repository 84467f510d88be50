import { Agent, type IncomingMessage, type RequestOptions, request } from 'node:http'
import { Agent as SecureAgent, request as secureRequest } from 'node:https'
import { LogveilError } from '../errors.ts'
import type { Envelope, Sink } from '../model.ts'
import { decodeResponse, decodeStatus } from '../otlp/messages.ts'
import { contentTypes, httpPaths, isRetryableHttp, refusesAll, tooLarge } from '../otlp/status.ts'
import {
  createEncoder,
  type DownstreamOptions,
  type Encoded,
  maxReplyBytes,
  readClientTls,
  replyTooLarge,
  scrubbed,
  timedOut,
  timeLeft,
  unreachable
} from './downstream.ts'

type OtlpEnvelope = Envelope & { readonly format: 'otlp-proto' | 'otlp-json' }

export interface Reply {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: Uint8Array
}

/** OTLP over HTTP. Throws `CONFIG_INVALID` when a certificate cannot be read. */
export function createOtlpHttpSink(options: DownstreamOptions): Sink {
  const { url, headers, scrub } = options
  const secure = url.protocol === 'https:'
  const agent = secure
    ? new SecureAgent({ keepAlive: true, ...readClientTls(options.tls) })
    : new Agent({ keepAlive: true })
  const encoder = createEncoder(options.compression)
  const base = { agent, method: 'POST', protocol: url.protocol, hostname: hostOf(url), port: url.port }
  const prefix = url.pathname.replace(/\/$/, '')

  async function send(envelope: OtlpEnvelope, { bytes, encoding }: Encoded): Promise<Reply> {
    return post(secure ? secureRequest : request, bytes, timeLeft(envelope), {
      ...base,
      path: prefix + httpPaths[envelope.signal ?? 'logs'],
      headers: {
        ...headers,
        'content-type': contentTypes[envelope.format],
        'content-length': bytes.length,
        ...(encoding === 'identity' ? {} : { 'content-encoding': encoding })
      }
    })
  }

  async function sendOrPlain(envelope: OtlpEnvelope): Promise<Reply> {
    const encoded = await encoder.encode(envelope)
    const reply = await send(envelope, encoded)
    if (reply.status !== 415 || encoded.encoding === 'identity') return reply
    encoder.refuse(encoded.encoding)
    return send(envelope, { bytes: envelope.payload, encoding: 'identity' })
  }

  return {
    name: options.name,
    async write(envelope) {
      if (!isOtlp(envelope)) throw new LogveilError('DELIVERY_FAILED', 'OTLP cannot carry lines')
      const reply = await sendOrPlain(envelope)
      if (reply.status < 200 || reply.status > 299) throw refused(reply, scrub)
      return scrubbed(decodeResponse(reply.body, envelope.signal ?? 'logs', formatOf(reply, envelope.format)), scrub)
    },
    async close() {
      agent.destroy()
    }
  }
}

function isOtlp(envelope: Envelope): envelope is OtlpEnvelope {
  return envelope.format !== 'lines'
}

/** Without the brackets that URLs write around IPv6. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '')
}

export function post(send: typeof request, body: Uint8Array, leftMs: number, options: RequestOptions): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = send(options, (response) => receive(response).then(resolve, fail))
    const timer = leftMs === Number.POSITIVE_INFINITY ? undefined : setTimeout(expire, leftMs)
    function expire(): void {
      reject(timedOut())
      sent.destroy()
    }
    // A connection kept alive may end just as it is used: that says nothing of the downstream, so try at once.
    function fail(error: unknown): void {
      reject(error instanceof LogveilError ? error : unreachable(error, sent.reusedSocket ? 0 : null))
    }
    sent.on('error', fail)
    sent.on('close', () => clearTimeout(timer))
    sent.end(body)
  })
}

function receive(response: IncomingMessage): Promise<Reply> {
  const { statusCode: status = 0, headers } = response
  const chunks: Buffer[] = []
  let size = 0
  return new Promise((resolve, reject) => {
    response.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= maxReplyBytes) return void chunks.push(chunk)
      reject(replyTooLarge())
      response.destroy()
    })
    response.on('end', () => resolve({ status, headers, body: Buffer.concat(chunks) }))
    response.on('error', reject)
  })
}

function formatOf({ headers }: Reply, fallback: 'otlp-proto' | 'otlp-json'): 'otlp-proto' | 'otlp-json' {
  const type = headers['content-type'] ?? ''
  return type.startsWith('application/json') ? 'otlp-json' : type.includes('protobuf') ? 'otlp-proto' : fallback
}

/** A refusal keeps its class: for good or not, and when to come back. */
export function refused(reply: Reply, scrub: (text: string) => string): LogveilError {
  const { status } = reply
  const said = decodeStatus(reply.body, formatOf(reply, 'otlp-json'))
  const message = `the downstream answered ${status}${said.message === '' ? '' : `: ${scrub(said.message)}`}`
  if (status === 413) return new LogveilError('PAYLOAD_INVALID', message, { cause: tooLarge })
  if (status === 400) return new LogveilError('PAYLOAD_INVALID', message)
  if (status === 401 || status === 403 || status === 404)
    return new LogveilError('DELIVERY_FAILED', message, { cause: refusesAll })
  const retryAfterMs = retryAfter(reply) ?? said.retryAfterMs
  const retryable = isRetryableHttp(status)
  return new LogveilError(status === 429 ? 'OVERLOADED' : 'DELIVERY_FAILED', message, { retryable, retryAfterMs })
}

const maxRetrySeconds = 86_400

/** Seconds, or a date. */
function retryAfter({ headers }: Reply): number | null {
  const value = headers['retry-after']
  if (value === undefined) return null
  if (/^\d+$/.test(value)) return Math.min(Number(value), maxRetrySeconds) * 1000
  const at = Date.parse(value)
  return Number.isNaN(at) ? null : Math.max(0, at - Date.now())
}
