import { describe, expect, test } from 'vitest'
import { autoCodec } from '../src/codecs/auto.ts'
import { splice } from '../src/codecs/splice.ts'
import { bundledDetectors, createRedactor } from '../src/index.ts'
import { unionSpans } from '../src/redact/overlap.ts'
import { createScanner } from '../src/scan/scanner.ts'
import { expand } from '../src/scan/template.ts'
import { detectors } from './own-detectors.ts'
import fc from './property.ts'

const errors: unknown[] = []
const redactor = createRedactor({ onError: (error) => errors.push(error) })
const keyed = createRedactor({ keys: [{ id: 'k1', key: Buffer.alloc(32, 1) }] })
const scanner = createScanner(bundledDetectors)

function redact(payload: Uint8Array): Buffer {
  return Buffer.from(redactor.redact(payload).payload)
}

/** Examples and counter-examples of every detector, and secrets without their surroundings. */
const examples = detectors.flatMap(({ examples: good, counterExamples: bad }) =>
  [...good, ...bad].flatMap((template) =>
    [1, 2].flatMap((seed) => {
      const { text, spans } = expand(template, seed)
      return [text, ...spans.map(([start, end]) => Buffer.from(text).subarray(start, end).toString())]
    })
  )
)
const pem = expand('[[{{pem:RSA PRIVATE KEY:2}}]]', 1).text.split('\n')

const foreign = [
  '[REDACTED]',
  '[REDACTED:generic-password]',
  '[REDACTED:generic-password:k1.AbCdEfGhIjKlMnOp]',
  '[WITHHELD:depth]',
  '****',
  '********',
  '[FILTERED]',
  '<redacted>',
  'xxxxxxxx',
  '[hidden]',
  '***REDACTED***'
]
const glue = [
  ' ',
  ' ',
  '\n',
  '\r\n',
  '\t',
  ',',
  ', ',
  ';',
  '&',
  '|',
  ':',
  ': ',
  '=',
  '"',
  "'",
  '`',
  '\\',
  '\\"',
  '\\n',
  '{',
  '}',
  '[',
  ']',
  '(',
  ')',
  '<',
  '>',
  '/',
  '//',
  '://',
  '@',
  '%',
  '%3D',
  '%22',
  '&quot;',
  '&amp;',
  '\\u0022',
  '\\x22',
  '-',
  '--',
  '.',
  '..',
  '_',
  '$',
  '#',
  '\0',
  '\xff',
  '\u2028',
  'é'
]
const words = [
  'password',
  'password=',
  'password: ',
  '"password":',
  'token',
  'token=',
  'secret',
  'api_key=',
  'key',
  'Authorization: Bearer ',
  'authorization',
  'https://user:',
  'user',
  'error',
  'is',
  'level=info ',
  'msg=',
  'hun7er2xyz',
  '12345678',
  'true',
  'null',
  'https://example.test/a?b=c'
]

/** What ends a token of any kind. */
const delimiters = [
  ' ',
  ', ',
  '; ',
  '\n',
  '\t',
  '"',
  "'",
  '&',
  '|',
  ': ',
  '=',
  '(',
  ')',
  '<',
  '>',
  '{"',
  '"}',
  '[',
  ']',
  '\\"',
  '\0',
  '\xff',
  '%20',
  '%22',
  '%2522',
  '%0A',
  '&quot;',
  '&lt;',
  '&amp;',
  '\\u0022',
  '\\x22',
  '\\n',
  '\\\\"'
]

