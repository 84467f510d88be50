import type { Signal } from '../model.ts'

// What OTLP requests consist of (opentelemetry-proto 1.11). `number name type`; `*`: repeated. A type in capitals is a message. A record
// is a LogRecord, a Span or a data point; what stands around records is described in `structure` below.

const definitions = `
LogsRequest:         1 resource_logs ResourceLogs*
ResourceLogs:        1 resource Resource, 2 scope_logs ScopeLogs*, 3 schema_url string
ScopeLogs:           1 scope Scope, 2 log_records LogRecord*, 3 schema_url string
LogRecord:           1 time_unix_nano fixed64, 2 severity_number varint, 3 severity_text string, 5 body AnyValue, 6 attributes KeyValue*,
                     7 dropped_attributes_count varint, 8 flags fixed32, 9 trace_id bytes, 10 span_id bytes,
                     11 observed_time_unix_nano fixed64, 12 event_name string
TraceRequest:        1 resource_spans ResourceSpans*
ResourceSpans:       1 resource Resource, 2 scope_spans ScopeSpans*, 3 schema_url string
ScopeSpans:          1 scope Scope, 2 spans Span*, 3 schema_url string
Span:                1 trace_id bytes, 2 span_id bytes, 3 trace_state string, 4 parent_span_id bytes, 5 name string, 6 kind varint,
                     7 start_time_unix_nano fixed64, 8 end_time_unix_nano fixed64, 9 attributes KeyValue*,
                     10 dropped_attributes_count varint, 11 events Event*, 12 dropped_events_count varint, 13 links Link*,
                     14 dropped_links_count varint, 15 status Status, 16 flags fixed32
Event:               1 time_unix_nano fixed64, 2 name string, 3 attributes KeyValue*, 4 dropped_attributes_count varint
Link:                1 trace_id bytes, 2 span_id bytes, 3 trace_state string, 4 attributes KeyValue*, 5 dropped_attributes_count varint,
                     6 flags fixed32
Status:              2 message string, 3 code varint
MetricsRequest:      1 resource_metrics ResourceMetrics*
ResourceMetrics:     1 resource Resource, 2 scope_metrics ScopeMetrics*, 3 schema_url string
ScopeMetrics:        1 scope Scope, 2 metrics Metric*, 3 schema_url string
Metric:              1 name string, 2 description string, 3 unit string, 5 gauge Gauge, 7 sum Sum, 9 histogram Histogram,
                     10 exponential_histogram ExponentialHistogram, 11 summary Summary, 12 metadata KeyValue*
Gauge:               1 data_points NumberDataPoint*
Sum:                 1 data_points NumberDataPoint*, 2 aggregation_temporality varint, 3 is_monotonic varint
Histogram:           1 data_points HistogramDataPoint*, 2 aggregation_temporality varint
ExponentialHistogram: 1 data_points ExponentialHistogramDataPoint*, 2 aggregation_temporality varint
Summary:             1 data_points SummaryDataPoint*
NumberDataPoint:     2 start_time_unix_nano fixed64, 3 time_unix_nano fixed64, 4 as_double fixed64, 5 exemplars Exemplar*, 6 as_int fixed64,
                     7 attributes KeyValue*, 8 flags varint
HistogramDataPoint:  2 start_time_unix_nano fixed64, 3 time_unix_nano fixed64, 4 count fixed64, 5 sum fixed64, 6 bucket_counts fixed64*,
                     7 explicit_bounds fixed64*, 8 exemplars Exemplar*, 9 attributes KeyValue*, 10 flags varint, 11 min fixed64,
                     12 max fixed64
ExponentialHistogramDataPoint: 1 attributes KeyValue*, 2 start_time_unix_nano fixed64, 3 time_unix_nano fixed64, 4 count fixed64,
                     5 sum fixed64, 6 scale varint, 7 zero_count fixed64, 8 positive Buckets, 9 negative Buckets, 10 flags varint,
                     11 exemplars Exemplar*, 12 min fixed64, 13 max fixed64, 14 zero_threshold fixed64
Buckets:             1 offset varint, 2 bucket_counts varint*
SummaryDataPoint:    2 start_time_unix_nano fixed64, 3 time_unix_nano fixed64, 4 count fixed64, 5 sum fixed64,
                     6 quantile_values ValueAtQuantile*, 7 attributes KeyValue*, 8 flags varint
ValueAtQuantile:     1 quantile fixed64, 2 value fixed64
Exemplar:            2 time_unix_nano fixed64, 3 as_double fixed64, 4 span_id bytes, 5 trace_id bytes, 6 as_int fixed64,
                     7 filtered_attributes KeyValue*
Resource:            1 attributes KeyValue*, 2 dropped_attributes_count varint, 3 entity_refs EntityRef*
EntityRef:           1 schema_url string, 2 type string, 3 id_keys string*, 4 description_keys string*
Scope:               1 name string, 2 version string, 3 attributes KeyValue*, 4 dropped_attributes_count varint
KeyValue:            1 key string, 2 value AnyValue, 3 key_strindex varint
AnyValue:            1 string_value string, 2 bool_value varint, 3 int_value varint, 4 double_value fixed64, 5 array_value ArrayValue,
                     6 kvlist_value KeyValueList, 7 bytes_value bytes, 8 string_value_strindex varint
ArrayValue:          1 values AnyValue*
KeyValueList:        1 values KeyValue*
`

