import type { OtlpSourceConfig, PipelineConfig, SyslogSourceConfig } from '../config/config-schema.ts'
import type { Metrics } from '../metrics.ts'
import type { Source } from '../model.ts'
import { createAuthorize } from '../sources/bearer.ts'
import type { ByteBudget } from '../sources/byte-budget.ts'
import { listenOtlpGrpc } from '../sources/otlp-grpc.ts'
import { type ListeningSource, listenOtlpHttp, type OtlpSourceOptions } from '../sources/otlp-http.ts'
import { listenSyslogTcp, listenSyslogUdp, type SyslogTcpOptions } from '../sources/syslog.ts'
import type { Reloaded } from '../sources/tls.ts'
import type { EngineOptions, Report } from './run-engine-options.ts'
import { openFiles, type Rules, tellDeliveries, tellTooLong } from './run-files.ts'
import { readRule } from './run-layout.ts'
import { takesRecords } from './run-sinks.ts'

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
    const continues = sinks.some(takesRecords) ? readRule(source) : null
    return [openFiles(name, source, metrics, options, rules, continues)]
  }
  if (source.type === 'syslog') return listenSyslog(name, source, budget, metrics, options)
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
    onTlsReload: tellReload(`${name}/${protocol}`, report)
  })
  const started = []
  if (source.http !== null) started.push(listenOtlpHttp(options('http', source.http)))
  if (source.grpc !== null) started.push(listenOtlpGrpc(options('grpc', source.grpc)))
  return Promise.all(started)
}

async function listenSyslog(
  pipeline: string,
  source: SyslogSourceConfig,
  budget: ByteBudget,
  metrics: Metrics,
  { reusePort, report }: EngineOptions
): Promise<ListeningSource[]> {
  const options = (protocol: 'tcp' | 'udp', address: string): SyslogTcpOptions => {
    const name = `${pipeline}/${protocol}`
    return {
      name,
      address: parseAddress(address),
      reusePort,
      tls: source.tls,
      maxMessageBytes: source.maxMessageBytes,
      maxConnections: source.maxConnections,
      budget,
      onRefused: (status) => metrics.refused.inc({ source: name, status }),
      onTlsReload: tellReload(name, report),
      onTooLong: tellTooLong(pipeline, metrics),
      events: tellDeliveries(pipeline, report)
    }
  }
  const { tcp, udp } = source
  return Promise.all([
    ...(tcp === null ? [] : [listenSyslogTcp(options('tcp', tcp))]),
    ...(udp === null ? [] : [listenSyslogUdp(options('udp', udp))])
  ])
}

function tellReload(source: string, report: Report): Reloaded {
  return (error) =>
    error === null
      ? report('info', 'the certificate was read again', { source })
      : report('error', error.message, { source })
}

/** `HOST:PORT`, checked by the configuration; without a host: all interfaces. */
export function parseAddress(address: string): { host: string; port: number } {
  const colon = address.lastIndexOf(':')
  return { host: address.slice(0, colon).replace(/^\[|\]$/g, '') || '::', port: Number(address.slice(colon + 1)) }
}
