// The wire format of protobuf as no ordinary writer uses it: order, unknown fields, malformed input, limits.

import { describe, expect, test } from 'vitest'
import { createOtlpCodec, validateOtlp } from '../../src/codecs/otlp-codec.ts'
import { createRedactors } from '../../src/index.ts'
import type { Signal } from '../../src/model.ts'
import fc from '../property.ts'
import { decode, encode } from './otlp-oracle.ts'
import { canary, password } from './otlp-toys.ts'

const redactors = createRedactors({ detectors: [canary, password] })
const strict = redactors.otlp({ format: 'otlp-proto', signal: 'logs' })
const lenient = redactors.otlp({ format: 'otlp-proto', signal: 'logs', unknownFields: 'lenient' })
const secret = 'hunter2hunter'
const token = 'canary_123456'

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))]
}

/** A length-delimited field. */
function field(number: number, ...content: (Uint8Array | string)[]): Uint8Array {
  const bytes = Buffer.concat(content.map((part) => Buffer.from(part as string)))
  return Buffer.concat([Uint8Array.from([...varint(number * 8 + 2), ...varint(bytes.length)]), bytes])
}

function request(...records: Uint8Array[]): Uint8Array {
  return field(1, field(2, ...records))
}

const record = (...fields: Uint8Array[]) => field(2, ...fields)
const string = (text: string) => field(1, text)
const pairOf = (...fields: Uint8Array[]) => record(field(6, ...fields))

/** A short field whose length takes three bytes. */
function widened([tag, length, ...content]: Uint8Array): Uint8Array {
  return Uint8Array.of(tag, length | 0x80, 0x80, 0, ...content)
}

function attributesOf(payload: Uint8Array): unknown {
  const { resourceLogs } = decode('logs', payload) as {
    resourceLogs: { scopeLogs: { logRecords: { attributes: unknown }[] }[] }[]
  }
  return resourceLogs[0].scopeLogs[0].logRecords[0].attributes
}

describe('pairs', () => {
  const redacted = [{ key: 'db.password', value: { stringValue: '[REDACTED:toy-password]' } }]
  const odd: [string, Uint8Array][] = [
    ['the value before its name', pairOf(field(2, string(secret)), field(1, 'db.password'))],
    ['an earlier name', pairOf(field(1, 'x'), field(1, 'db.password'), field(2, string(secret)))],
    ['two values, the last counts', pairOf(field(1, 'db.password'), field(2, string('x')), field(2, string(secret)))],
    [
      'a tag written longer than needed',
      pairOf(field(1, 'db.password'), Uint8Array.of(0x92, 0), field(2, string(secret)).subarray(1))
    ],
    ['a length written longer than needed', widened(pairOf(field(1, 'db.password'), field(2, string(secret))))]
  ]
  test.each(odd)('%s', (_, one) => {
    const { payload, findings } = strict.redact(request(one))
    expect(attributesOf(payload)).toEqual(redacted)
    expect(findings.at(-1)?.path).toBe('attributes.db.password')
    expect(strict.redact(payload).payload).toBe(payload)
  })

  test('a name that holds more than names do', () => {
    const { payload } = strict.redact(request(pairOf(field(1, 'password[0]'), field(2, string(secret)))))
    expect(attributesOf(payload)).toEqual([{ key: 'password[0]', value: { stringValue: '[REDACTED:toy-password]' } }])
  })

  test('names of every length, whatever their length reads like', () => {
    for (let length = 8; length < 140; length++) {
      const name = `${'x_'.repeat(70)}password`.slice(-length)
      const { findings } = strict.redact(request(pairOf(field(1, name), field(2, string(secret)))))
      expect([length, findings.length]).toEqual([length, name.length <= 128 ? 1 : 0])
    }
  })

  test('texts of every length that begin with a secret or a name', () => {
    for (let length = 24; length < 300; length++) {
      for (const [text, id] of [
        [token, 'github-canary'],
        [`password=${secret}`, 'toy-password']
      ]) {
        const { findings } = strict.redact(request(record(field(5, string(text.padEnd(length, ' .'))))))
        expect([length, findings.map(({ detector }) => detector)]).toEqual([length, [id]])
      }
    }
  })
})

