// OpenTelemetry's NodeSDK with everything redacted before it leaves the process: node --import ./otel.mjs app.mjs
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http'
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { BatchLogRecordProcessor } from '@opentelemetry/sdk-logs'
import { PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { NodeSDK } from '@opentelemetry/sdk-node'
import { RedactingLogRecordExporter, RedactingMetricExporter, RedactingSpanExporter } from 'logveil/otel'

// One object for all three: they share the compiled detectors.
const options = { service: 'shop', findings: { file: process.env.FINDINGS ?? 'findings.jsonl' } }

const sdk = new NodeSDK({
  serviceName: 'shop',
  traceExporter: new RedactingSpanExporter(new OTLPTraceExporter(), options),
  logRecordProcessors: [
    new BatchLogRecordProcessor({ exporter: new RedactingLogRecordExporter(new OTLPLogExporter(), options) })
  ],
  metricReaders: [
    new PeriodicExportingMetricReader({ exporter: new RedactingMetricExporter(new OTLPMetricExporter(), options) })
  ]
})
sdk.start()

process.once('SIGTERM', () => sdk.shutdown().finally(() => process.exit(0)))
process.once('beforeExit', () => sdk.shutdown())
