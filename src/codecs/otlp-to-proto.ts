import { LogveilError } from '../errors.ts'
import type { Signal } from '../model.ts'
import { type FieldType, type MessageType, requests } from './otlp-schema.ts'
import { isHexId, numberKind } from './otlp-to-json.ts'
import { delimited, encodeVarint } from './otlp-wire.ts'

/**
 * A request in OTLP/JSON as protobuf, for downstreams that take no other. Both forms of names and of 64-bit integers are understood, unknown
 * members are left out. Throws `PAYLOAD_INVALID` with the path of what does not fit, never with its text.
 */
export function otlpToProto(payload: Uint8Array, signal: Signal): Uint8Array {
  const text = Buffer.from(payload.buffer, payload.byteOffset, payload.length).toString()
  return Buffer.concat(messageToProto(parse(text), requests[signal], ''))
}

type Json = null | boolean | string | NumberText | Json[] | { [name: string]: Json }

/** A number as it was written, so that no digit of a large one is lost. */
interface NumberText {
  readonly digits: string
}

const numberMark = Symbol('number')

function parse(text: string): Json {
  const keepDigits = (_key: string, value: unknown, context?: { source?: string }): unknown =>
    typeof value === 'number' ? { [numberMark]: true, digits: context?.source ?? String(value) } : value
  try {
    return JSON.parse(text, keepDigits as never) as Json
  } catch {
    throw new LogveilError('PAYLOAD_INVALID', 'the body is no valid JSON')
  }
}

function messageToProto(json: Json, type: MessageType, path: string): Uint8Array[] {
  if (json === null) return []
  if (typeof json !== 'object' || Array.isArray(json) || numberMark in json) throw misfit(path, 'is no object')
  return Object.entries(json).flatMap(([name, value]) => {
    const field = type.byName.get(name)
    // OTLP has its receivers ignore original names (severity_text), though protobuf's readers of JSON take them.
    return field?.jsonName !== name || value === null ? [] : fieldToProto(value, field, `${path}/${field.jsonName}`)
  })
}

function fieldToProto(json: Json, field: FieldType, path: string): Uint8Array[] {
  if (!field.repeated) return valueToProto(json, field, path)
  if (!Array.isArray(json)) throw misfit(path, 'is no array')
  return json.flatMap((item, i) => valueToProto(item, field, `${path}/${i}`))
}

function valueToProto(json: Json, field: FieldType, path: string): Uint8Array[] {
  if (field.type !== null) return delimited(field.number * 8 + 2, messageToProto(json, field.type, path))
  if (field.kind === 'string' || field.kind === 'bytes') {
    if (typeof json !== 'string') throw misfit(path, 'is no string')
    const encoding = field.kind === 'string' ? 'utf8' : isHexId(field) ? 'hex' : 'base64'
    // Node reads as far as it can.
    if (encoding === 'hex' && !/^([0-9a-f]{2})*$/i.test(json)) throw misfit(path, 'is no hex')
    if (encoding === 'base64' && !/^[\w+/-]*={0,2}$/.test(json)) throw misfit(path, 'is no base64')
    return delimited(field.number * 8 + 2, [Buffer.from(json, encoding)])
  }
  return numberToProto(json, field, path)
}

function numberToProto(json: Json, field: FieldType, path: string): Uint8Array[] {
  const { number, kind } = field
  if (kind === 'fixed64') return [Uint8Array.from(encodeVarint(number * 8 + 1)), eightBytes(json, field, path)]
  if (kind === 'fixed32') {
    const four = Buffer.alloc(4)
    four.writeUInt32LE(Number(BigInt.asUintN(32, integer(json, path))))
    return [Uint8Array.from(encodeVarint(number * 8 + 5)), four]
  }
  return [Uint8Array.from([...encodeVarint(number * 8), ...bigVarint(varintValue(json, field, path))])]
}

function eightBytes(json: Json, field: FieldType, path: string): Buffer {
  const eight = Buffer.alloc(8)
  if (numberKind(field) === 'double') eight.writeDoubleLE(double(json, path))
  else eight.writeBigUInt64LE(BigInt.asUintN(64, integer(json, path)))
  return eight
}

function varintValue(json: Json, field: FieldType, path: string): bigint {
  const kind = numberKind(field)
  if (kind === 'boolean') {
    if (typeof json !== 'boolean') throw misfit(path, 'is neither true nor false')
    return json ? 1n : 0n
  }
  const value = integer(json, path)
  return BigInt.asUintN(64, kind === 'zigzag' ? (value << 1n) ^ (value >> 63n) : value)
}

function integer(json: Json, path: string): bigint {
  const digits = textOf(json)
  if (digits !== null && /^-?\d{1,20}$/.test(digits)) return BigInt(digits)
  const value = Number(digits ?? Number.NaN)
  if (digits === '' || !Number.isInteger(value)) throw misfit(path, 'is no integer')
  return BigInt(value)
}

function double(json: Json, path: string): number {
  const text = textOf(json)
  if (text === 'NaN') return Number.NaN
  const value = text === null || text.trim() === '' ? Number.NaN : Number(text)
  if (Number.isNaN(value)) throw misfit(path, 'is no number')
  return value
}

function textOf(json: Json): string | null {
  if (typeof json === 'string') return json
  return typeof json === 'object' && json !== null && numberMark in json ? (json as never as NumberText).digits : null
}

function bigVarint(value: bigint): number[] {
  const bytes: number[] = []
  let rest = value
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80)
  bytes.push(Number(rest))
  return bytes
}

function misfit(path: string, what: string): LogveilError {
  return new LogveilError('PAYLOAD_INVALID', `${path === '' ? 'the body' : path} ${what}`)
}
