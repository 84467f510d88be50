import { describe, expect, test } from 'vitest'
import { createRedactors } from '../../src/index.ts'
import { expand } from '../../src/scan/template.ts'
import { decode, encode } from '../codecs/otlp-oracle.ts'

const card = expand('4{{digits:14}}{{luhn}}', 1).text
const token = expand('{{base62:32}}', 2).text
const redactors = createRedactors({ packs: ['strict', 'pii'] })

const log = (body: string, key = 'k', value = 'v') => ({
  resourceLogs: [
    {
      scopeLogs: [
        { logRecords: [{ body: { stringValue: body }, attributes: [{ key, value: { stringValue: value } }] }] }
      ]
    }
  ]
})
const bodyOf = (message: object) => JSON.parse(JSON.stringify(message)).resourceLogs[0].scopeLogs[0].logRecords[0]

describe('packs in OTLP', () => {
  // Lengths of all sizes: those of 48 to 57 bytes look like a digit in front of the text.
  test.each([0, 8, 24, 32, 36, 41, 48, 64, 100])('find what begins a text, with %i bytes behind it', (rest) => {
    for (const [secret, placeholder] of [
      [card, '[REDACTED:pii-card-number]'],
      ['DE89370400440532013000', '[REDACTED:pii-iban]'],
      [token, '[REDACTED:generic-random-token]']
    ]) {
      const text = `${secret}${' and so on'.repeat(10).slice(0, rest)}`
      const expected = text.replace(secret, placeholder)
      const { payload } = redactors
        .otlp({ format: 'otlp-proto', signal: 'logs' })
        .redact(encode('logs', log(text, 'some.long.attribute.name', text)))
      const record = bodyOf(decode('logs', payload))
      expect([record.body.stringValue, record.attributes[0].value.stringValue]).toEqual([expected, expected])
      const json = redactors
        .otlp({ format: 'otlp-json', signal: 'logs' })
        .redact(Buffer.from(JSON.stringify(log(text)))).payload
      expect(bodyOf(JSON.parse(Buffer.from(json).toString())).body.stringValue).toBe(expected)
    }
  })

  test('leave the ids of traces alone: they are bytes, not text', () => {
    const trace = {
      resourceSpans: [
        {
          scopeSpans: [
            {
              spans: [
                { traceId: expand('{{hex:32}}', 1).text, spanId: expand('{{hex:16}}', 2).text, name: `GET ${token}` }
              ]
            }
          ]
        }
      ]
    }
    const { payload } = redactors
      .otlp({ format: 'otlp-json', signal: 'traces' })
      .redact(Buffer.from(JSON.stringify(trace)))
    const [span] = JSON.parse(Buffer.from(payload).toString()).resourceSpans[0].scopeSpans[0].spans
    expect(span).toEqual({
      ...trace.resourceSpans[0].scopeSpans[0].spans[0],
      name: 'GET [REDACTED:generic-random-token]'
    })
  })
})
