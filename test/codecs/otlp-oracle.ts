// The messages of OTLP as an independent implementation knows them: code that protobufjs generated from the official definitions. Their
// fields are read from its documentation comments, which say each one's name and type.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Signal } from '../../src/model.ts'

const require = createRequire(import.meta.url)
const file = require.resolve('otlp-protos').replace(/build\/src\/.*$/, 'build/src/generated/root.js')

/** A message as a plain object, fields by their JSON names. */
export type Plain = Record<string, unknown>

interface Generated {
  encode(message: Plain): { finish(): Uint8Array }
  decode(bytes: Uint8Array): Plain
  toObject(message: Plain, options: object): Plain
  fromObject(plain: Plain): Plain
}

export interface OracleField {
  readonly name: string
  readonly kind: 'message' | 'string' | 'bytes' | 'other'
  /** Full name of the message; empty for others. */
  readonly type: string
  readonly repeated: boolean
}

/** Fields by the full name of their message. */
export const oracleMessages: ReadonlyMap<string, readonly OracleField[]> = readMessages(readFileSync(file, 'utf8'))

export const oracleRequests: Readonly<Record<Signal, string>> = {
  logs: 'opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest',
  traces: 'opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest',
  metrics: 'opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest'
}

export function encode(signal: Signal, message: Plain): Uint8Array {
  const type = generated(oracleRequests[signal])
  return Uint8Array.from(type.encode(type.fromObject(message)).finish())
}

/** 64-bit numbers come as text, bytes as arrays of numbers: comparable with `toEqual`. */
export function decode(signal: Signal, bytes: Uint8Array): Plain {
  const type = generated(oracleRequests[signal])
  return type.toObject(type.decode(bytes), { longs: String, bytes: Array })
}

function generated(name: string): Generated {
  return name
    .split('.')
    .reduce((space: Record<string, never>, part) => space[part], require(file)) as unknown as Generated
}

function readMessages(source: string): Map<string, OracleField[]> {
  const messages = new Map<string, OracleField[]>()
  for (const [, body] of source.matchAll(/\/\*\*\n((?:\s*\* .*\n)+?)\s*\*\//g)) {
    const space = /@memberof (\S+)/.exec(body)?.[1]
    const name = /@interface I(\w+)/.exec(body)?.[1]
    if (space === undefined || name === undefined) continue
    const fields = [...body.matchAll(/@property \{(.+)\} \[(\w+)\]/g)].map(([, type, field]) => readField(type, field))
    messages.set(`${space}.${name}`, fields)
  }
  return messages
}

function readField(text: string, name: string): OracleField {
  const inner = /^Array\.<(.+)>\|null$/.exec(text)?.[1] ?? text.replace('|null', '')
  const repeated = text.startsWith('Array.<')
  const message = /^(opentelemetry\..*\.)I([A-Z][a-z]\w*)$/.exec(inner)
  if (message !== null) return { name, kind: 'message', type: message[1] + message[2], repeated }
  const kind = inner === 'string' ? 'string' : inner === 'Uint8Array' ? 'bytes' : 'other'
  return { name, kind, type: '', repeated }
}
