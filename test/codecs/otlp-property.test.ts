// Random requests, written by an independent encoder, with secrets planted: everything outside of them comes out equal, nothing of them does.

import { describe, expect, test } from 'vitest'
import { createRedactors } from '../../src/index.ts'
import type { Signal } from '../../src/model.ts'
import fc from '../property.ts'
import { decode, encode, type OracleField, oracleMessages, oracleRequests, type Plain } from './otlp-oracle.ts'
import { canary, password } from './otlp-toys.ts'

const redactors = createRedactors({ detectors: [canary, password] })
const signals: readonly Signal[] = ['logs', 'traces', 'metrics']

const token = fc.integer({ min: 100000, max: 999999 }).map((n) => `canary_${n}`)
const plain = fc
  .string({ unit: 'binary', maxLength: 200 })
  .map((text) => text.toWellFormed().replaceAll(/canary|password/gi, ''))
const word = fc.constantFrom(
  '',
  'a',
  'http.url',
  'message',
  'x'.repeat(120),
  'y'.repeat(126),
  '{"a":1}',
  '[]',
  'key',
  'value'
)
const textOf = (secrets: boolean) =>
  secrets
    ? fc.oneof(
        { weight: 6, arbitrary: word },
        { weight: 3, arbitrary: plain },
        { weight: 2, arbitrary: token },
        { weight: 1, arbitrary: fc.tuple(word, token, word).map(([a, b, c]) => `${a} ${b} ${c}`) },
        { weight: 1, arbitrary: token.map((secret) => JSON.stringify({ a: [{ b: secret }] })) }
      )
    : fc.oneof({ weight: 6, arbitrary: word }, { weight: 3, arbitrary: plain })

function messageOf(type: string, secrets: boolean, depth: number): fc.Arbitrary<Plain> {
  const fields = oracleMessages.get(type) ?? []
  if (type.endsWith('.AnyValue')) {
    const leaf = depth > 7
    const forms = fields.filter(({ kind }) => !leaf || kind !== 'message')
    return fc.oneof(...forms.map((field) => anyOf(field, secrets, depth).map((value) => ({ [field.name]: value }))))
  }
  const known = fields.filter(({ kind }) => kind !== 'other')
  return fc
    .record(
      Object.fromEntries(
        known.map((field) => {
          const value = fc.oneof(
            { arbitrary: anyOf(field, secrets, depth), weight: 3 },
            { arbitrary: fc.constant(undefined), weight: 1 }
          )
          return [
            field.name,
            field.repeated ? fc.array(anyOf(field, secrets, depth), { maxLength: depth < 3 ? 2 : 3 }) : value
          ]
        })
      )
    )
    .map(withoutGaps)
}

function withoutGaps(message: Plain): Plain {
  return Object.fromEntries(Object.entries(message).filter(([, value]) => value !== undefined))
}

function anyOf({ kind, type, name }: OracleField, secrets: boolean, depth: number): fc.Arbitrary<unknown> {
  if (kind === 'string') return textOf(secrets)
  if (kind === 'bytes')
    return /Id$/.test(name) ? fc.constant(Buffer.alloc(8, 3)) : textOf(secrets).map((text) => Buffer.from(text))
  if (kind === 'message') return messageOf(type, secrets, depth + 1)
  return name === 'boolValue' ? fc.boolean() : fc.integer({ min: 0, max: 1000 })
}

const runs = { numRuns: 150, seed: 20 }

describe.each(signals)('%s', (signal) => {
  const redactor = redactors.otlp({ format: 'otlp-proto', signal })

  test('secrets go, all else stays', () => {
    fc.assert(
      fc.property(messageOf(oracleRequests[signal], true, 0), (message) => {
        const bytes = encode(signal, message)
        const { payload, findings, withheld } = redactor.redact(bytes)
        const text = Buffer.from(bytes).toString('latin1')
        expect(Buffer.from(payload).toString('latin1')).not.toMatch(/canary_\d{6}/)
        expect(withheld).toEqual({ depth: 0, size: 0, effort: 0, error: 0, unknown: 0 })
        expect(findings.length).toBe([...text.matchAll(/canary_\d{6}/g)].length)
        expect(normal(decode(signal, payload))).toEqual(normal(decode(signal, bytes)))
        expect(redactor.redact(payload).payload).toBe(payload)
        if (findings.length === 0) expect(payload).toBe(bytes)
      }),
      runs
    )
  })

  test('a clean request is the same object', () => {
    fc.assert(
      fc.property(messageOf(oracleRequests[signal], false, 0), (message) => {
        const bytes = encode(signal, message)
        expect(redactor.redact(bytes).payload).toBe(bytes)
        const json = Buffer.from(JSON.stringify(message))
        expect(redactors.otlp({ format: 'otlp-json', signal }).redact(json).payload).toBe(json)
      }),
      runs
    )
  })

  test('both encodings say the same', () => {
    fc.assert(
      fc.property(messageOf(oracleRequests[signal], true, 0), (message) => {
        const withoutBytes = JSON.parse(
          JSON.stringify(message, (_, value) => (value?.type === 'Buffer' ? undefined : value))
        )
        const inProto = redactor.redact(encode(signal, withoutBytes))
        const json = redactors.otlp({ format: 'otlp-json', signal }).redact(Buffer.from(JSON.stringify(withoutBytes)))
        const told = ({ detector, record, path }: { detector: string; record: number; path: string }) => [
          detector,
          record,
          path
        ]
        expect(json.records).toBe(inProto.records)
        expect(json.findings.map(told).sort()).toEqual(inProto.findings.map(told).sort())
        expect(decode(signal, encode(signal, JSON.parse(String(json.payload))))).toEqual(
          decode(signal, inProto.payload)
        )
      }),
      runs
    )
  })
})

/** Every secret as its placeholder, bytes as text, without what keeps names apart. */
function normal(value: unknown): unknown {
  if (typeof value === 'string')
    return value.replaceAll(/canary_\d{6}|\[REDACTED:github-canary\]/g, '*').replace(/^(.*\*.*)\.\d+$/s, '$1')
  if (Array.isArray(value)) {
    const isBytes = value.length > 0 && value.every((item) => typeof item === 'number')
    return isBytes ? normal(Buffer.from(value as number[]).toString('latin1')) : value.map(normal)
  }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, normal(inner)]))
}
