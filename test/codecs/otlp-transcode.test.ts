import root from 'otlp-protos/build/src/generated/root.js'
import { describe, expect, test } from 'vitest'
import { splitOtlp } from '../../src/codecs/otlp-split.ts'
import { otlpToJson } from '../../src/codecs/otlp-to-json.ts'
import { otlpToProto } from '../../src/codecs/otlp-to-proto.ts'
import type { Signal } from '../../src/model.ts'

// biome-ignore lint/suspicious/noExplicitAny: generated classes, one interface for each message
const collector = (root as any).opentelemetry.proto.collector
const classes: Record<Signal, { encode(m: unknown): { finish(): Uint8Array }; decode(b: Uint8Array): object }> = {
  logs: collector.logs.v1.ExportLogsServiceRequest,
  traces: collector.trace.v1.ExportTraceServiceRequest,
  metrics: collector.metrics.v1.ExportMetricsServiceRequest
}
const encode = (signal: Signal, message: unknown) => classes[signal].encode(message).finish()
const decode = (signal: Signal, bytes: Uint8Array) => JSON.parse(JSON.stringify(classes[signal].decode(bytes)))

const traceId = Buffer.from('5b8efff798038103d269b633813fc60c', 'hex')
const spanId = Buffer.from('eee19b7ec3c1b174', 'hex')
const attributes = [
  { key: 's', value: { stringValue: 'é"\n' } },
  { key: 'i', value: { intValue: -9007199254740991n.toString() } },
  { key: 'd', value: { doubleValue: 1.5 } },
  { key: 'b', value: { boolValue: false } },
  { key: 'y', value: { bytesValue: Buffer.from([0, 255]) } },
  { key: 'l', value: { arrayValue: { values: [{ stringValue: 'a' }, {}] } } },
  { key: 'm', value: { kvlistValue: { values: [{ key: 'k', value: { intValue: 3 } }] } } }
]
const log = (text: string) => ({
  timeUnixNano: 1,
  severityNumber: 9,
  body: { stringValue: text },
  traceId,
  spanId,
  attributes
})

const requests: Record<Signal, unknown> = {
  logs: {
    resourceLogs: [
      {
        resource: { attributes },
        scopeLogs: [{ scope: { name: 's' }, logRecords: [log('a'), log('b')], schemaUrl: 'u' }]
      },
      { scopeLogs: [{ logRecords: [log('c')] }], schemaUrl: 'v' }
    ]
  },
  traces: {
    resourceSpans: [
      {
        scopeSpans: [
          {
            spans: [
              {
                traceId,
                spanId,
                name: 'a',
                kind: 2,
                events: [{ name: 'e', attributes }],
                status: { code: 2, message: 'x' }
              },
              { traceId, spanId, name: 'b', links: [{ traceId, spanId, attributes, traceState: 't' }] }
            ]
          }
        ]
      }
    ]
  },
  metrics: {
    resourceMetrics: [
      {
        scopeMetrics: [
          {
            metrics: [
              {
                name: 'g',
                gauge: {
                  dataPoints: [
                    { asDouble: -0.5, attributes },
                    { asInt: -7, exemplars: [{ asInt: 2, spanId }] }
                  ]
                }
              },
              { name: 's', sum: { isMonotonic: true, aggregationTemporality: 2, dataPoints: [{ asInt: 1 }] } },
              {
                name: 'h',
                histogram: {
                  dataPoints: [{ count: 3, sum: 2.5, bucketCounts: [1, 2], explicitBounds: [0.5], min: 0, max: 2 }]
                }
              },
              {
                name: 'e',
                exponentialHistogram: {
                  dataPoints: [{ count: 1, scale: -3, zeroCount: 1, positive: { offset: -2, bucketCounts: [1, 300] } }]
                }
              },
              {
                name: 'q',
                summary: { dataPoints: [{ count: 1, sum: 1, quantileValues: [{ quantile: 0.5, value: 1 }] }] }
              }
            ]
          }
        ]
      }
    ]
  }
}
const signals = ['logs', 'traces', 'metrics'] as const