describe('splice', () => {
  test('lengths that nothing touched stay as they were written, those on the way are minimal', () => {
    const odd = Buffer.concat([Uint8Array.of(0x12, 0x85, 0x80, 0), field(3, 'abc')])
    const payload = request(odd, record(field(5, string(token))))
    const expected = request(odd, record(field(5, string('[REDACTED:github-canary]'))))
    expect(Buffer.from(strict.redact(payload).payload)).toEqual(Buffer.from(expected))
  })

  test('lengths grow over the limits of their own length', () => {
    for (let filler = 90; filler < 130; filler++) {
      const body = (text: string) => request(record(field(5, string(`${'.'.repeat(filler)} ${text}`))))
      const { payload } = strict.redact(body(token))
      expect(Buffer.from(payload)).toEqual(Buffer.from(body('[REDACTED:github-canary]')))
    }
  })

  test('an edit that fits no field throws', () => {
    const codec = createOtlpCodec({ format: 'otlp-proto', signal: 'logs' })
    const payload = request(record(field(3, 'abc')), record(field(3, 'def')))
    const at = payload.indexOf(0x61)
    const edit = { start: at + 1, end: at + 6, replacement: new Uint8Array(1) }
    expect(() => codec.splice(payload, [edit])).toThrow(RangeError)
  })
})

describe('unknown fields', () => {
  const group = Buffer.concat([Uint8Array.of(0x83, 0x02), field(1, token), Uint8Array.of(0x84, 0x02)])
  const kinds: [string, Uint8Array, boolean][] = [
    ['length-delimited', field(99, `x ${token}`), true],
    ['a varint', Uint8Array.of(0xb8, 0x06, 0x96, 0x01), false],
    ['eight bytes', Uint8Array.of(0xb9, 0x06, 1, 2, 3, 4, 5, 6, 7, 8), false],
    ['four bytes', Uint8Array.of(0xbd, 0x06, 1, 2, 3, 4), false],
    ['a group', group, true],
    ['a known field of another wire type', Uint8Array.of(0x18, 0x01), false]
  ]
  const places: [string, (unknown: Uint8Array) => Uint8Array][] = [
    ['a record', (unknown) => request(record(field(3, 'a'), unknown, field(12, 'b')), record(field(3, 'c')))],
    ['a request', (unknown) => Buffer.concat([unknown, request(record(field(3, 'a')))])],
    ['a pair', (unknown) => request(pairOf(field(1, 'k'), unknown, field(2, string('v'))))]
  ]
  describe.each(kinds)('%s', (_, unknown, holdsSecret) => {
    test.each(places)('in %s', (place, within) => {
      const isField3 = unknown[0] === 0x18
      if (isField3 && place !== 'a record') return
      const none = new Uint8Array(0)
      const result = strict.redact(within(unknown))
      expect(Buffer.from(result.payload)).toEqual(Buffer.from(within(none)))
      expect(result.withheld).toEqual({ depth: 0, size: 0, effort: 0, error: 0, unknown: 1 })
      expect(result.findings).toEqual([])
      expect(strict.redact(result.payload).payload).toBe(result.payload)

      const payload = within(unknown)
      const kept = lenient.redact(payload)
      if (!holdsSecret) return expect(kept.payload).toBe(payload)
      expect(kept.findings.map(({ detector }) => detector)).toEqual(['github-canary'])
      expect(String(kept.payload)).not.toContain(token)
      expect(validateOtlp(kept.payload, 'logs')).toBe(-1)
      expect(lenient.redact(kept.payload).payload).toBe(kept.payload)
    })
  })
})

