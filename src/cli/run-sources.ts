import type { OtlpSourceConfig, PipelineConfig } from '../config/config-schema.ts'
import type { Metrics } from '../metrics.ts'
import type { Source } from '../model.ts'
import { createAuthorize } from '../sources/bearer.ts'
import type { ByteBudget } from '../sources/byte-budget.ts'
import { listenOtlpGrpc } from '../sources/otlp-grpc.ts'
import { type ListeningSource, listenOtlpHttp, type OtlpSourceOptions } from '../sources/otlp-http.ts'
import type { EngineOptions } from './run-engine.ts'
import { openFiles, type Rules } from './run-files.ts'
import { readRule } from './run-layout.ts'

/** The sources of a pipeline, listening or ready to. Throws `LISTEN_FAILED`, `CONFIG_INVALID`, `OUTPUT_FAILED`. */
export async function openSources(
  { name, source, sinks }: PipelineConfig,
  budget: ByteBudget,
  metrics: Metrics,
  options: EngineOptions,
  rules: Rules
): Promise<(Source | ListeningSource)[]> {
  if (source.type === 'files') {
    // Where lines leave as they are, they need not wait for each other.
    const continues = sinks.some(({ type }) => type === 'otlp') ? readRule(source) : null
    return [openFiles(name, source, metrics, options, rules, continues)]
  }
  // Topics are read by a stage of their own.
  return source.type === 'otlp' ? listenAll(name, source, budget, metrics, options) : []
}

async function listenAll(
  name: string,
  source: OtlpSourceConfig,
  budget: ByteBudget,
  metrics: Metrics,
  { reusePort, report }: EngineOptions
): Promise<ListeningSource[]> {
  const options = (protocol: 'http' | 'grpc', address: string): OtlpSourceOptions => ({
    name: `${name}/${protocol}`,
    address: parseAddress(address),
    reusePort,
    tls: source.tls,
    authorize: createAuthorize(source.bearerTokens),
    maxBodyBytes: source.maxBodyBytes,
    maxConnections: source.maxConnections,
    timeoutMs: source.timeoutMs,
    budget,
    cors: source.cors,
    onRefused: ({ http, grpc }) =>
      metrics.refused.inc({ source: `${name}/${protocol}`, status: protocol === 'http' ? http : grpc }),
    onTlsReload: (error) =>
      error === null
        ? report('info', 'the certificate was read again', { source: `${name}/${protocol}` })
        : report('error', error.message, { source: `${name}/${protocol}` })
  })
  const started = []
  if (source.http !== null) started.push(listenOtlpHttp(options('http', source.http)))
  if (source.grpc !== null) started.push(listenOtlpGrpc(options('grpc', source.grpc)))
  return Promise.all(started)
}

/** `HOST:PORT`, checked by the configuration; without a host: all interfaces. */
export function parseAddress(address: string): { host: string; port: number } {
  const colon = address.lastIndexOf(':')
  return { host: address.slice(0, colon).replace(/^\[|\]$/g, '') || '::', port: Number(address.slice(colon + 1)) }
}
