// Bodies as the OpenTelemetry SDK for JavaScript sends them: clean ones pass as the same object, and a planted secret goes alone.
import { createRequire } from 'node:module'
import { describe, expect, test } from 'vitest'
import { createOtlpCodec } from '../../src/codecs/otlp-codec.ts'
import { createRedactors } from '../../src/index.ts'
import type { Field, Scanner, Signal } from '../../src/model.ts'
import { createFingerprinter } from '../../src/redact/fingerprint.ts'
import { compilePolicy } from '../../src/redact/policy.ts'
import { assembleRedactor } from '../../src/redactor.ts'
import { createCarry } from '../../src/scan/scanner.ts'
import { encode } from './otlp-oracle.ts'

interface Serializer {
  serializeRequest(data: unknown): Uint8Array
}

/** The SDK's own, by encoding and signal. */
const serializers = createRequire(import.meta.url)('otlp-protos') as Record<string, Serializer>

const time: [number, number] = [1764000000, 123456789]
const resource = { attributes: { 'service.name': 'checkout', 'host.cpus': 4 }, asyncAttributesPending: false }
const instrumentationScope = { name: 'app', version: '1.2.3' }
const spanContext = { traceId: '5b8efff798038103d269b633813fc60c', spanId: 'eee19b7ec3c1b174', traceFlags: 1 }
const attributes = {
  'http.route': '/cart/:id',
  'http.status': 200,
  ok: true,
  tags: ['a', 'b'],
  args: ['--port', '8080']
}

const bodies: Record<Signal, (i: number, text: string) => unknown> = {
  logs: (i, text) => ({
    hrTime: time,
    hrTimeObserved: time,
    spanContext,
    severityText: 'INFO',
    severityNumber: 9,
    body: i % 2 === 0 ? `GET /cart/${i} ${text}` : { msg: text, n: i, nested: { list: [1, 2.5, null, 'x'] } },
    eventName: 'request',
    resource,
    instrumentationScope,
    attributes,
    droppedAttributesCount: 0
  }),
  traces: (i, text) => ({
    name: `GET /cart/${i}`,
    kind: 1,
    spanContext: () => spanContext,
    startTime: time,
    endTime: time,
    status: { code: 2, message: text },
    attributes,
    links: [{ context: spanContext, attributes }],
    events: [{ name: 'retry', time, attributes: { n: i } }],
    duration: [0, 5],
    ended: true,
    resource,
    instrumentationScope,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0
  }),
  metrics: (i, text) => ({
    descriptor: { name: `requests.${i}`, description: text, unit: '1', type: 'COUNTER', valueType: 0 },
    aggregationTemporality: 1,
    dataPointType: 3,
    isMonotonic: true,
    dataPoints: [{ startTime: time, endTime: time, attributes, value: i }]
  })
}

function bodyOf(format: string, signal: Signal, texts: readonly string[]): Uint8Array {
  const records = texts.map((text, i) => bodies[signal](i, text))
  const kind = { logs: 'Logs', traces: 'Trace', metrics: 'Metrics' }[signal]
  const data =
    signal === 'metrics' ? { resource, scopeMetrics: [{ scope: instrumentationScope, metrics: records }] } : records
  const serializer = serializers[`${format === 'otlp-proto' ? 'Protobuf' : 'Json'}${kind}Serializer`]
  return serializer.serializeRequest(data)
}

const redactors = createRedactors()
const texts = Array.from({ length: 60 }, (_, i) => `user ${i * 7919} added item ${i} in ${i * 3} ms, token_count=${i}`)