const example = fc.constantFrom(...examples)
const piece = fc.oneof(
  { weight: 3, arbitrary: example },
  { weight: 4, arbitrary: fc.constantFrom(...glue) },
  { weight: 3, arbitrary: fc.constantFrom(...words) },
  { weight: 1, arbitrary: fc.constantFrom(...foreign) },
  { weight: 1, arbitrary: fc.constantFrom(...pem) },
  { weight: 1, arbitrary: fc.string({ maxLength: 12 }) },
  // A part of an example: cut-off tokens.
  { weight: 1, arbitrary: fc.tuple(example, fc.nat(80), fc.nat(80)).map(([some, a, b]) => some.slice(a, a + b)) }
)
const encode: ((some: string) => string)[] = [
  (some) => some,
  (some) => some,
  (some) => JSON.stringify(some),
  (some) => JSON.stringify({ body: some, n: 1 }),
  (some) => encodeURIComponent(some.toWellFormed()),
  (some) => Buffer.from(some).toString('base64'),
  (some) => Buffer.from(some).toString('hex'),
  (some) => some.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;'),
  (some) => some.replace(/[^a-zA-Z0-9 ]/g, (char) => `&#${char.charCodeAt(0)};`),
  (some) => encodeURIComponent(encodeURIComponent(some.toWellFormed())),
  (some) => some.replace(/[^a-zA-Z0-9]/g, (char) => `\\u${hex(char.charCodeAt(0), 4)}`),
  (some) => some.replace(/[^a-zA-Z0-9]/g, (char) => `\\x${hex(char.charCodeAt(0) & 255, 2)}`),
  (some) => some.replaceAll('"', '\\"').replaceAll('\n', '\\n'),
  (some) => JSON.stringify(JSON.stringify({ password: some })),
  (some) => JSON.stringify({ [some]: some, token: some, a: [some, { name: 'password', value: some }] }),
  (some) => Buffer.from(JSON.stringify({ password: some })).toString('base64url'),
  (some) => `data=${Buffer.from(some).toString('base64')}&x=${encodeURIComponent(some.toWellFormed())}`
]

function hex(number: number, width: number): string {
  return number.toString(16).padStart(width, '0')
}

/** Encoded as a whole, whatever it is. */
function encoded(some: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(some, fc.constantFrom(...encode)).map(([text, write]) => write(text))
}

const part = fc.oneof({ weight: 4, arbitrary: piece }, { weight: 1, arbitrary: encoded(piece) })
const glued = fc.array(part, { maxLength: 8 }).map((parts) => parts.join(''))
const delimited = fc
  .array(fc.tuple(part, fc.constantFrom(...delimiters)), { maxLength: 8 })
  .map((parts) => parts.flat().join(''))

/** Lines of pieces, some of them encoded, some among random bytes. */
function payloadOf(text: fc.Arbitrary<string>): fc.Arbitrary<Buffer> {
  const line = fc.oneof(
    {
      weight: 6,
      arbitrary: encoded(text).map((some) => Buffer.from(some))
    },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)) },
    { weight: 1, arbitrary: fc.constantFrom(...pem).map((some) => Buffer.from(some)) }
  )
  return fc
    .array(line, { maxLength: 4 })
    .map((lines) => Buffer.concat(lines.flatMap((one, i) => (i === 0 ? [one] : [Buffer.from('\n'), one]))))
}

const payload = payloadOf(
  fc.oneof(
    { weight: 3, arbitrary: glued },
    { weight: 3, arbitrary: delimited },
    { weight: 1, arbitrary: encoded(delimited) }
  )
)

const numRuns = 1500

/** What was redacted once is not changed by doing it again, and nothing is found in it. */
function expectSettled(input: Uint8Array): void {
  for (const one of [redactor, keyed]) {
    const once = one.redact(input).payload
    const { payload: output, findings, withheld } = one.redact(once)
    expect([Buffer.from(output).toString('latin1'), findings, withheld]).toEqual([
      Buffer.from(once).toString('latin1'),
      [],
      { depth: 0, size: 0, effort: 0, error: 0, unknown: 0 }
    ])
  }
}

