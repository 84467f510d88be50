// OpenTelemetry's interfaces as far as they are used here, so that SDK 2.x and 3.x both fit and neither is a dependency.

export type Attributes = Record<string, unknown>

export interface Scope {
  readonly name: string
  readonly version?: string | undefined
  readonly schemaUrl?: string | undefined
}

/** Only what exporters read of it is looked at. */
export interface Resource {
  readonly attributes: Attributes
  /** Some are still being found out. */
  readonly asyncAttributesPending?: boolean | undefined
}

export interface SpanContext {
  readonly traceId: string
  readonly spanId: string
  readonly traceFlags: number
  readonly isRemote?: boolean | undefined
  readonly traceState?: { serialize(): string } | undefined
}

export interface TimedEvent {
  readonly name: string
  readonly attributes?: Attributes | undefined
}

export interface Link {
  readonly context: SpanContext
  readonly attributes?: Attributes | undefined
}

export interface ReadableSpan {
  readonly name: string
  spanContext(): SpanContext
  readonly attributes: Attributes
  readonly events: readonly TimedEvent[]
  readonly links: readonly Link[]
  readonly status: { readonly code: number; readonly message?: string | undefined }
  readonly resource: Resource
  readonly instrumentationScope: Scope
}

export interface ReadableLogRecord {
  readonly body?: unknown
  readonly attributes: Attributes
  readonly eventName?: string | undefined
  readonly severityText?: string | undefined
  readonly resource: Resource
  readonly instrumentationScope: Scope
}

export interface Metric {
  readonly descriptor: { readonly name: string; readonly description: string; readonly unit: string }
  readonly dataPoints: readonly { readonly attributes: Attributes; readonly value: unknown }[]
}

export interface ResourceMetrics {
  readonly resource: Resource
  readonly scopeMetrics: readonly { readonly scope: Scope; readonly metrics: readonly Metric[] }[]
}