describe.each(['otlp-proto', 'otlp-json'] as const)('%s', (format) => {
  describe.each(['logs', 'traces', 'metrics'] as const)('%s', (signal) => {
    const redactor = redactors.otlp({ format, signal })

    test('clean', () => {
      const body = bodyOf(format, signal, texts)
      const { payload, records } = redactor.redact(body)
      expect(payload).toBe(body)
      expect(records).toBe(texts.length)
    })

    test('one secret', () => {
      const secret = `glpat-${'Zx8Kq2Lw9'.repeat(3).slice(0, 20)}`
      const planted = [...texts]
      planted[31] = `with ${secret} inside`
      const body = bodyOf(format, signal, planted)
      const { payload, findings } = redactor.redact(body)
      const path = { logs: 'body.msg', traces: 'status.message', metrics: 'metric.description' }[signal]
      expect(findings.map((finding) => [finding.record, finding.path])).toEqual([[31, path]])
      planted[31] = `with [REDACTED:${findings[0].detector}] inside`
      expect(Buffer.from(payload)).toEqual(Buffer.from(bodyOf(format, signal, planted)))
    })

    /** A scanner whose closer look throws at every field, or that throws at once. */
    const broken = (scan: Scanner['scan']) => {
      const codec = createOtlpCodec({ format, signal })
      const parts = { policy: compilePolicy(), fingerprinter: createFingerprinter([]), createCarry }
      return assembleRedactor({ ...parts, codec, framing: codec, scanner: { scan, countNewlines: () => 0 } })
    }

    test('a field whose scan throws is withheld, the rest stays', () => {
      const body = bodyOf(format, signal, texts)
      const at = Buffer.from(body).indexOf('item 17')
      const redactor = broken((payload, codec) => {
        const withheld: { start: number; end: number; reason: 'error'; field: Field }[] = []
        const end = at + 5
        codec.locate(
          payload,
          { count: 1, pairs: Int32Array.of(0, end) },
          {
            field() {
              throw new Error('broken')
            },
            scan: () => ({ count: 0, pairs: new Int32Array(0) }),
            wantsNext: () => false,
            withhold: (field, reason) =>
              withheld.push({ start: field.start, end: field.end, reason: reason as 'error', field })
          }
        )
        return { matches: [], withheld }
      })
      const { payload, withheld, records } = redactor.redact(body)
      const expected = [...texts]
      expected[17] = '[WITHHELD:error]'
      expect(Buffer.from(payload)).toEqual(Buffer.from(bodyOf(format, signal, expected)))
      expect(withheld).toEqual({ depth: 0, size: 0, effort: 0, error: 1, unknown: 0 })
      expect(records).toBe(texts.length)
    })

    test('when nothing can be scanned, nothing passes', () => {
      const body = bodyOf(format, signal, texts)
      const { payload, withheld, records } = broken(() => {
        throw new Error('broken')
      }).redact(body)
      expect(String(payload)).toBe(format === 'otlp-proto' ? '' : '{}')
      expect(records).toBe(texts.length)
      expect(withheld.error).toBe(texts.length)
    })
  })
})

/** A body with one span, whose ids are these bytes. */
function spanWith(traceId: Uint8Array, spanId: Uint8Array): Uint8Array {
  const span = { traceId, spanId, name: 'GET /cart', links: [{ traceId, spanId }] }
  return encode('traces', { resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] })
}

test('ids that read like a password among random bytes stay as they are', () => {
  const traces = createRedactors().otlp({ format: 'otlp-proto', signal: 'traces' })
  const [name, operators, rest] = ['PW', '=:>', [0x84, 0xe7, 0xa0, 0xd8, 0x78, 0x15, 0xff, 0xa9, 0x4d, 0xc2]]
  for (const operator of operators)
    for (const [before, behind] of [
      [[], rest],
      [[0xef, 0x2c], rest],
      [
        [0x1d, 0x74, 0xe9],
        [0x41, ...rest]
      ]
    ]) {
      const bytes = [...before, ...Buffer.from(name + operator), ...behind, ...rest]
      const body = spanWith(Uint8Array.from(bytes.slice(0, 16)), Uint8Array.from(bytes.slice(0, 8)))
      expect(traces.redact(body).payload).toBe(body)
    }
})

test('what is written as text in the place of an id is redacted', () => {
  const traces = createRedactors().otlp({ format: 'otlp-proto', signal: 'traces' })
  const { payload, findings } = traces.redact(spanWith(Buffer.from('password=hunter2'), Buffer.alloc(8, 0xff)))
  expect(findings.map(({ path }) => path)).toEqual(['trace_id', 'links[0].trace_id'])
  expect(Buffer.from(payload ?? []).includes('hunter2')).toBe(false)
})
