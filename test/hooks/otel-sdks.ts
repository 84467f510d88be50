// Both majors of OpenTelemetry's SDK behind one face: what differs between them is how things are made.
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http'
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import * as logs3 from '@opentelemetry/sdk-logs'
import * as metrics3 from '@opentelemetry/sdk-metrics'
import * as trace3 from '@opentelemetry/sdk-trace'
import * as sdk2 from 'otel2'
import { RedactingLogRecordExporter, RedactingMetricExporter, RedactingSpanExporter } from '../../src/otel.ts'

type Attributes = Record<string, string>

/** Everything goes over OTLP to `url`, through the exporter wrappers if `wraps`; processors come before the exporting ones. */
export interface Setup {
  readonly url: URL
  readonly wraps: boolean
  readonly resource?: Attributes
  readonly processors?: readonly object[]
}

export const sdks = [
  {
    major: 2,
    tracing({ url, wraps, resource = {}, processors = [] }: Setup) {
      const { trace, OTLPTraceExporter, resourceFromAttributes } = sdk2
      const exporter = new OTLPTraceExporter({ url: `${url}v1/traces` })
      const exporting = new trace.SimpleSpanProcessor(wraps ? new RedactingSpanExporter(exporter) : exporter)
      const spanProcessors = [...(processors as InstanceType<typeof trace.SimpleSpanProcessor>[]), exporting]
      return new trace.BasicTracerProvider({ resource: resourceFromAttributes(resource), spanProcessors })
    },
    logging({ url, wraps, resource = {}, processors = [] }: Setup) {
      const { logs, OTLPLogExporter, resourceFromAttributes } = sdk2
      const exporter = new OTLPLogExporter({ url: `${url}v1/logs` })
      const exporting = new logs.SimpleLogRecordProcessor({
        exporter: wraps ? new RedactingLogRecordExporter(exporter) : exporter
      })
      const all = [...(processors as InstanceType<typeof logs.SimpleLogRecordProcessor>[]), exporting]
      return new logs.LoggerProvider({ resource: resourceFromAttributes(resource), processors: all })
    },
    metering({ url, resource = {} }: Setup) {
      const { metrics, OTLPMetricExporter, resourceFromAttributes } = sdk2
      const exporter = new RedactingMetricExporter(new OTLPMetricExporter({ url: `${url}v1/metrics` }))
      const readers = [new metrics.PeriodicExportingMetricReader({ exporter })]
      return new metrics.MeterProvider({ resource: resourceFromAttributes(resource), readers })
    }
  },
  {
    major: 3,
    tracing({ url, wraps, resource = {}, processors = [] }: Setup) {
      const exporter = new OTLPTraceExporter({ url: `${url}v1/traces` })
      const exporting = new trace3.SimpleSpanProcessor({
        exporter: wraps ? new RedactingSpanExporter(exporter) : exporter
      })
      const spanProcessors = [...(processors as trace3.SpanProcessor[]), exporting]
      return new trace3.TracerProvider({ resource: resourceFromAttributes(resource), spanProcessors })
    },
    logging({ url, wraps, resource = {}, processors = [] }: Setup) {
      const exporter = new OTLPLogExporter({ url: `${url}v1/logs` })
      const exporting = new logs3.SimpleLogRecordProcessor({
        exporter: wraps ? new RedactingLogRecordExporter(exporter) : exporter
      })
      const all = [...(processors as logs3.LogRecordProcessor[]), exporting]
      return new logs3.LoggerProvider({ resource: resourceFromAttributes(resource), processors: all })
    },
    metering({ url, resource = {} }: Setup) {
      const exporter = new RedactingMetricExporter(new OTLPMetricExporter({ url: `${url}v1/metrics` }))
      const readers = [new metrics3.PeriodicExportingMetricReader({ exporter })]
      return new metrics3.MeterProvider({ resource: resourceFromAttributes(resource), readers })
    }
  }
]
