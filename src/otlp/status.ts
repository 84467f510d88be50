import { LogveilError } from '../errors.ts'
import type { Signal } from '../model.ts'

/** Paths of OTLP over HTTP. */
export const httpPaths: Readonly<Record<Signal, string>> = {
  logs: '/v1/logs',
  traces: '/v1/traces',
  metrics: '/v1/metrics'
}

/** Paths of OTLP's gRPC methods. */
export const grpcPaths: Readonly<Record<Signal, string>> = {
  logs: '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
  traces: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
  metrics: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export'
}

export const contentTypes = { 'otlp-proto': 'application/x-protobuf', 'otlp-json': 'application/json' } as const

/** The gRPC status codes that OTLP gives a meaning, by their number on the wire. */
export const grpcCodes = {
  ok: 0,
  cancelled: 1,
  unknown: 2,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  permissionDenied: 7,
  resourceExhausted: 8,
  aborted: 10,
  outOfRange: 11,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  dataLoss: 15,
  unauthenticated: 16
} as const

/** How a request is refused, over either protocol. */
export interface Refusal {
  /** HTTP status. */
  readonly http: number
  /** gRPC status code. */
  readonly grpc: number
  readonly message: string
  /** When it is worth trying again, in ms; null: never, or nobody knows. */
  readonly retryAfterMs: number | null
}

/** Marks, as its `cause`, the failure of a batch that is larger than somebody takes: its halves may still go. */
export const tooLarge = Symbol('too large')

/** Marks, as its `cause`, a failure that speaks of our credentials or our URL, not of the batch: it is refused whatever it is. */
export const refusesAll = Symbol('refuses all')

/** Told to senders when nobody knows better. */
const defaultRetryAfterMs = 1000

/**
 * What a failure means to whoever sent the batch. Retryable ones always say when to come back: without that, gRPC senders take
 * RESOURCE_EXHAUSTED for final, and others hammer. Errors that are not ours are told as such: their texts may quote input.
 */
export function refusalOf(error: unknown): Refusal {
  if (!(error instanceof LogveilError)) return refusal(500, grpcCodes.internal, 'internal error')
  const { retryable, retryAfterMs, message } = error
  const [http, grpc] = statusesOf(error)
  return { http, grpc, message, retryAfterMs: retryable ? (retryAfterMs ?? defaultRetryAfterMs) : null }
}

function statusesOf({ code, retryable, cause }: LogveilError): [http: number, grpc: number] {
  if (cause === tooLarge) return [413, grpcCodes.resourceExhausted]
  if (code === 'OVERLOADED') return [429, grpcCodes.resourceExhausted]
  if (retryable) return [503, grpcCodes.unavailable]
  if (code === 'PAYLOAD_INVALID') return [400, grpcCodes.invalidArgument]
  if (code === 'UNAUTHORIZED') return [401, grpcCodes.unauthenticated]
  return [500, grpcCodes.internal]
}

/** A refusal for good. */
export function refusal(http: number, grpc: number, message: string): Refusal {
  return { http, grpc, message, retryAfterMs: null }
}

/** Whether a sender may try again, as the OTLP specification lists the codes. */
export function isRetryableGrpc(code: number, retryAfterMs: number | null): boolean {
  return retryableGrpc.has(code) || (code === grpcCodes.resourceExhausted && retryAfterMs !== null)
}

const retryableGrpc: ReadonlySet<number> = new Set([
  grpcCodes.cancelled,
  grpcCodes.deadlineExceeded,
  grpcCodes.aborted,
  grpcCodes.outOfRange,
  grpcCodes.unavailable,
  grpcCodes.dataLoss
])

/** Whether a sender may try again, as the OTLP specification lists the statuses. */
export function isRetryableHttp(status: number): boolean {
  return status === 429 || status === 502 || status === 503 || status === 504
}