describe('for payloads made of everything', () => {
  test('nothing found, nothing changed: the same object', () => {
    fc.assert(
      fc.property(payload, (input) => {
        const { payload: output, findings, withheld, dropped } = redactor.redact(input)
        const touched = findings.length + withheld.depth + withheld.size + withheld.error + dropped > 0
        expect(output === input).toBe(!touched)
      }),
      { numRuns }
    )
  })

  test('once is enough', () => {
    fc.assert(
      fc.property(payload, (input) => expectSettled(input)),
      { numRuns }
    )
  })

  test('outside of the spans every byte stays', () => {
    fc.assert(
      fc.property(payload, (input) => {
        const result = redactor.redact(input)
        fc.pre(result.withheld.depth + result.withheld.effort === 0)
        const unions = unionSpans(scanner.scan(input, autoCodec).matches)
        const edits = unions.map(({ start, end, winner, quote }) => ({
          start,
          end,
          replacement: Buffer.from(`${quote}[REDACTED:${winner.detector.id}]${quote}`)
        }))
        expect(Buffer.from(splice(input, edits)).equals(result.payload)).toBe(true)
        for (const { span } of result.findings) {
          expect(unions.filter(({ start, end }) => start <= span[0] && span[1] <= end)).toHaveLength(1)
        }
      }),
      { numRuns }
    )
  })

  test('as many lines as came in, no error, and what is reported is in order', () => {
    fc.assert(
      fc.property(payload, (input) => {
        const { payload: output, findings, records, withheld } = redactor.redact(input)
        const lines = input.toString('latin1').split('\n').length
        expect(Buffer.from(output).toString('latin1').split('\n')).toHaveLength(lines)
        expect(records).toBe(input.length === 0 ? 0 : lines - (input.at(-1) === 0x0a ? 1 : 0))
        expect(withheld.error).toBe(0)
        for (const { record, span } of findings) {
          expect(input.subarray(0, span[0]).filter((byte) => byte === 0x0a)).toHaveLength(record)
          expect(span[0] < span[1] && span[1] <= input.length).toBe(true)
        }
        const starts = findings.map(({ record }) => record)
        expect(starts).toEqual(starts.toSorted((a, b) => a - b))
        expect(errors).toEqual([])
      }),
      { numRuns }
    )
  })

  test('cutting the stream between lines changes nothing', () => {
    fc.assert(
      fc.property(payload, fc.infiniteStream(fc.boolean()), (input, cuts) => {
        const whole = redactor.redact(input)
        const carry = redactor.createCarry()
        const out: Uint8Array[] = []
        const found: (readonly [string, number, number])[] = []
        for (let start = 0; start < input.length; ) {
          let end = input.indexOf('\n', start) + 1 || input.length
          while (end < input.length && cuts.next().value === false) end = input.indexOf('\n', end) + 1 || input.length
          const part = redactor.redact(input.subarray(start, end), carry)
          out.push(part.payload)
          for (const { detector, span } of part.findings) found.push([detector, span[0] + start, span[1] + start])
          start = end
        }
        expect(Buffer.concat(out).toString('latin1')).toBe(Buffer.from(whole.payload).toString('latin1'))
        expect(found).toEqual(whole.findings.map(({ detector, span }) => [detector, ...span]))
      }),
      { numRuns }
    )
  })
})

test('any bytes are taken, by every codec', () => {
  const redactors = (['auto', 'text', 'json'] as const).map((codec) =>
    createRedactor({ codec, onError: (error) => errors.push(error) })
  )
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      for (const one of redactors) {
        const { payload: output, findings } = one.redact(bytes)
        if (findings.length === 0) expect(output).toBe(bytes)
      }
      expect(errors).toEqual([])
    }),
    { numRuns: 500 }
  )
})

type Json = null | boolean | number | string | Json[] | { [name: string]: Json }

