import { splitOtlp } from '../codecs/otlp-split.ts'
import { otlpToJson } from '../codecs/otlp-to-json.ts'
import { otlpToProto } from '../codecs/otlp-to-proto.ts'
import { type PipelineConfig, type SinkConfig, sinkName } from '../config/config-schema.ts'
import { LogveilError } from '../errors.ts'
import type { Metrics } from '../metrics.ts'
import type { Envelope, Origin, Sink } from '../model.ts'
import { createFileSink } from '../sinks/file.ts'
import { createHttpLogsSink } from '../sinks/http-logs.ts'
import { elasticsearch, loki, ndjson } from '../sinks/log-shapes.ts'
import { createOtlpGrpcSink } from '../sinks/otlp-grpc.ts'
import { createOtlpHttpSink } from '../sinks/otlp-http.ts'
import { withRetry } from '../sinks/retry.ts'
import { createScrub } from '../sinks/scrub.ts'
import { withSplit } from '../sinks/split.ts'
import { createStdoutSink } from '../sinks/stdout.ts'
import { withTimeout } from '../sinks/timeout.ts'
import type { Continues } from '../sources/records/rules.ts'
import { recordsToOtlp } from '../sources/records/to-otlp.ts'
import { type DurableSink, openDurable } from './run-durable.ts'
import type { EngineOptions } from './run-engine-options.ts'
import { readRule } from './run-layout.ts'

/** A sink with all that a configuration wraps around it, and before it. Throws `CONFIG_INVALID`, `OUTPUT_FAILED`. */
export async function openSink(
  config: SinkConfig,
  pipeline: PipelineConfig,
  metrics: Metrics,
  options: EngineOptions,
  redactLine: (text: string) => string
): Promise<Sink | DurableSink> {
  const sink = await createSink(config, pipeline.name, metrics, options, redactLine)
  const { durable } = pipeline
  const opened = durable === null ? sink : await openDurable(sink, config, { ...pipeline, durable }, metrics, options)
  if (!takesRecords(config)) return opened
  const { source } = pipeline
  return takesLines(opened, source.type === 'files' ? readRule(source) : null, redactLine)
}

/** Sinks of records, which lines have to become; others take lines as they are. */
export function takesRecords({ type }: SinkConfig): boolean {
  return type === 'otlp' || type === 'http'
}

/** Lines become records of OTLP on the way; where they come from is redacted as they are. */
function takesLines<S extends Sink>(sink: S, continues: Continues | null, redactLine: (text: string) => string): S {
  const resources = new WeakMap<Origin, Record<string, string>>()
  const resourceOf = (origin: Origin): Record<string, string> => {
    const known = resources.get(origin)
    if (known !== undefined) return known
    const entries = Object.entries(origin.resource).map(([name, value]) => [name, redactLine(value)])
    const made = Object.fromEntries(entries)
    resources.set(origin, made)
    return made
  }
  return {
    ...sink,
    write(envelope) {
      if (envelope.format !== 'lines') return sink.write(envelope)
      const { payload, origin = noOrigin } = envelope
      const options = { format: origin.format, continues, resource: resourceOf(origin), observedMs: Date.now() }
      return sink.write({ ...envelope, payload: recordsToOtlp(payload, options), format: 'otlp-proto', signal: 'logs' })
    }
  }
}

const noOrigin: Origin = { resource: {}, format: 'plain' }

async function createSink(
  config: SinkConfig,
  pipeline: string,
  metrics: Metrics,
  { write }: EngineOptions,
  redactLine: (text: string) => string
): Promise<Sink> {
  const measured = (sink: Sink) => withMetrics(sink, pipeline, metrics)
  if (config.type === 'stdout') return measured(createStdoutSink({ write, toJson }))
  if (config.type === 'file')
    return measured(createFileSink({ path: config.path, maxBytes: config.maxBytes, keep: config.keep, toJson }))
  if (config.type === 'kafka') {
    const { kafkaSink } = await import('./run-kafka.ts')
    return measured(kafkaSink(config))
  }
  const url = new URL(config.url)
  const options = {
    name: sinkName(config),
    url,
    headers: lowerCased(config.headers),
    tls: config.tls,
    compression: config.compression === 'none' ? ('identity' as const) : config.compression,
    scrub: createScrub(redactLine)
  }
  const counted = { pipeline, sink: options.name }
  metrics.retries.inc(counted, 0)
  const retries = { ...config.retry, onRetry: () => metrics.retries.inc(counted) }
  if (config.type === 'http') {
    const shape = { ndjson, loki, elasticsearch: elasticsearch(config.index) }[config.format]
    const answersEach = config.format === 'elasticsearch'
    const bare = createHttpLogsSink({ ...options, shape, answersEach, toJson })
    return measured(withTimeout(withRetry(bare, retries), config.timeoutMs))
  }
  const bare = /^grpc/.test(url.protocol) ? createOtlpGrpcSink({ ...options, toProto }) : createOtlpHttpSink(options)
  return measured(withTimeout(withSplit(withRetry(bare, retries), split), config.timeoutMs))
}

function withMetrics(sink: Sink, pipeline: string, { delivery }: Metrics): Sink {
  return {
    ...sink,
    async write(envelope) {
      const begin = performance.now()
      try {
        return await sink.write(envelope)
      } finally {
        delivery.observe({ labels: { pipeline, sink: sink.name }, value: (performance.now() - begin) / 1000 })
      }
    }
  }
}

/** HTTP/2 takes no others. */
function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}

function toJson({ payload, signal }: Envelope): string {
  return otlpToJson(payload, signal ?? 'logs')
}

function toProto({ payload, signal }: Envelope): Uint8Array {
  return otlpToProto(payload, signal ?? 'logs')
}

/** JSON becomes protobuf on the way, which every backend takes as well. */
function split(envelope: Envelope): readonly [Envelope, Envelope] | null {
  const { format, signal, payload } = envelope
  if (format === 'lines' || signal === null) throw new LogveilError('DELIVERY_FAILED', 'lines are not split')
  const halves = splitOtlp(format === 'otlp-json' ? toProto(envelope) : payload, signal)
  if (halves === null) return null
  const part = (half: Uint8Array): Envelope => ({ ...envelope, payload: half, format: 'otlp-proto', encoded: null })
  return [part(halves[0]), part(halves[1])]
}
