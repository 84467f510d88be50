import type { IncomingHttpHeaders } from 'node:http2'
import { LogveilError } from '../errors.ts'
import type { Envelope, Sink } from '../model.ts'
import { decodeMessage } from '../otlp/grpc.ts'
import { decodeResponse, decodeStatus } from '../otlp/messages.ts'
import { grpcCodes, isRetryableGrpc, refusesAll, tooLarge } from '../otlp/status.ts'
import { createEncoder, type DownstreamOptions, type Encoded, scrubbed, timeLeft } from './downstream.ts'
import { call, type GrpcReply } from './grpc-call.ts'
import { createGrpcConnection } from './grpc-connection.ts'

export interface GrpcDownstreamOptions extends DownstreamOptions {
  /** OTLP/JSON as OTLP/protobuf: gRPC carries no other. */
  readonly toProto: (envelope: Envelope) => Uint8Array
}

/** OTLP over gRPC; `grpc:` is without TLS, `grpcs:` with. Throws `CONFIG_INVALID` when a certificate cannot be read. */
export function createOtlpGrpcSink(options: GrpcDownstreamOptions): Sink {
  const { headers, scrub, toProto } = options
  const connection = createGrpcConnection(options)
  const encoder = createEncoder(options.compression)

  function send(envelope: Envelope, encoded: Encoded): Promise<GrpcReply> {
    const signal = envelope.signal ?? 'logs'
    return call(connection, { signal, headers, ...encoded, leftMs: timeLeft(envelope) })
  }

  async function sendOrPlain(envelope: Envelope): Promise<GrpcReply> {
    const encoded = await encoder.encode(envelope)
    const reply = await send(envelope, encoded)
    if (statusOf(reply) !== grpcCodes.unimplemented || encoded.encoding === 'identity') return reply
    encoder.refuse(encoded.encoding)
    return send(envelope, { bytes: envelope.payload, encoding: 'identity' })
  }

  return {
    name: options.name,
    async write(envelope) {
      if (envelope.format === 'lines') throw new LogveilError('DELIVERY_FAILED', 'OTLP cannot carry lines')
      const sent: Envelope =
        envelope.format === 'otlp-proto'
          ? envelope
          : { ...envelope, payload: toProto(envelope), format: 'otlp-proto', encoded: null }
      const reply = await sendOrPlain(sent)
      if (statusOf(reply) !== grpcCodes.ok) throw refused(reply, scrub)
      return scrubbed(decodeResponse(reply.message, sent.signal ?? 'logs', 'otlp-proto'), scrub)
    },
    async close() {
      connection.close()
    }
  }
}

/** Without a `grpc-status`, what the HTTP status of some proxy stands for. */
function statusOf({ trailers, httpStatus }: GrpcReply): number {
  const status = trailers['grpc-status']
  if (typeof status === 'string' && /^\d{1,2}$/.test(status)) return Number(status)
  return codeByHttp[httpStatus] ?? grpcCodes.unknown
}

const codeByHttp: Readonly<Record<number, number>> = {
  400: grpcCodes.internal,
  401: grpcCodes.unauthenticated,
  403: grpcCodes.permissionDenied,
  404: grpcCodes.unimplemented,
  429: grpcCodes.unavailable,
  502: grpcCodes.unavailable,
  503: grpcCodes.unavailable,
  504: grpcCodes.unavailable
}

/** A refusal keeps its class: for good or not, and when to come back. */
function refused(reply: GrpcReply, scrub: (text: string) => string): LogveilError {
  const code = statusOf(reply)
  const { text, retryAfterMs } = explanation(reply.trailers)
  const message = `the downstream answered with gRPC status ${code}${text === '' ? '' : `: ${scrub(text)}`}`
  if (isRetryableGrpc(code, retryAfterMs)) {
    const throttled = code === grpcCodes.resourceExhausted
    return new LogveilError(throttled ? 'OVERLOADED' : 'DELIVERY_FAILED', message, { retryable: true, retryAfterMs })
  }
  if (code === grpcCodes.resourceExhausted) return new LogveilError('PAYLOAD_INVALID', message, { cause: tooLarge })
  if (refusingAll.has(code)) return new LogveilError('DELIVERY_FAILED', message, { cause: refusesAll })
  return new LogveilError(code === grpcCodes.invalidArgument ? 'PAYLOAD_INVALID' : 'DELIVERY_FAILED', message)
}

const refusingAll: ReadonlySet<number> = new Set([
  grpcCodes.notFound,
  grpcCodes.permissionDenied,
  grpcCodes.unimplemented,
  grpcCodes.unauthenticated
])

function explanation(trailers: IncomingHttpHeaders): { text: string; retryAfterMs: number | null } {
  const details = trailers['grpc-status-details-bin']
  const status = decodeStatus(Buffer.from(typeof details === 'string' ? details : '', 'base64'), 'otlp-proto')
  const message = trailers['grpc-message']
  return {
    text: typeof message === 'string' ? decodeMessage(message) : status.message,
    retryAfterMs: status.retryAfterMs
  }
}
