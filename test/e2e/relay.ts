import { createMetrics, type Metrics } from '../../src/metrics.ts'
import type { Sink } from '../../src/model.ts'
import { type Redact, runPipeline } from '../../src/pipeline.ts'
import type { Redacted } from '../../src/redactor.ts'
import { createOtlpGrpcSink } from '../../src/sinks/otlp-grpc.ts'
import { createOtlpHttpSink } from '../../src/sinks/otlp-http.ts'
import { withRetry } from '../../src/sinks/retry.ts'
import { createAuthorize } from '../../src/sources/bearer.ts'
import { createByteBudget } from '../../src/sources/byte-budget.ts'
import { listenOtlpGrpc } from '../../src/sources/otlp-grpc.ts'
import { type ListeningSource, listenOtlpHttp, type OtlpSourceOptions } from '../../src/sources/otlp-http.ts'

/** A relay within the test's process: the parts of `logveil relay`, without its configuration. */
export interface Relay {
  readonly url: string
  readonly metrics: Metrics
  readonly budgetUsed: () => number
  stop(): Promise<void>
}

export interface RelayOptions {
  readonly sink: Sink
  readonly redact?: Redact
  readonly source?: Partial<OtlpSourceOptions>
  readonly maxInFlightBytes?: number
}

/** Redacts nothing and counts every batch as one record. */
export const passAll: Redact = ({ payload }) => unchanged(payload)

export function unchanged(payload: Uint8Array): Redacted {
  return {
    payload,
    findings: [],
    records: 1,
    withheld: { depth: 0, size: 0, effort: 0, error: 0, unknown: 0 } as never,
    dropped: 0
  }
}

export function sourceOptions(name: string, maxInFlightBytes = 1 << 28): OtlpSourceOptions {
  return {
    name,
    address: { host: '127.0.0.1', port: 0 },
    reusePort: false,
    tls: null,
    authorize: createAuthorize([]),
    maxBodyBytes: 1 << 26,
    maxConnections: 1000,
    timeoutMs: 5000,
    budget: createByteBudget(maxInFlightBytes),
    onRefused() {},
    onTlsReload() {}
  }
}

export function httpSink(url: URL, options: Partial<Parameters<typeof createOtlpHttpSink>[0]> = {}): Sink {
  return createOtlpHttpSink({
    name: 'backend',
    url,
    headers: {},
    tls: { caFile: null, certFile: null, keyFile: null },
    compression: 'identity',
    scrub: (text) => text,
    ...options
  })
}

export function retried(sink: Sink): Sink {
  return withRetry(sink, { initialMs: 10, maxMs: 50, onRetry() {} })
}

export async function startHttpRelay(options: RelayOptions): Promise<Relay> {
  return startRelay(options, listenOtlpHttp, 'http')
}

export async function startRelay(
  { sink, redact = passAll, source = {}, maxInFlightBytes }: RelayOptions,
  listen: (options: OtlpSourceOptions) => Promise<ListeningSource>,
  scheme: string
): Promise<Relay> {
  const options = { ...sourceOptions('otlp', maxInFlightBytes), ...source }
  const listening = await listen(options)
  const abort = new AbortController()
  const metrics = createMetrics()
  const running = runPipeline({ name: 'test', sources: [listening], redact, sink, metrics }, abort.signal)
  return {
    url: `${scheme}://127.0.0.1:${listening.port}`,
    metrics,
    budgetUsed: () => options.budget.used,
    async stop() {
      abort.abort()
      await running
    }
  }
}

export function grpcSink(url: URL, options: Partial<Parameters<typeof createOtlpGrpcSink>[0]> = {}): Sink {
  return createOtlpGrpcSink({
    name: 'backend',
    url,
    headers: {},
    tls: { caFile: null, certFile: null, keyFile: null },
    compression: 'identity',
    scrub: (text) => text,
    toProto: ({ payload }) => payload,
    ...options
  })
}

export async function startGrpcRelay(options: RelayOptions): Promise<Relay> {
  return startRelay(options, listenOtlpGrpc, 'http')
}
