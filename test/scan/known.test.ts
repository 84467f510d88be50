import { describe, expect, test } from 'vitest'
import { createRedactor, type KnownSecret, LogveilError, type TraceEvent } from '../../src/index.ts'
import { expand } from '../../src/scan/template.ts'
import fc from '../property.ts'

const id = 'environment:DEPLOY_PW'
const placeholder = `[REDACTED:${id}]`
/** Nothing in it looks like a secret: no detector finds it in prose. */
const simple = ['maple', 'syrup'].join('-')
const rugged = ['p&s', 'w"rd/é', 'x'].join(' ')
const foreign = ['密', '§ß"', '&Ω', '!'].join('')
const difficult = ['a"b\\c&d', 'maple/<é> $x', "y'z+"].join(' ')

function redactorFor(...values: string[]) {
  const known: KnownSecret[] = values.map((value) => ({ id, value }))
  const errors: unknown[] = []
  const redactor = createRedactor({ known, onError: (error) => errors.push(error) })
  return (text: string): string => {
    const once = redactor.redact(Buffer.from(text))
    const twice = redactor.redact(once.payload)
    expect(errors).toEqual([])
    expect([Buffer.from(twice.payload).toString(), twice.findings]).toEqual([Buffer.from(once.payload).toString(), []])
    return Buffer.from(once.payload).toString()
  }
}

const percent = (text: string) =>
  [...Buffer.from(text)]
    .map((byte) => (/\w/.test(String.fromCharCode(byte)) ? String.fromCharCode(byte) : `%${byte.toString(16)}`))
    .join('')
const html = (text: string) =>
  text.replace(
    /[&<>"']/g,
    (one) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[one] ?? one
  )
const ascii = (text: string) =>
  text.replace(/[^ -~]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)
const json = (text: string) => JSON.stringify(text).slice(1, -1)

describe('a known secret', () => {
  test.each([
    ['alone', (text: string) => text],
    ['between letters', (text: string) => `x${text}y`],
    ['twice', (text: string) => `${text}${text}`],
    ['in colours', (text: string) => `\x1b[31m${text}\x1b[0m`],
    ['in a JSON string', (text: string) => JSON.stringify({ msg: `a ${text} b` })],
    ['as a member name', (text: string) => JSON.stringify({ [text]: 1 })],
    ['in JSON in JSON', (text: string) => JSON.stringify({ body: JSON.stringify({ msg: text }) })],
    ['in JSON behind a prefix', (text: string) => `12:00 INFO ${JSON.stringify({ msg: text })}`],
    ['in JSON of ASCII', (text: string) => `x ${ascii(JSON.stringify({ msg: text }))}`],
    ['percent-encoded', (text: string) => `GET /?q=${encodeURIComponent(text)}&r=1`],
    ['percent-encoded, whatever can be', (text: string) => `GET /?q=${percent(text)}&r=1`],
    ['of a form', (text: string) => `q=${new URLSearchParams({ a: text })}`],
    ['in HTML', (text: string) => `<b>${html(text)}</b>`],
    ['quoted by a shell', (text: string) => `+ echo '${text.replaceAll("'", "'\\''")}'`],
    ['quoted by another', (text: string) => `+ echo '${text.replaceAll("'", `'"'"'`)}'`]
  ])('%s', (_, write) => {
    for (const value of [simple, difficult, rugged, foreign]) {
      const redacted = redactorFor(value)(write(value))
      expect(redacted).toContain(placeholder)
      for (const form of [
        value,
        json(value),
        ascii(json(value)),
        encodeURIComponent(value),
        percent(value),
        html(value)
      ])
        expect(redacted).not.toContain(form)
    }
  })

  test.each([0, 1, 2])('in base64 and hex, %i bytes behind a beginning', (lead) => {
    for (const value of [simple, difficult, rugged, foreign]) {
      const bytes = Buffer.from(`${'xyz'.slice(0, lead)}${value}!`)
      for (const encoding of ['base64', 'base64url', 'hex'] as const)
        expect(redactorFor(value)(`to ${bytes.toString(encoding).replace(/=+$/, '')} end`)).toBe(
          `to ${placeholder} end`
        )
    }
  })

  test('is an exact value', () => {
    const redact = redactorFor(simple)
    for (const text of [simple.toUpperCase(), simple.slice(1), simple.slice(0, -1), `${simple.slice(0, 5)} syrup`])
      expect(redact(text)).toBe(text)
  })

  test('keeps a record valid where it is a number', () => {
    expect(redactorFor('48151623')('{"pin":48151623,"n":4815162}')).toBe(`{"pin":"${placeholder}","n":4815162}`)
  })

  test('is found whatever it is made of, in JSON as well', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 6, maxLength: 40 }), (value) => {
        fc.pre(!/[\r\n\0]/.test(value) && !/^[*x.\-\s]+$/i.test(value) && !value.includes('REDACTED'))
        const redact = redactorFor(value)
        expect(redact(`<${value}>`)).toBe(`<${placeholder}>`)
        expect(JSON.parse(redact(JSON.stringify({ a: value })))).toEqual({ a: placeholder })
      }),
      { numRuns: 15 }
    )
  })

  test('of which one holds the other, or that overlap, go as a whole', () => {
    const redact = redactorFor('maple-syrup', 'syrup-jar', 'maple')
    expect(redact('a maple-syrup-jar b maple c')).toBe(`a ${placeholder} b ${placeholder} c`)
  })

  test('in its own placeholder is none', () => {
    expect(redactorFor('DEPLOY_PW', 'REDACTED')('a DEPLOY_PW b')).toBe(`a ${placeholder} b`)
  })

  test('is named by its own detector where that finds it as well', () => {
    const token = expand('[[ghp_{{base62:30}}{{crc32-base62}}]]', 1).text
    expect(redactorFor(token)(`x ${token} y`)).toBe('x [REDACTED:github-pat-classic] y')
    expect(redactorFor(token)(`X1${token}y`)).toBe(`X1${placeholder}y`)
    expect(redactorFor('hunter2-x')('password=hunter2-x')).toBe(`password=${placeholder}`)
  })

  test('that begins at every other byte is looked for as long as the budget of the record lasts', () => {
    const redact = redactorFor('ababababababababc')
    expect(redact('ab'.repeat(15_000))).toBe('ab'.repeat(15_000))
    expect(redact('ab'.repeat(500_000))).toBe('[WITHHELD:effort]')
  })
})

test('findings, traces and errors hold nothing of the value', () => {
  const events: TraceEvent[] = []
  const redactor = createRedactor({ known: [{ id, value: simple }], trace: (event) => events.push(event) })
  const { findings } = redactor.redact(Buffer.from(`a ${simple}`))
  expect(findings).toEqual([
    {
      detector: id,
      confidence: 'confirmed',
      severity: 'high',
      record: 0,
      path: '',
      span: [2, 13],
      length: 11,
      fingerprint: null,
      action: 'label',
      hints: {}
    }
  ])
  expect(JSON.stringify([findings, events])).not.toContain('maple')
  for (const known of [
    { id: 'a b', value: simple },
    { id, value: 'xy' }
  ])
    expect(() => createRedactor({ known: [known] })).toThrow(LogveilError)
  expect(() => createRedactor({ known: [{ id, value: 'xy' }] })).toThrow(
    `the value of ${id} has 2 bytes: 3 to 131072 are possible`
  )
})
