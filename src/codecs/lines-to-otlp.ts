import { isUtf8 } from 'node:buffer'
import type { Layout } from '../model.ts'
import { readLayout } from './layout.ts'
import { encodeVarint } from './otlp-wire.ts'

export interface LinesToOtlpOptions {
  readonly layout: Layout
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
  time: 0x09,
  body: 0x2a,
  attributes: 0x32,
  observedTime: 0x59,
  resourceAttributes: 0x0a,
  key: 0x0a,
  value: 0x12,
  stringValue: 0x0a
}

/** Lines as a request of OTLP logs, in protobuf: each line is a record, its text the body. Text that is no UTF-8 is made it. */
export function linesToOtlp(payload: Uint8Array, { layout, resource, observedMs }: LinesToOtlpOptions): Uint8Array {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.length)
  const observed = fixed64(tags.observedTime, BigInt(Math.floor(observedMs)) * 1_000_000n)
  const records: Uint8Array[] = []
  for (let start = 0; start < bytes.length; ) {
    const newline = bytes.indexOf(0x0a, start)
    const end = newline < 0 ? bytes.length : newline
    const textEnd = end > start && bytes[end - 1] === 0x0d ? end - 1 : end
    records.push(...recordOf(bytes.subarray(start, textEnd), layout, observed))
    start = end + 1
  }
  const attributes = Object.entries(resource).flatMap(([key, value]) => attribute(tags.resourceAttributes, key, value))
  const resourceLogs = [...delimited(tags.resource, attributes), ...delimited(tags.scopeLogs, records)]
  return Buffer.concat(delimited(tags.resourceLogs, resourceLogs))
}

function recordOf(line: Buffer, layout: Layout, observed: Uint8Array): Uint8Array[] {
  const { text, time, stream } = readLayout(line, layout)
  const parts = [
    ...(time === null ? [] : [fixed64(tags.time, time)]),
    ...delimited(tags.body, delimited(tags.stringValue, [isUtf8(text) ? text : Buffer.from(text.toString())])),
    ...(stream === null ? [] : attribute(tags.attributes, 'log.iostream', stream)),
    observed
  ]
  return delimited(tags.logRecords, parts)
}

function attribute(tag: number, key: string, value: string): Uint8Array[] {
  const any = delimited(tags.stringValue, [Buffer.from(value)])
  return delimited(tag, [...delimited(tags.key, [Buffer.from(key)]), ...delimited(tags.value, any)])
}

function delimited(tag: number, parts: readonly Uint8Array[]): Uint8Array[] {
  let length = 0
  for (const part of parts) length += part.length
  return [Uint8Array.from([tag, ...encodeVarint(length)]), ...parts]
}

function fixed64(tag: number, value: bigint): Uint8Array {
  const bytes = Buffer.alloc(9)
  bytes[0] = tag
  bytes.writeBigUInt64LE(value, 1)
  return bytes
}
