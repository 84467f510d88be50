/**
 * `logveil/otel`: OpenTelemetry's JavaScript SDK, 2.x and 3.x. Exporter wrappers redact everything that leaves, in copies; processors redact
 * in place, for all that come behind them, what a processor may change.
 */
import { createHook, type Hook } from './hooks/hook.ts'
import { redactLogRecordInPlace, redactLogRecords } from './hooks/otel-logs.ts'
import { redactMetrics } from './hooks/otel-metrics.ts'
import { createOwners, type Owners } from './hooks/otel-shared.ts'
import { redactSpanInPlace, redactSpans } from './hooks/otel-spans.ts'
import type { ReadableLogRecord, ReadableSpan, ResourceMetrics } from './hooks/otel-types.ts'
import { type InProcess, type InProcessOptions, openInProcess } from './in-process.ts'

/** As the SDK's ExportResult: code 0 is success, 1 failure. */
interface ExportResult {
  readonly code: number
  readonly error?: Error
}

type OnExported = (result: ExportResult) => void

/** What the exporters of all SDKs have in common. */
interface Exporter<T> {
  export(batch: T, onExported: OnExported): void
  shutdown(): Promise<void>
  forceFlush?(): Promise<void>
}

/** Redacts all of a span: name, attributes, events, links, status, trace state, resource, scope. The spans that come in are not changed. */
export class RedactingSpanExporter {
  readonly #inner: Required<Exporter<ReadableSpan[]>>

  constructor(exporter: Exporter<ReadableSpan[]>, options?: InProcessOptions) {
    this.#inner = redacting(exporter, redactSpans, options)
  }

  export(spans: ReadableSpan[], onExported: OnExported): void {
    this.#inner.export(spans, onExported)
  }

  shutdown(): Promise<void> {
    return this.#inner.shutdown()
  }

  forceFlush(): Promise<void> {
    return this.#inner.forceFlush()
  }
}

/** Redacts all of a log record: body, attributes, event name, severity text, resource, scope. The records that come in are not changed. */
export class RedactingLogRecordExporter {
  readonly #inner: Required<Exporter<ReadableLogRecord[]>>

  constructor(exporter: Exporter<ReadableLogRecord[]>, options?: InProcessOptions) {
    this.#inner = redacting(exporter, redactLogRecords, options)
  }

  export(records: ReadableLogRecord[], onExported: OnExported): void {
    this.#inner.export(records, onExported)
  }

  shutdown(): Promise<void> {
    return this.#inner.shutdown()
  }

  forceFlush(): Promise<void> {
    return this.#inner.forceFlush()
  }
}

/** What a metric reader asks of its exporter, where that answers. */
interface Selectors {
  selectAggregation?(...args: never[]): unknown
  selectAggregationTemporality?(...args: never[]): unknown
  selectCardinalityLimit?(...args: never[]): unknown
}

/** Redacts all text of metrics: names, descriptions, units, attributes, resource, scope. What comes in is not changed. */
export class RedactingMetricExporter<E extends Exporter<never> & Selectors = Exporter<never> & Selectors> {
  readonly #inner: Required<Exporter<ResourceMetrics>>
  declare readonly selectAggregation: E['selectAggregation']
  declare readonly selectAggregationTemporality: E['selectAggregationTemporality']
  declare readonly selectCardinalityLimit: E['selectCardinalityLimit']

  constructor(exporter: E, options?: InProcessOptions) {
    this.#inner = redacting(exporter as unknown as Exporter<ResourceMetrics>, redactMetrics, options)
    for (const name of ['selectAggregation', 'selectAggregationTemporality', 'selectCardinalityLimit'] as const) {
      const select = exporter[name]
      if (select !== undefined) Object.defineProperty(this, name, { value: select.bind(exporter) })
    }
  }

  export(metrics: ResourceMetrics, onExported: OnExported): void {
    this.#inner.export(metrics, onExported)
  }

  shutdown(): Promise<void> {
    return this.#inner.shutdown()
  }

  forceFlush(): Promise<void> {
    return this.#inner.forceFlush()
  }
}

/**
 * Redacts log records in place, as OpenTelemetry lets processors do: for every processor behind it, so it comes first. Body, attributes, event name,
 * severity text; resource and scope belong to all records and are left to `RedactingLogRecordExporter`.
 */
export class RedactingLogRecordProcessor {
  readonly #parts: Parts

  constructor(options?: InProcessOptions) {
    this.#parts = partsOf(options)
  }

  onEmit(record: ReadableLogRecord): void {
    redactLogRecordInPlace(record, this.#parts.hook)
  }

  async forceFlush(): Promise<void> {}

  shutdown(): Promise<void> {
    return this.#parts.close()
  }
}

/**
 * Redacts spans in place while they end, before any processor sees them ended, wherever it stands among them: name, attributes, events,
 * attributes of links, status. Resource, scope and trace state are left to `RedactingSpanExporter`.
 */
export class RedactingSpanProcessor {
  readonly #parts: Parts
  readonly #seen = new WeakSet<object>()

  constructor(options?: InProcessOptions) {
    this.#parts = partsOf(options)
  }

  onStart(): void {}

  onEnding(span: ReadableSpan): void {
    redactSpanInPlace(span, this.#parts.hook)
    this.#seen.add(span)
  }

  /** SDKs without `onEnding` end spans here only: then it has to come first. */
  onEnd(span: ReadableSpan): void {
    if (!this.#seen.has(span)) redactSpanInPlace(span, this.#parts.hook)
  }

  async forceFlush(): Promise<void> {}

  shutdown(): Promise<void> {
    return this.#parts.close()
  }
}

/** Compiling the detectors takes time and memory: whoever is given the same options, or none, shares them. */
const opened = new WeakMap<InProcessOptions, InProcess>()
const defaults: InProcessOptions = {}

interface Parts {
  readonly hook: Hook
  readonly owners: Owners
  /** Reports the findings that still wait. */
  close(): Promise<void>
}

function partsOf(options: InProcessOptions = defaults): Parts {
  const inProcess = opened.get(options) ?? openInProcess('otel', options)
  opened.set(options, inProcess)
  const hook = createHook(inProcess.redact)
  return { hook, owners: createOwners(hook), close: inProcess.close }
}

/** An exporter that gets copies without secrets. */
function redacting<T>(
  exporter: Exporter<T>,
  redact: (batch: T, hook: Hook, owners: Owners) => T,
  options: InProcessOptions | undefined
): Required<Exporter<T>> {
  const { hook, owners, close } = partsOf(options)
  return {
    export: (batch, onExported) => exportRedacted(exporter, () => redact(batch, hook, owners), onExported),
    async shutdown() {
      await exporter.shutdown()
      await close()
    },
    forceFlush: async () => exporter.forceFlush?.()
  }
}

const success = 0
const failure = 1

/** What cannot be redacted is not exported, and told as a failed export. */
function exportRedacted<T>(exporter: Exporter<T>, redact: () => T, onExported: OnExported): void {
  let redacted: T
  try {
    redacted = redact()
  } catch {
    onExported({ code: failure, error: new Error('logveil could not redact a batch: it is not exported') })
    return
  }
  if (Array.isArray(redacted) && redacted.length === 0) onExported({ code: success })
  else exporter.export(redacted, onExported)
}

export type { FindingsOptions, InProcessOptions, PlacedFinding } from './in-process.ts'