describe('JSON', () => {
  const leaf = fc.oneof(
    { weight: 4, arbitrary: fc.oneof(glued, delimited) },
    { weight: 1, arbitrary: fc.constantFrom<Json>(null, true, false, 0, -1.5e-7, 12345678, 1e21) },
    { weight: 1, arbitrary: fc.string() }
  )
  const name = fc.oneof(
    {
      weight: 2,
      arbitrary: fc.constantFrom(
        'password',
        'token',
        'api_key',
        'name',
        'value',
        'key',
        'msg',
        'a',
        'headers',
        'secret'
      )
    },
    { weight: 1, arbitrary: fc.string({ maxLength: 6 }).filter((some) => some !== '__proto__') },
    { weight: 1, arbitrary: example }
  )
  const json: fc.Arbitrary<Json> = fc.letrec<{ json: Json }>((tie) => ({
    json: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      leaf as fc.Arbitrary<Json>,
      fc.array(tie('json'), { maxLength: 4 }),
      fc.array(fc.tuple(name, tie('json')), { maxLength: 4 }).map((members) => Object.fromEntries(members) as Json),
      tie('json').map((some) => JSON.stringify(some))
    )
  })).json

  /** What differs between two documents of one structure, as pairs; a difference in structure is an error. */
  function differences(before: Json, after: Json, strings = 0): [Json, Json][] {
    if (before !== null && after !== null && typeof before === 'object' && typeof after === 'object') {
      const [a, b] = [Object.entries(before), Object.entries(after)]
      expect([Array.isArray(after), b.length]).toEqual([Array.isArray(before), a.length])
      return a.flatMap(([key, value], i) => [
        ...(Array.isArray(before) || key === b[i][0] ? [] : [[key, b[i][0]] as [Json, Json]]),
        ...differences(value, b[i][1], strings)
      ])
    }
    const inner = strings < 4 && typeof before === 'string' ? documentIn(before) : null
    if (inner !== null) return differences(inner, JSON.parse(String(after)) as Json, strings + 1)
    return before === after ? [] : [[before, after]]
  }

  /** The object or array that a string holds. */
  function documentIn(some: string): Json {
    try {
      const value = JSON.parse(some) as Json
      return value !== null && typeof value === 'object' ? value : null
    } catch {
      return null
    }
  }

  const written = fc
    .tuple(json, fc.constantFrom(0, 2))
    .map(([some, indent]) => JSON.stringify([some], null, indent).replaceAll('\n', ' '))

  test('once is enough', () => {
    fc.assert(
      fc.property(written, (some) => expectSettled(Buffer.from(some))),
      { numRuns }
    )
  })

  test('stays JSON of the same structure; only leaves and names with a secret differ', () => {
    fc.assert(
      fc.property(written, (input) => {
        const output = redact(Buffer.from(input)).toString()
        // Names that become equal are one member for JSON.parse: the structure is seen only without them.
        fc.pre((output.match(/"(?:[^"\\]|\\.)*\[REDACTED:(?:[^"\\]|\\.)*" ?:/g) ?? []).length < 2)
        for (const [before, after] of differences(JSON.parse(input) as Json, JSON.parse(output) as Json)) {
          expect([before, String(after)]).toEqual([before, expect.stringMatching(/\[(REDACTED|WITHHELD):/)])
        }
      }),
      { numRuns }
    )
  })
})

describe('overlaps', () => {
  /** Distinctive tokens: a prefix and a random part. */
  const tokens = [
    'ghp_{{base62:30}}{{crc32-base62}}',
    'sk_live_{{base62:24}}',
    'glpat-{{base62:20}}',
    'AKIA{{base32:16}}',
    'xoxb-{{digits:12}}-{{digits:12}}-{{base62:24}}',
    '{{jwt}}',
    'dop_v1_{{hex:64}}'
  ]
  /** What may stand around a token so that several detectors see more or less of it. */
  const frames: ((secret: string, other: string) => string)[] = [
    (secret) => `password=${secret}`,
    (secret) => `password="${secret}"`,
    (secret, other) => `password=${secret}!${other}`,
    (secret, other) => `password="${secret} ${other}"`,
    (secret) => `Authorization: Bearer ${secret}`,
    (secret) => `Authorization: Basic ${Buffer.from(`user:${secret}`).toString('base64')}`,
    (secret) => `postgres://app:${secret}@db.internal:5432/app`,
    (secret, other) => `https://${secret}:${other}@example.test/`,
    (secret, other) => `https://example.test/?access_token=${secret}&password=${other}`,
    (secret) => `{"password":"${secret}"}`,
    (secret) => `{"token":"Bearer ${secret}"}`,
    (secret) => `curl -u user:${secret} https://example.test`,
    (secret) => `Cookie: sessionid=${secret}; token=${secret}`,
    (secret) => `api_key=${encodeURIComponent(`password=${secret}`)}`,
    (secret) => `token: ${Buffer.from(secret).toString('base64')}`,
    (secret) => JSON.stringify({ body: JSON.stringify({ password: secret, token: secret }) }),
    (secret, other) => `secret=${secret},${other}`,
    (secret, other) => `Server=db;Password=${secret};Token=${other}`
  ]

  test('nothing of six bytes of any of the secrets is left', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...tokens),
        fc.constantFrom(...tokens),
        fc.nat(10_000),
        fc.constantFrom(...frames),
        fc.constantFrom(...frames),
        (one, two, seed, frame, outer) => {
          const secret = expand(`[[${one}]]`, seed + 1).text
          const other = expand(`[[${two}]]`, seed + 7).text
          const lines = [frame(secret, other), `${frame(secret, other)} ${outer(other, secret)}`]
          for (const line of lines) {
            const output = redact(Buffer.from(line)).toString()
            const left = [secret, other].flatMap((some) => survivors(some, output, line))
            expect([line, left]).toEqual([line, []])
          }
        }
      ),
      { numRuns }
    )
  })

  /** Pieces of six bytes of the secret, without its public prefix, that are in the output; encoded forms, too. */
  function survivors(secret: string, output: string, input: string): string[] {
    const random = secret.replace(/^(ghp_|sk_live_|glpat-|AKIA|xoxb-|eyJ[A-Za-z0-9_-]{0,20}|dop_v1_)/, '')
    const forms = [random, Buffer.from(random).toString('base64').slice(0, -4)]
    return forms.flatMap((form) =>
      Array.from({ length: Math.max(0, form.length - 5) }, (_, i) => form.slice(i, i + 6)).filter(
        (piece) => input.includes(piece) && output.includes(piece)
      )
    )
  }
})
