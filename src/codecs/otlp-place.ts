import type { Finding, Signal } from '../model.ts'
import { readField, type WireField, wireLength } from './otlp-wire.ts'

/** Where a record of a request comes from, as it says: text out of the payload. */
export interface RecordPlace {
  /** Attributes of its resource that are strings. */
  readonly resource: Readonly<Record<string, string>>
  /** Hexadecimal; null: it has none. */
  readonly trace: string | null
}

const nowhere: RecordPlace = { resource: {}, trace: null }
/** A trace's id by number of field, in a record of the signal. */
const traceField: Readonly<Record<Signal, number>> = { logs: 9, traces: 1, metrics: -1 }

/** Of the record that a finding is in. Reads its resource and the record's own fields, nothing else. */
export function placeInProto(payload: Uint8Array, signal: Signal, { span: [offset] }: Finding): RecordPlace {
  const around = (parent: WireField, number: number) =>
    find(payload, parent, (field) => field.number === number && field.start <= offset && offset < field.end)
  const group = around({ start: 0, end: payload.length } as WireField, 1)
  if (group === null) return nowhere
  const scope = around(group, 2)
  const record = scope === null ? null : around(scope, 2)
  const trace = record === null ? null : find(payload, record, ({ number }) => number === traceField[signal])
  const resource = find(payload, group, ({ number }) => number === 1)
  return {
    resource: resource === null ? {} : stringsOf(payload, resource),
    trace: trace === null || trace.end - trace.start !== 16 ? null : slice(payload, trace).toString('hex')
  }
}

export function find(bytes: Uint8Array, parent: WireField, wanted: (field: WireField) => boolean): WireField | null {
  for (let at = parent.start; at < parent.end; ) {
    const field = readField(bytes, at, parent.end)
    if (field === null) return null
    if (field.wire === wireLength && wanted(field)) return field
    at = field.next
  }
  return null
}

export function stringsOf(bytes: Uint8Array, resource: WireField): Record<string, string> {
  const strings: Record<string, string> = {}
  find(bytes, resource, (pair) => {
    const key = pair.number === 1 ? find(bytes, pair, ({ number }) => number === 1) : null
    const value = key === null ? null : find(bytes, pair, ({ number }) => number === 2)
    const text = value === null ? null : find(bytes, value, ({ number }) => number === 1)
    if (key !== null && text !== null) strings[slice(bytes, key).toString()] = slice(bytes, text).toString()
    return false
  })
  return strings
}

function slice(bytes: Uint8Array, { start, end }: WireField): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start)
}

type Json = Readonly<Record<string, unknown>>

/** The same of a request in JSON, parsed. */
export function placeInJson(request: unknown, { record: wanted }: Pick<Finding, 'record'>): RecordPlace {
  let index = 0
  for (const group of ['resourceLogs', 'resourceSpans', 'resourceMetrics'].flatMap((name) => list(request, name))) {
    const scopes = ['scopeLogs', 'scopeSpans', 'scopeMetrics'].flatMap((name) => list(group, name))
    const records = scopes.flatMap(recordsOf)
    if (wanted < index + records.length) {
      const { resource } = group as { resource?: Json }
      const { traceId } = records[wanted - index] as { traceId?: unknown }
      const trace = typeof traceId === 'string' && /^[0-9a-f]{32}$/i.test(traceId) ? traceId.toLowerCase() : null
      return { resource: Object.fromEntries(list(resource, 'attributes').flatMap(stringPair)), trace }
    }
    index += records.length
  }
  return nowhere
}

function recordsOf(scope: Json): readonly Json[] {
  const points = list(scope, 'metrics').flatMap((metric) =>
    Object.values(metric).flatMap((data) => list(data, 'dataPoints'))
  )
  return [...list(scope, 'logRecords'), ...list(scope, 'spans'), ...points]
}

function stringPair({ key, value }: Json): [string, string][] {
  const { stringValue } = (value ?? {}) as { stringValue?: unknown }
  return typeof key === 'string' && typeof stringValue === 'string' ? [[key, stringValue]] : []
}

function list(parent: unknown, name: string): readonly Json[] {
  const found = (parent as Json | null | undefined)?.[name]
  return Array.isArray(found) ? found.filter((one) => typeof one === 'object' && one !== null) : []
}
