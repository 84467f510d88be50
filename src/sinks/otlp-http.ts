import { LogveilError } from '../errors.ts'
import type { Envelope, Sink } from '../model.ts'
import { decodeResponse, decodeStatus } from '../otlp/messages.ts'
import { contentTypes, httpPaths, isRetryableHttp, refusesAll, tooLarge } from '../otlp/status.ts'
import { createEncoder, type DownstreamOptions, type Encoded, scrubbed, timeLeft } from './downstream.ts'
import { openHttp, type Reply } from './http-post.ts'

type OtlpEnvelope = Envelope & { readonly format: 'otlp-proto' | 'otlp-json' }

/** OTLP over HTTP. Throws `CONFIG_INVALID` when a certificate cannot be read. */
export function createOtlpHttpSink(options: DownstreamOptions): Sink {
  const { url, scrub } = options
  const http = openHttp(options)
  const encoder = createEncoder(options.compression)
  const prefix = url.pathname.replace(/\/$/, '')

  function send(envelope: OtlpEnvelope, encoded: Encoded): Promise<Reply> {
    const path = prefix + httpPaths[envelope.signal ?? 'logs']
    return http.post(path, contentTypes[envelope.format], encoded, timeLeft(envelope))
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
      http.close()
    }
  }
}

function isOtlp(envelope: Envelope): envelope is OtlpEnvelope {
  return envelope.format !== 'lines'
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
