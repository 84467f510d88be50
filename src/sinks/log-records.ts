import { LogveilError } from '../errors.ts'

/** A log record as backends that know no OTLP take it. */
export interface LogRecord {
  /** ns since 1970, when it was written, else when it was read. */
  readonly nanos: string
  readonly severity: string
  readonly body: unknown
  readonly attributes: Readonly<Record<string, unknown>>
  readonly resource: Readonly<Record<string, unknown>>
}

type AnyValue = Readonly<Record<string, unknown>>
type KeyValues = readonly { readonly key: string; readonly value?: AnyValue }[]

interface ResourceLogs {
  readonly resource?: { readonly attributes?: KeyValues }
  readonly scopeLogs?: readonly { readonly logRecords?: readonly Record<string, never>[] }[]
}

/** The records of a request of OTLP logs in JSON, as text. Throws `PAYLOAD_INVALID`. */
export function recordsOf(text: string): LogRecord[] {
  try {
    const { resourceLogs = [] } = JSON.parse(text) as { resourceLogs?: ResourceLogs[] }
    return resourceLogs.flatMap(({ resource, scopeLogs = [] }) => {
      const ofResource = plain(resource?.attributes)
      return scopeLogs.flatMap(({ logRecords = [] }) => logRecords.map((record) => recordOf(record, ofResource)))
    })
  } catch (cause) {
    throw new LogveilError('PAYLOAD_INVALID', 'no OTLP logs', { cause })
  }
}

function recordOf(record: Record<string, never>, resource: LogRecord['resource']): LogRecord {
  const { timeUnixNano, observedTimeUnixNano, severityText = '', body, attributes, traceId, spanId } = record
  const time = [timeUnixNano, observedTimeUnixNano].map(String).find((nanos) => /^[1-9]\d*$/.test(nanos))
  const ids = { ...(traceId ? { trace_id: traceId } : {}), ...(spanId ? { span_id: spanId } : {}) }
  return {
    nanos: time ?? '0',
    severity: severityText,
    body: contentOf(body),
    attributes: { ...plain(attributes), ...ids },
    resource
  }
}

function plain(attributes: KeyValues = []): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, contentOf(value)]))
}

function contentOf(value: AnyValue | undefined): unknown {
  const [[kind, content] = ['', null]] = Object.entries(value ?? {})
  if (kind === 'arrayValue') return ((content as { values?: AnyValue[] }).values ?? []).map(contentOf)
  if (kind === 'kvlistValue') return plain((content as { values?: KeyValues }).values)
  return content
}
