import type { Signal } from '../model.ts'
import { type FieldType, type MessageType, requests } from './otlp-schema.ts'
import { readField, type WireField, wireLength } from './otlp-wire.ts'

/**
 * A request in protobuf as OTLP/JSON on one line: names in lowerCamelCase, ids in hex, enums as numbers, 64-bit integers as strings. Fields
 * that OTLP does not define have no name there and are left out. The payload has to be well formed.
 */
export function otlpToJson(payload: Uint8Array, signal: Signal): string {
  return messageToJson(payload, 0, payload.length, requests[signal])
}

const doubles = new Set('as_double double_value sum explicit_bounds min max zero_threshold quantile value'.split(' '))
const booleans = new Set(['bool_value', 'is_monotonic'])
const zigzag = new Set(['scale', 'offset'])
const signed64 = new Set(['int_value', 'as_int'])
const hexIds = new Set(['trace_id', 'span_id', 'parent_span_id'])

/** What a number is, as the kinds of the wire do not tell it. */
export function numberKind({ name, kind }: FieldType): 'double' | 'boolean' | 'zigzag' | 'int64' | 'uint64' | 'int32' {
  if (kind === 'fixed64' && doubles.has(name)) return 'double'
  if (booleans.has(name)) return 'boolean'
  if (zigzag.has(name)) return 'zigzag'
  if (signed64.has(name)) return 'int64'
  return kind === 'fixed64' || name === 'bucket_counts' ? 'uint64' : 'int32'
}

export function isHexId({ name }: FieldType): boolean {
  return hexIds.has(name)
}

function messageToJson(bytes: Uint8Array, start: number, end: number, type: MessageType): string {
  const members = new Map<FieldType, string[]>()
  for (let at = start; at < end; ) {
    const field = readField(bytes, at, end)
    if (field === null) break
    const known = type.byNumber[field.number]
    if (known !== undefined) {
      const values = members.get(known) ?? []
      values.push(...valuesOf(bytes, field, known))
      members.set(known, values)
    }
    at = field.next
  }
  const written = [...members].map(
    ([{ jsonName, repeated }, values]) => `"${jsonName}":${repeated ? `[${values.join(',')}]` : values.at(-1)}`
  )
  return `{${written.join(',')}}`
}

/** One value, or many of a packed field. */
function valuesOf(bytes: Uint8Array, field: WireField, known: FieldType): string[] {
  const { start, end, wire } = field
  if (known.type !== null) return [messageToJson(bytes, start, end, known.type)]
  const content = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start)
  if (known.kind === 'string') return [JSON.stringify(content.toString())]
  if (known.kind === 'bytes') return [`"${content.toString(isHexId(known) ? 'hex' : 'base64')}"`]
  if (wire !== wireLength) return [numberToJson(content, known)]
  return packed(content, known).map((one) => numberToJson(one, known))
}

function packed(content: Buffer, { kind }: FieldType): Buffer[] {
  const values: Buffer[] = []
  for (let at = 0; at < content.length; ) {
    let next = at + (kind === 'fixed64' ? 8 : kind === 'fixed32' ? 4 : 0)
    if (kind === 'varint') for (next = at + 1; next < content.length && content[next - 1] > 0x7f; ) next++
    values.push(content.subarray(at, next))
    at = next
  }
  return values
}

function numberToJson(content: Buffer, field: FieldType): string {
  const kind = numberKind(field)
  if (kind === 'double') return doubleToJson(content.readDoubleLE())
  if (field.kind === 'fixed32') return String(content.readUInt32LE())
  const value = field.kind === 'fixed64' ? content.readBigUInt64LE() : bigVarint(content)
  if (kind === 'boolean') return String(value !== 0n)
  if (kind === 'zigzag') return String(BigInt.asIntN(32, (value >> 1n) ^ -(value & 1n)))
  if (kind === 'int64') return `"${BigInt.asIntN(64, value)}"`
  return kind === 'uint64' ? `"${value}"` : String(BigInt.asIntN(32, value))
}

/** JSON has no word for these: ProtoJSON writes them as strings. */
function doubleToJson(value: number): string {
  return Number.isFinite(value) ? (Object.is(value, -0) ? '-0.0' : String(value)) : `"${value}"`
}

function bigVarint(content: Buffer): bigint {
  let value = 0n
  for (let i = content.length - 1; i >= 0; i--) value = (value << 7n) | BigInt(content[i] & 0x7f)
  return BigInt.asUintN(64, value)
}
