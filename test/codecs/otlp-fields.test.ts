// Every string and bytes field that OTLP's definitions have, found by reflection over code generated from them: our table knows it, and a
// secret in it does not come through, in either encoding.
import { describe, expect, test } from 'vitest'
import { messages } from '../../src/codecs/otlp-schema.ts'
import { createRedactors } from '../../src/index.ts'
import type { Signal } from '../../src/model.ts'
import { decode, encode, type OracleField, oracleMessages, oracleRequests, type Plain } from './otlp-oracle.ts'
import { canary } from './otlp-toys.ts'

const signals: readonly Signal[] = ['logs', 'traces', 'metrics']

/** Of release 1.10 and 1.11 of the definitions: numbers, which the generated code does not have yet. */
const newer = new Set(['KeyValue.keyStrindex', 'AnyValue.stringValueStrindex'])
const ourNames: Readonly<Record<string, string>> = {
  LogsRequest: 'ExportLogsServiceRequest',
  TraceRequest: 'ExportTraceServiceRequest',
  MetricsRequest: 'ExportMetricsServiceRequest',
  Scope: 'InstrumentationScope'
}

/** Full names of all messages in a request. */
function reachable(type: string, into = new Set<string>()): Set<string> {
  if (into.has(type)) return into
  into.add(type)
  for (const field of fieldsOf(type)) if (field.type !== '') reachable(field.type, into)
  return into
}

function fieldsOf(type: string): readonly OracleField[] {
  const fields = oracleMessages.get(type)
  if (fields === undefined) throw new Error(`no message ${type}`)
  return fields
}

function shortName(type: string): string {
  return type.split('.').at(-1) ?? ''
}

test('our table of fields is that of the definitions', () => {
  const theirs = new Set<string>()
  for (const type of signals.flatMap((signal) => [...reachable(oracleRequests[signal])])) {
    for (const { name, kind, type: inner, repeated } of fieldsOf(type))
      theirs.add(`${shortName(type)}.${name}: ${kind} ${shortName(inner)}${repeated ? '*' : ''}`)
  }
  const ours = new Set<string>()
  for (const message of messages) {
    const owner = ourNames[message.name] ?? message.name
    for (const { jsonName, kind, type, repeated } of message.fields) {
      if (newer.has(`${owner}.${jsonName}`)) continue
      const known = kind === 'message' || kind === 'string' || kind === 'bytes' ? kind : 'other'
      const inner = type === null ? '' : (ourNames[type.name] ?? type.name)
      ours.add(`${owner}.${jsonName}: ${known} ${inner}${repeated ? '*' : ''}`)
    }
  }
  expect(theirs.size).toBeGreaterThan(100)
  expect([...ours].sort()).toEqual([...theirs].sort())
})

const redactors = createRedactors({ detectors: [canary] })

/** A message with a canary in each of its string and bytes fields, and in those of the messages in it; AnyValue once in each of its forms. */
function plant(type: string, next: () => string, depth = 0): Plain[] {
  const isOneof = shortName(type) === 'AnyValue'
  const whole: Plain = {}
  const forms: Plain[] = []
  for (const field of fieldsOf(type)) {
    const values = valuesOf(field, next, depth)
    if (values.length === 0) continue
    if (isOneof) for (const value of values) forms.push({ [field.name]: value })
    else if (field.repeated) whole[field.name] = values
    else whole[field.name] = values[0]
  }
  return isOneof ? forms : [whole]
}

function valuesOf({ kind, type, repeated }: OracleField, next: () => string, depth: number): unknown[] {
  if (kind === 'string') return repeated ? [next(), next()] : [next()]
  if (kind === 'bytes') return [Buffer.from(next())]
  if (kind !== 'message' || depth > 12) return []
  if (shortName(type) === 'KeyValue') return pairs(type, next, depth)
  if (shortName(type) !== 'Metric') return plant(type, next, depth + 1)
  // Its data is one of several kinds.
  const data = fieldsOf(type).filter((field) => field.kind === 'message' && !field.repeated)
  return data.map((kept) => {
    const [metric] = plant(type, next, depth + 1)
    for (const other of data) if (other.name !== kept.name) delete metric[other.name]
    return metric
  })
}

