// An ExportLogsServiceRequest, written record by record:
//
//   request      = 1: ResourceLogs
//   ResourceLogs = 1: Resource { 1: KeyValue* }   2: ScopeLogs { 2: LogRecord* }
//   LogRecord    = 1: fixed64 time   2: severity number   3: severity text   5: AnyValue { 1: body }   6: KeyValue*   11: fixed64 observed time
//   KeyValue     = 1: key   2: AnyValue { 1: string }

/** What a line says, beside its text. Used again for the next one: take what you need. */
export interface LogRow {
  /** Seconds since 1970, -1 when it does not say, and nanoseconds. */
  seconds: number
  nanos: number
  /** As OpenTelemetry counts, 1 to 24; 0: it does not say. */
  severity: number
  severityText: string
  /** From `encodeAttributes`; null: none. */
  attributes: Uint8Array | null
}

export interface LogRequest {
  /** The body must be UTF-8. */
  add(row: LogRow, body: Uint8Array, start: number, end: number): void
  /** The request, once. */
  take(): Uint8Array
}

export interface LogRequestOptions {
  /** Attributes. */
  readonly resource: Readonly<Record<string, string>>
  /** When all records were read, in ms since 1970. */
  readonly observedMs: number
  /** Length to expect. */
  readonly bytes: number
}

const attributesTag = 0x32
const resourceAttributesTag = 0x0a
/** Fixed parts of a record with all lengths at their longest. */
const mostAround = 96
/** Room before the records for what stands around them. */
const headRoom = 32

/** Writes a request of one resource, of about so many bytes. */
export function createLogRequest({ resource, observedMs, bytes: expected }: LogRequestOptions): LogRequest {
  const attributes = encode(resource, resourceAttributesTag)
  let buffer = Buffer.allocUnsafeSlow(attributes.length + headRoom + expected)
  let view = new DataView(buffer.buffer)
  let at = attributes.length + headRoom

  function reserve(bytes: number): void {
    if (at + bytes <= buffer.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * buffer.length, at + bytes))
    buffer.copy(larger, 0, 0, at)
    buffer = larger
    view = new DataView(buffer.buffer)
  }

  function putVarint(value: number): void {
    let rest = value
    for (; rest > 0x7f; rest >>>= 7) buffer[at++] = (rest & 0x7f) | 0x80
    buffer[at++] = rest
  }

  /** Nanoseconds since 1970 are more than a number holds: they are put together from parts. */
  function putTime(tag: number, seconds: number, nanos: number): void {
    const high = Math.floor(seconds / 65_536) * 1e9
    const low = (high % 65_536) * 65_536 + (seconds % 65_536) * 1e9 + nanos
    buffer[at] = tag
    view.setUint32(at + 1, low % 2 ** 32, true)
    view.setUint32(at + 5, Math.floor(high / 65_536) + Math.floor(low / 2 ** 32), true)
    at += 9
  }

  return {
    add({ seconds, nanos, severity, severityText, attributes: own }, body, start, end) {
      const textBytes = severityText === '' ? 0 : Buffer.byteLength(severityText)
      const ownBytes = own === null ? 0 : own.length
      const length = end - start
      reserve(mostAround + textBytes + ownBytes + length)
      const valueBytes = 1 + varintBytes(length) + length
      const bytes =
        9 +
        (seconds < 0 ? 0 : 9) +
        (severity === 0 ? 0 : 2) +
        (textBytes === 0 ? 0 : 1 + varintBytes(textBytes) + textBytes) +
        (1 + varintBytes(valueBytes) + valueBytes) +
        ownBytes
      buffer[at++] = 0x12
      putVarint(bytes)
      if (seconds >= 0) putTime(0x09, seconds, nanos)
      if (severity !== 0) {
        buffer[at++] = 0x10
        buffer[at++] = severity
      }
      if (textBytes > 0) {
        buffer[at++] = 0x1a
        putVarint(textBytes)
        at += buffer.write(severityText, at)
      }
      buffer[at++] = 0x2a
      putVarint(valueBytes)
      buffer[at++] = 0x0a
      putVarint(length)
      copy(body, start, end, buffer, at)
      at += length
      if (own !== null) {
        buffer.set(own, at)
        at += own.length
      }
      putTime(0x59, Math.floor(observedMs / 1000), (observedMs % 1000) * 1e6)
    },
    take() {
      const scopeLogs = head(0x12, at - attributes.length - headRoom)
      const resourceHead = head(0x0a, attributes.length)
      const inner = resourceHead.length + scopeLogs.length + at - headRoom
      const front = [...head(0x0a, inner), ...resourceHead, ...attributes, ...scopeLogs]
      const from = attributes.length + headRoom - front.length
      buffer.set(front, from)
      return buffer.subarray(from, at)
    }
  }
}

/** Attributes of a record, as `LogRow` takes them. */
export function encodeAttributes(attributes: Readonly<Record<string, string>>): Uint8Array {
  return encode(attributes, attributesTag)
}

function encode(attributes: Readonly<Record<string, string>>, tag: number): Uint8Array {
  return Buffer.concat(
    Object.entries(attributes).flatMap(([key, value]) => {
      const name = Buffer.from(key)
      const text = Buffer.from(value)
      const any = [...head(0x0a, text.length)]
      const pair = [...head(0x0a, name.length)]
      const valueHead = head(0x12, any.length + text.length)
      const length = pair.length + name.length + valueHead.length + any.length + text.length
      return [[...head(tag, length), ...pair], name, [...valueHead, ...any], text].map((part) => Uint8Array.from(part))
    })
  )
}

function head(tag: number, length: number): number[] {
  const bytes = [tag]
  let rest = length
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80)
  bytes.push(rest)
  return bytes
}

function varintBytes(value: number): number {
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x20_0000 ? 3 : value < 0x1000_0000 ? 4 : 5
}

/** Short texts are copied faster byte by byte than by a call. */
function copy(from: Uint8Array, start: number, end: number, to: Buffer, at: number): void {
  if (end - start > 64) to.set(from.subarray(start, end), at)
  else for (let i = start, j = at; i < end; i++, j++) to[j] = from[i]
}
