import { performance } from 'node:perf_hooks'
import { type Span, SpanStatusCode, trace } from '@opentelemetry/api'
import { LogveilError } from './errors.ts'
import type { Metrics } from './metrics.ts'
import { allTaken, type Envelope, type Finding, type Next, type Receipt, type Sink, type Source } from './model.ts'
import type { Redacted } from './redactor.ts'

/** Redacts a batch. Throws `PAYLOAD_INVALID` when it is none of its format. */
export type Redact = (envelope: Envelope) => Redacted

export interface PipelineParts {
  readonly name: string
  readonly sources: readonly Source[]
  readonly redact: Redact
  readonly sink: Sink
  readonly metrics: Metrics
  /** The envelope has the payload in which their spans count. */
  readonly onFindings?: (findings: readonly Finding[], envelope: Envelope) => void
}

/** Runs until `signal` aborts and all that was taken is settled. */
export async function runPipeline(parts: PipelineParts, signal: AbortSignal): Promise<void> {
  const next = createNext(parts)
  await Promise.all(parts.sources.map((source) => source.run(next, signal)))
  await parts.sink.close()
}

/**
 * What sources hand batches to: redacted, then delivered, then acknowledged. Nothing goes on unscanned: what the redactor throws ends the
 * batch. A batch that was not changed goes on as the very bytes it came in.
 */
export function createNext({ name: pipeline, redact, sink, metrics, onFindings }: PipelineParts): Next {
  return async (envelope) => {
    const span = tracer.startSpan('logveil.batch')
    const { payload, signal } = envelope
    const account = openAccount(metrics, pipeline, { bytes: payload.length, signal }, span)
    try {
      const redacted = account.scan(() => redact(envelope))
      const { findings, scanned = payload } = redacted
      if (findings.length > 0) onFindings?.(findings, withPayload(envelope, scanned))
      return await account.deliver(redacted, () => sink.write(withPayload(envelope, redacted.payload)))
    } finally {
      span.end()
    }
  }
}

/** Does nothing until an SDK is registered. */
const tracer = trace.getTracer('logveil')

function withPayload(envelope: Envelope, payload: Uint8Array): Envelope {
  return payload === envelope.payload ? envelope : { ...envelope, payload, encoded: null }
}

/** Keeps the books of a batch: received = sent + dropped + rejected + returned. */
export function openAccount(
  metrics: Metrics,
  pipeline: string,
  { bytes, signal: kind }: { bytes: number } & Pick<Envelope, 'signal'>,
  span: Span
) {
  const labels = { pipeline, signal: kind ?? 'lines' }
  const exemplar = span.isRecording() ? { exemplarLabels: { trace_id: span.spanContext().traceId } } : {}

  function scan(redact: () => Redacted): Redacted {
    const begin = performance.now()
    try {
      const redacted = redact()
      metrics.scannedBytes.inc(labels, bytes)
      metrics.received.inc(labels, redacted.records)
      count(redacted)
      const { records, findings } = redacted
      span.setAttributes({ ...labels, bytes, records, findings: findings.length })
      return redacted
    } catch (error) {
      if (!(error instanceof LogveilError)) metrics.errors.inc()
      metrics.batches.inc({ ...labels, outcome: 'rejected' })
      metrics.unscanned.inc({ ...labels, reason: error instanceof LogveilError ? 'invalid' : 'error' }, bytes)
      span.setStatus({ code: SpanStatusCode.ERROR })
      throw error
    } finally {
      metrics.scan.observe({ labels, value: (performance.now() - begin) / 1000, ...exemplar } as never)
    }
  }

  function count({ findings, withheld, unscanned, dropped }: Redacted): void {
    for (const { detector, action } of findings) metrics.findings.inc({ ...labels, detector, action })
    for (const [reason, parts] of Object.entries(withheld)) {
      if (parts > 0) metrics.withheld.inc({ ...labels, reason }, parts)
    }
    for (const [reason, length] of Object.entries(unscanned ?? {})) {
      if (length > 0) metrics.unscanned.inc({ ...labels, reason }, length)
    }
    if (dropped > 0) metrics.dropped.inc(labels, dropped)
  }

  async function deliver(
    { payload: left, records, dropped }: Redacted,
    write: () => Promise<Receipt>
  ): Promise<Receipt> {
    const kept = records - dropped
    try {
      const receipt = left.length === 0 ? allTaken : await write()
      // Some count what nobody sent them.
      const rejected = Math.min(kept, receipt.rejected)
      metrics.rejected.inc({ ...labels, reason: 'downstream' }, rejected)
      metrics.sent.inc(labels, kept - rejected)
      metrics.batches.inc({ ...labels, outcome: 'sent' })
      return receipt
    } catch (error) {
      const retryable = error instanceof LogveilError && error.retryable
      if (retryable) metrics.returned.inc(labels, kept)
      else metrics.rejected.inc({ ...labels, reason: 'downstream' }, kept)
      metrics.batches.inc({ ...labels, outcome: retryable ? 'returned' : 'rejected' })
      span.setStatus({ code: SpanStatusCode.ERROR })
      throw error
    }
  }

  return { scan, deliver }
}