/** Messages that only hold records and what records share. Each other field of theirs is visited by itself, like a record. */
const structure = new Set(
  (
    'LogsRequest ResourceLogs ScopeLogs TraceRequest ResourceSpans ScopeSpans MetricsRequest ResourceMetrics ScopeMetrics Metric Gauge Sum ' +
    'Histogram ExponentialHistogram Summary'
  ).split(' ')
)
const recordTypes = new Set(
  'LogRecord Span NumberDataPoint HistogramDataPoint ExponentialHistogramDataPoint SummaryDataPoint'.split(' ')
)

export type Kind = 'message' | 'string' | 'bytes' | 'varint' | 'fixed32' | 'fixed64'

export interface FieldType {
  readonly number: number
  /** As in the definitions: `severity_text`. Paths of findings use it. */
  readonly name: string
  /** As in OTLP/JSON: `severityText`. */
  readonly jsonName: string
  readonly kind: Kind
  /** null unless `kind` is `message`. */
  readonly type: MessageType | null
  readonly repeated: boolean
  /** What its path begins with when it stands beside records: `resource`, `scope.schema_url`; empty for a record. */
  readonly label: string
}

export interface MessageType {
  readonly id: number
  readonly name: string
  /** Holds records. */
  readonly structural: boolean
  readonly record: boolean
  readonly fields: readonly FieldType[]
  /** By number; the highest is 16. */
  readonly byNumber: readonly (FieldType | undefined)[]
  /** By both of its names: OTLP has `severityText` only, but some write and read `severity_text`, so that secrets may stand there. */
  readonly byName: ReadonlyMap<string, FieldType>
  /** The list of names and values that belong to the message; null when it has none. */
  readonly attributes: FieldType | null
}

type Draft = { -readonly [K in keyof MessageType]: MessageType[K] } & {
  fields: FieldType[]
  byNumber: (FieldType | undefined)[]
  byName: Map<string, FieldType>
}

const types = compile()

function compile(): ReadonlyMap<string, MessageType> {
  const drafts = new Map<string, Draft>()
  const bodies: [Draft, string][] = []
  for (const [, name, body] of definitions.matchAll(/^(\w+):\s+((?:.+,\n)*.+)$/gm)) {
    const draft: Draft = {
      id: drafts.size,
      name,
      structural: structure.has(name),
      record: recordTypes.has(name),
      fields: [],
      byNumber: [],
      byName: new Map(),
      attributes: null
    }
    drafts.set(name, draft)
    bodies.push([draft, body])
  }
  for (const [draft, body] of bodies) for (const text of body.split(',')) addField(draft, text.trim(), drafts)
  return drafts
}

function addField(draft: Draft, text: string, drafts: ReadonlyMap<string, Draft>): void {
  const [, number, name, kind, star] = /^(\d+) (\w+) (\w+)(\*?)$/.exec(text) ?? []
  const type = drafts.get(kind) ?? null
  const field: FieldType = {
    number: Number(number),
    name,
    jsonName: name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
    kind: type === null ? (kind as Kind) : 'message',
    type,
    repeated: star === '*',
    label: draft.structural && type?.record !== true && type?.structural !== true ? labelOf(draft.name, name) : ''
  }
  draft.fields.push(field)
  draft.byNumber[field.number] = field
  draft.byName.set(field.name, field)
  draft.byName.set(field.jsonName, field)
  if (type?.name === 'KeyValue' && /attributes$/.test(name)) draft.attributes = field
}

/** `resource`, `resource.schema_url`, `scope`, `scope.schema_url`, `metric.name`. */
function labelOf(message: string, field: string): string {
  const owner = message.startsWith('Resource') ? 'resource' : message.startsWith('Scope') ? 'scope' : 'metric'
  return field === owner ? owner : `${owner}.${field}`
}

function typeNamed(name: string): MessageType {
  const type = types.get(name)
  if (type === undefined) throw new TypeError(`no message ${name}`)
  return type
}

export const keyValue = typeNamed('KeyValue')
export const anyValue = typeNamed('AnyValue')
export const arrayValue = typeNamed('ArrayValue')
export const keyValueList = typeNamed('KeyValueList')

/** The request of each signal. */
export const requests: Readonly<Record<Signal, MessageType>> = {
  logs: typeNamed('LogsRequest'),
  traces: typeNamed('TraceRequest'),
  metrics: typeNamed('MetricsRequest')
}

/** All messages, by id. */
export const messages: readonly MessageType[] = [...types.values()]