describe('malformed input', () => {
  const wrong: [string, Uint8Array, number][] = [
    ['a tag alone', Uint8Array.of(0x0a), 0],
    ['a length beyond the end', Uint8Array.of(0x0a, 5, 1), 0],
    ['a length beyond its message', Uint8Array.of(0x0a, 2, 0x12, 9), 2],
    ['a length that never ends', Uint8Array.of(0x0a, ...new Array(12).fill(0x80), 1), 0],
    ['a tag that never ends', new Uint8Array(12).fill(0xff), 0],
    ['field 0', Uint8Array.of(0x02, 0), 0],
    ['wire type 6', Uint8Array.of(0x0e, 0), 0],
    ['the end of no group', Uint8Array.of(0x0c), 0],
    ['a group that does not end', Uint8Array.of(0x83, 0x02, 0x0a, 0), 0],
    ['a group that ends as another', Uint8Array.of(0x83, 0x02, 0x8c, 0x02), 0],
    ['a number cut off', request(record(Uint8Array.of(0x09, 1, 2))), 6],
    ['a varint cut off', request(record(Uint8Array.of(0x10, 0x80))), 6],
    ['a varint of 11 bytes', request(record(Uint8Array.of(0x10, ...new Array(10).fill(0x80), 1))), 6]
  ]
  test.each(wrong)('%s', (_, payload, offset) => {
    expect(validateOtlp(payload, 'logs')).toBe(offset)
    const whole = Buffer.concat([payload, Buffer.from(`\n${token}\n`)])
    expect(String(strict.redact(whole).payload)).not.toContain(token)
  })

  test('messages that lie too deep', () => {
    let value = string('x')
    let depth = 0
    const nest = () => {
      value = field(5, field(1, value))
      depth++
      return validateOtlp(request(record(field(5, value))), 'logs')
    }
    while (nest() < 0) expect(depth).toBeLessThan(60)
    expect(depth).toBe(48)
    let group = Uint8Array.of(0x83, 0x02, 0x84, 0x02)
    for (let i = 0; i < 1000; i++) group = Buffer.concat([Uint8Array.of(0x83, 0x02), group, Uint8Array.of(0x84, 0x02)])
    expect(validateOtlp(group, 'logs')).toBe(0)
  })

  test('millions of empty records cost no memory to speak of', () => {
    const empty = Buffer.alloc(8 << 20)
    for (let i = 0; i < empty.length; i += 2) empty[i] = 0x12
    const payload = field(1, field(2, empty, record(field(5, string(token)))))
    const { findings, records } = strict.redact(payload)
    expect(records).toBe(4 * 1024 * 1024 + 1)
    expect(findings.map(({ record: index }) => index)).toEqual([4 * 1024 * 1024])
  })

  const signals: readonly Signal[] = ['logs', 'traces', 'metrics']
  test('mutations: never throws, and what is valid stays valid', () => {
    const errors: unknown[] = []
    const watched = createRedactors({ detectors: [canary, password], onError: (error) => errors.push(error) })
    const base = encode('logs', {
      resourceLogs: [
        {
          resource: { attributes: [{ key: 'password', value: { intValue: 4711815 } }] },
          scopeLogs: [
            {
              logRecords: [
                { body: { kvlistValue: { values: [{ key: 'password', value: { stringValue: secret } }] } } },
                { body: { arrayValue: { values: [{ stringValue: '--password' }, { stringValue: secret }] } } },
                {
                  attributes: [{ key: token, value: { bytesValue: Buffer.from(token) } }],
                  traceId: Buffer.alloc(16, 1)
                }
              ]
            }
          ]
        }
      ]
    })
    const mutation = fc.record({ at: fc.nat(base.length), remove: fc.nat(3), insert: fc.uint8Array({ maxLength: 3 }) })
    fc.assert(
      fc.property(
        fc.array(mutation, { minLength: 1, maxLength: 4 }),
        fc.constantFrom(...signals),
        (mutations, signal) => {
          let bytes: Buffer = Buffer.from(base)
          for (const { at, remove, insert } of mutations)
            bytes = Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + remove)])
          for (const unknownFields of ['strict', 'lenient'] as const) {
            const redactor = watched.otlp({ format: 'otlp-proto', signal, unknownFields })
            const { payload } = redactor.redact(bytes)
            expect(errors).toEqual([])
            if (validateOtlp(bytes, signal) < 0) expect(validateOtlp(payload, signal)).toBe(-1)
            if (unknownFields === 'strict' && validateOtlp(bytes, signal) < 0) decode(signal, payload)
          }
        }
      ),
      { numRuns: 3000, seed: 7 }
    )
  })
})