describe('protobuf to JSON and back', () => {
  test.each(signals)('%s', (signal) => {
    const bytes = encode(signal, requests[signal])
    const json = otlpToJson(bytes, signal)
    expect(json).not.toContain('\n')
    expect(decode(signal, otlpToProto(Buffer.from(json), signal))).toEqual(decode(signal, bytes))
  })

  test('ids are hex, enums numbers, 64-bit integers strings, bytes base64', () => {
    const json = JSON.parse(otlpToJson(encode('logs', requests.logs), 'logs')).resourceLogs[0].scopeLogs[0]
      .logRecords[0]
    expect(json).toMatchObject({
      timeUnixNano: '1',
      severityNumber: 9,
      traceId: '5b8efff798038103d269b633813fc60c',
      spanId: 'eee19b7ec3c1b174'
    })
    expect(json.attributes.map(({ value }: { value: object }) => value)).toEqual([
      { stringValue: 'é"\n' },
      { intValue: '-9007199254740991' },
      { doubleValue: 1.5 },
      { boolValue: false },
      { bytesValue: 'AP8=' },
      { arrayValue: { values: [{ stringValue: 'a' }, {}] } },
      { kvlistValue: { values: [{ key: 'k', value: { intValue: '3' } }] } }
    ])
  })

  test.each([
    ['unknown members', '{"resourceLogs":[],"later":{"a":[1]}}', {}],
    ['null', 'null', {}],
    [
      'a number of more than 53 bits',
      '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":18446744073709551615}]}]}]}',
      { resourceLogs: [{ scopeLogs: [{ logRecords: [{ timeUnixNano: '18446744073709551615' }] }] }] }
    ],
    ['original names as unknown ones', '{"resourceLogs":[{"schema_url":"u"}]}', { resourceLogs: [{}] }]
  ])('takes %s', (_, json, expected) => {
    expect(decode('logs', otlpToProto(Buffer.from(json), 'logs'))).toEqual(expected)
  })

  test.each([
    ['[1]', 'the body is no object'],
    ['{"resourceLogs":{}}', '/resourceLogs is no array'],
    ['{"resourceLogs":[{"schemaUrl":5}]}', '/resourceLogs/0/schemaUrl is no string'],
    ['{"resourceLogs":[', 'the body is no valid JSON']
  ])('refuses %s', (json, message) => {
    expect(() => otlpToProto(Buffer.from(json), 'logs')).toThrow(
      expect.objectContaining({ code: 'PAYLOAD_INVALID', message })
    )
  })
})

describe('split', () => {
  test.each(signals)('%s: both halves hold what records share, and together every record once', (signal) => {
    const bytes = encode(signal, requests[signal])
    const leaves = (part: Uint8Array) => records(decode(signal, part))
    const [first, second] = splitOtlp(bytes, signal) ?? []
    expect([...leaves(first ?? bytes), ...leaves(second ?? bytes)]).toEqual(leaves(bytes))
    expect(leaves(first ?? bytes).length - leaves(second ?? bytes).length).toBeOneOf([0, 1])
  })

  test('a half keeps resource, scope and schema', () => {
    const [first] = splitOtlp(encode('logs', requests.logs), 'logs') ?? []
    expect(decode('logs', first as Uint8Array)).toEqual(
      decode('logs', encode('logs', { resourceLogs: [(requests.logs as { resourceLogs: object[] }).resourceLogs[0]] }))
    )
  })

  test('one record cannot be split, nor what is malformed', () => {
    expect(splitOtlp(encode('logs', { resourceLogs: [{ scopeLogs: [{ logRecords: [log('a')] }] }] }), 'logs')).toBe(
      null
    )
    expect(splitOtlp(Uint8Array.from([10, 200, 1]), 'logs')).toBe(null)
  })
})

/** Log records, spans or data points, in order. */
function records(message: unknown): unknown[] {
  if (typeof message !== 'object' || message === null) return []
  return Object.entries(message).flatMap(([name, value]) =>
    ['logRecords', 'spans', 'dataPoints'].includes(name) ? (value as unknown[]) : records(value)
  )
}
