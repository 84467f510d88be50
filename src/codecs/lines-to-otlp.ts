import { isUtf8 } from 'node:buffer'
import { delimited } from './otlp-wire.ts'

export interface LinesToOtlpOptions {
  /** Attributes of the resource: where the lines come from. */
  readonly resource: Readonly<Record<string, string>>
  /** When they were read, in ms since 1970. */
  readonly observedMs: number
}

/** Numbers of fields in `opentelemetry/proto/logs/v1/logs.proto`, with their wire types. */
const tags = {
  resourceLogs: 0x0a,
  resource: 0x0a,
  scopeLogs: 0x12,
  logRecords: 0x12,
  body: 0x2a,
  observedTime: 0x59,
  resourceAttributes: 0x0a,
  key: 0x0a,
  value: 0x12,
  stringValue: 0x0a
}

/** Lines as a request of OTLP logs, in protobuf: each line is a record, its text the body. Text that is no UTF-8 is made it. */
export function linesToOtlp(payload: Uint8Array, { resource, observedMs }: LinesToOtlpOptions): Uint8Array {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.length)
  const observed = fixed64(tags.observedTime, BigInt(Math.floor(observedMs)) * 1_000_000n)
  const records: Uint8Array[] = []
  for (let start = 0; start < bytes.length; ) {
    const newline = bytes.indexOf(0x0a, start)
    const end = newline < 0 ? bytes.length : newline
    const textEnd = end > start && bytes[end - 1] === 0x0d ? end - 1 : end
    records.push(...recordOf(bytes.subarray(start, textEnd), observed))
    start = end + 1
  }
  const attributes = Object.entries(resource).flatMap(([key, value]) => attribute(tags.resourceAttributes, key, value))
  const resourceLogs = [...delimited(tags.resource, attributes), ...delimited(tags.scopeLogs, records)]
  return Buffer.concat(delimited(tags.resourceLogs, resourceLogs))
}

function recordOf(text: Buffer, observed: Uint8Array): Uint8Array[] {
  const utf8 = isUtf8(text) ? text : Buffer.from(text.toString())
  return delimited(tags.logRecords, [...delimited(tags.body, delimited(tags.stringValue, [utf8])), observed])
}

function attribute(tag: number, key: string, value: string): Uint8Array[] {
  const any = delimited(tags.stringValue, [Buffer.from(value)])
  return delimited(tag, [...delimited(tags.key, [Buffer.from(key)]), ...delimited(tags.value, any)])
}

function fixed64(tag: number, value: bigint): Uint8Array {
  const bytes = Buffer.alloc(9)
  bytes[0] = tag
  bytes.writeBigUInt64LE(value, 1)
  return bytes
}