/** One pair for each form that a value can have. */
function pairs(type: string, next: () => string, depth: number): Plain[] {
  const value = fieldsOf(type).find(({ name }) => name === 'value')
  if (value === undefined) throw new Error('a pair has a value')
  return plant(value.type, next, depth + 1).map((form) => ({ key: next(), value: form }))
}

function canaries(signal: Signal): { message: Plain; texts: string[] } {
  let count = 0
  const [message] = plant(oracleRequests[signal], () => `canary_${String(100000 + count++)}`)
  return { message, texts: leaves(message) }
}

function leaves(value: unknown): string[] {
  if (typeof value === 'string' || Buffer.isBuffer(value)) return [String(value)]
  return Object.values(value as object).flatMap(leaves)
}

describe.each(signals)('%s', (signal) => {
  const { message, texts } = canaries(signal)

  test('protobuf: a canary in every string and bytes field', () => {
    const bytes = encode(signal, message)
    for (const text of texts) expect(Buffer.from(bytes).includes(text)).toBe(true)
    const { payload, findings, withheld } = redactors.otlp({ format: 'otlp-proto', signal }).redact(bytes)
    expect(Buffer.from(payload).includes('canary_')).toBe(false)
    expect(findings).toHaveLength(texts.length)
    expect(findings.filter(({ path }) => path === '' || path.includes('unknown'))).toEqual([])
    expect(withheld.unknown).toBe(0)
    const expected = JSON.stringify(withoutIds(withBytes(decode(signal, bytes)))).replaceAll(
      /canary_\d{6}/g,
      '[REDACTED:github-canary]'
    )
    expect(withoutSuffixes(withoutIds(withBytes(decode(signal, payload))))).toEqual(JSON.parse(expected))
    expect(redactors.otlp({ format: 'otlp-proto', signal }).redact(payload).payload).toBe(payload)
  })

  test('JSON: a canary in every string and bytes field', () => {
    const bytes = Buffer.from(JSON.stringify(message, jsonForm))
    for (const text of [bytes, Buffer.from(JSON.stringify(JSON.parse(String(bytes)), null, 4))]) {
      const redactor = redactors.otlp({ format: 'otlp-json', signal })
      const { payload, findings } = redactor.redact(text)
      expect(new Set(findings.map(({ path, record }) => `${record} ${path}`)).size).toBe(places(signal, message))
      expect(findings).toHaveLength(texts.length)
      const redacted = JSON.stringify(JSON.parse(String(payload)))
      expect(redacted).not.toContain('canary_')
      expect(redacted).not.toMatch(canaryEncoded)
      expect(redactor.redact(payload).payload).toBe(payload)
    }
  })
})

/** Base64 at the three alignments, and hex. */
const canaryEncoded = /Y2FuYXJ5|NhbmFye|jYW5hcn|63616e617279/

/** As in OTLP/JSON: ids in hex, other bytes in base64. */
function jsonForm(key: string, value: unknown): unknown {
  const data =
    (value as { type?: string; data?: number[] } | null)?.type === 'Buffer' ? (value as { data: number[] }).data : null
  if (data === null) return value
  return Buffer.from(data).toString(/Id$/.test(key) ? 'hex' : 'base64')
}

/** How many different places the findings of a message have: as many as those of its protobuf form. */
function places(signal: Signal, message: Plain): number {
  const { findings } = redactors.otlp({ format: 'otlp-proto', signal }).redact(encode(signal, message))
  return new Set(findings.map(({ path, record }) => `${record} ${path}`)).size
}

/** Bytes as text. */
function withBytes(value: unknown): unknown {
  if (Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'number' && item < 256))
    return Buffer.from(value as number[]).toString('latin1')
  if (Array.isArray(value)) return value.map(withBytes)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withBytes(inner)]))
}

/** Ids are empty once they were touched. */
function withoutIds(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, inner) => (/^(trace|span|parentSpan)Id$/.test(key) ? '' : inner)))
}

/** What keeps redacted names apart. */
function withoutSuffixes(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).replaceAll(/(\[REDACTED:github-canary\])\.\d+/g, '$1'))
}
