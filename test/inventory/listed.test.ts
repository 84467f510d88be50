// Secrets of which only fingerprints are known: found wherever they stand, shape or no shape.

import { describe, expect, test } from 'vitest'
import { createRedactor, createRedactors, type ListedSecret } from '../../src/index.ts'
import { createFingerprinter } from '../../src/redact/fingerprint.ts'
import { decode, encode } from '../codecs/otlp-oracle.ts'
import fc from '../property.ts'
import { key, listedOf } from './listing.ts'

/** Words, so that nothing but the listing finds it in prose. */
const plain = ['lantern', 'Meadow7', 'porcupine'].join('-')
/** No six letters or digits side by side. */
const rugged = ['x9$Kq', '2mZ@pL7', 'vv'].join('!&')
const quoted = ['maple"Syrup', 'and\\toast<é>'].join(' ')
const fingerprint = (text: string) => createFingerprinter([key]).fingerprint(Buffer.from(text))
const placeholder = (value: string) => `[REDACTED:known-secret:${fingerprint(value)}]`

function redactorFor(...listed: ListedSecret[]) {
  const errors: unknown[] = []
  const redactor = createRedactor({ keys: [key], listed, onError: (error) => errors.push(error) })
  return (text: string | Uint8Array): string => {
    const once = redactor.redact(Buffer.from(text))
    const twice = redactor.redact(once.payload)
    expect(errors).toEqual([])
    expect([Buffer.from(twice.payload).toString(), twice.findings]).toEqual([Buffer.from(once.payload).toString(), []])
    return Buffer.from(once.payload).toString()
  }
}

const json = (text: string) => JSON.stringify(text).slice(1, -1)
const html = (text: string) =>
  text.replace(/[&<>"]/g, (one) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[one] ?? one)

describe('a listed secret', () => {
  test.each([
    ['alone', (text: string) => text],
    ['in prose', (text: string) => `I think ${text} is it, or (${text}), '${text}'.`],
    ['beside punctuation', (text: string) => `a=${text};b:${text},c/${text}@host_${text}_d`],
    ['in colours', (text: string) => `\x1b[31m${text}\x1b[0m \x1b[1;38;5;9m${text}\x1b[m`],
    ['in a JSON string', (text: string) => JSON.stringify({ msg: `a ${text} b` })],
    ['in JSON, behind a line end', (text: string) => JSON.stringify({ msg: `a\n${text}\tb\r\n${text}` })],
    ['as a member name', (text: string) => JSON.stringify({ [text]: 1 })],
    ['in JSON in JSON', (text: string) => JSON.stringify({ body: JSON.stringify({ msg: `a\n${text}` }) })],
    ['in JSON behind a prefix', (text: string) => `12:00 INFO ${JSON.stringify({ msg: text })}`],
    ['percent-encoded', (text: string) => `GET /?q=${encodeURIComponent(text)}&r=%2F${encodeURIComponent(text)}%20x`],
    ['in HTML', (text: string) => `<b>${html(text)}</b>`],
    ['in base64', (text: string) => `to ${Buffer.from(text).toString('base64')} end`],
    ['in base64 for URLs', (text: string) => `to=${Buffer.from(text).toString('base64url')}&`]
  ])('%s', (_, write) => {
    for (const value of [plain, rugged, quoted]) {
      const redacted = redactorFor(listedOf(value))(write(value))
      expect(redacted).toContain(placeholder(value))
      for (const form of [value, json(value), encodeURIComponent(value), html(value)])
        expect(redacted).not.toContain(form)
    }
  })

  test('stands between what is no letter and no digit: a part of a longer word is another word', () => {
    const redact = redactorFor(listedOf('Meadow7lantern'))
    for (const text of ['xMeadow7lantern', 'Meadow7lanterns', 'meadow7lantern', 'Meadow7lanter'])
      expect(redact(text)).toBe(text)
    expect(redact('x-Meadow7lantern_y')).toBe(`x-${placeholder('Meadow7lantern')}_y`)
  })

  test('is told with its entry; current ones of production are worse, retired ones harmless', () => {
    const findingsOf = (facts: Partial<ListedSecret>) =>
      createRedactor({ keys: [key], listed: [listedOf(plain, facts)] })
        .redact(Buffer.from(`a ${plain}`))
        .findings.map(({ detector, confidence, severity, hints, fingerprint }) => [
          detector,
          confidence,
          severity,
          hints,
          fingerprint
        ])
    const hints = { inventory: 'pay/db', version: 'current', owner: 'team-pay' }
    const own = fingerprint(plain)
    expect(findingsOf({})).toEqual([['known-secret', 'confirmed', 'high', hints, own]])
    expect(findingsOf({ production: true })).toEqual([['known-secret', 'confirmed', 'critical', hints, own]])
    expect(findingsOf({ production: true, state: 'retired', owner: null })).toEqual([
      ['known-secret', 'confirmed', 'low', { inventory: 'pay/db', version: 'retired' }, own]
    ])
  })

  test('with a shape keeps the name of its shape, and is confirmed', () => {
    const token = ['ghp', '_', '16C7e42F292c6912E7710c838347Ae178B4b'].join('')
    const [finding, ...others] = createRedactor({ keys: [key], listed: [listedOf(token)] }).redact(
      Buffer.from(`clone ${token}`)
    ).findings
    expect([others, finding]).toEqual([
      [],
      expect.objectContaining({
        detector: 'github-pat-classic',
        confidence: 'confirmed',
        fingerprint: fingerprint(token),
        hints: expect.objectContaining({ inventory: 'pay/db', version: 'current', owner: 'team-pay' })
      })
    ])
  })

  test('is one secret in all its forms, and under an older key', () => {
    const old = { id: 'k0', key: Buffer.alloc(32, 9) }
    const redactor = createRedactor({ keys: [key, old], listed: [listedOf(plain, {}, [old])] })
    const text = `${plain} ${Buffer.from(plain).toString('base64')} ${plain}`
    const { findings } = redactor.redact(Buffer.from(text))
    const listedAs = createFingerprinter([old]).fingerprint(Buffer.from(plain))
    expect(findings.map(({ fingerprint, hints }) => [fingerprint, hints.inventory])).toEqual([
      [fingerprint(plain), 'pay/db'],
      [expect.stringMatching(/^k1\./), 'pay/db'],
      [fingerprint(plain), 'pay/db']
    ])
    const both = createRedactor({ keys: [key, old], listed: [listedOf(plain, {}, [key, old])] })
    expect(new Set(both.redact(Buffer.from(text)).findings.map((one) => one.fingerprint))).toEqual(
      new Set([fingerprint(plain)])
    )
    expect(listedAs).toMatch(/^k0\./)
    expect(() => createRedactor({ keys: [key], listed: [listedOf(plain, {}, [old])] })).toThrow(
      "the inventory's fingerprints are made with the key k0"
    )
  })

  test('of several entries is told of the one that matters most', () => {
    const listed = [
      listedOf(plain, { name: 'old', state: 'retired' }),
      listedOf(plain, { name: 'live', production: true })
    ]
    const [{ hints, severity }] = createRedactor({ keys: [key], listed }).redact(Buffer.from(plain)).findings
    expect([hints.inventory, severity]).toEqual(['live', 'critical'])
  })
})

test('a record that holds little else than its token is withheld rather than looked at for long', () => {
  const redactor = createRedactor({ keys: [key], listed: [listedOf(plain)] })
  const { payload, withheld, findings } = redactor.redact(Buffer.from(`${'Meadow7 '.repeat(131_072)}\n`))
  expect([Buffer.from(payload).toString(), withheld.effort, findings]).toEqual(['[WITHHELD:effort]\n', 1, []])
})

describe('no occurrence is missed', () => {
  const word = fc.string({
    unit: fc.constantFrom(...'abcXYZ0189-_$%&/"\\ .:@é'),
    minLength: 6,
    maxLength: 30
  })
  /** As it is, and as JSON writes it. */
  const isListable = (value: string) =>
    value.trim() === value && [value, json(value)].every((form) => listedOf(form).forms[0].token !== null)
  const edge = fc.constantFrom('', ' ', '=', '"', '/', '-', '_', '.', ',', '(', '@', '\n', '\t', '%20', '\\n', 'é')
  const filler = fc.string({ unit: fc.constantFrom(...'abc 09-=".,{}:/%'), maxLength: 40 })

  test('in text', () => {
    fc.assert(
      fc.property(word.filter(isListable), edge, edge, filler, filler, (value, left, right, before, after) => {
        const text = `${before} ${left}${value}${right} ${after}`
        expect(redactorFor(listedOf(value))(text)).not.toContain(value)
      }),
      { numRuns: 60 }
    )
  })

  test('in JSON', () => {
    fc.assert(
      fc.property(word.filter(isListable), edge, edge, filler, (value, left, right, before) => {
        const text = JSON.stringify({ a: [before, { b: `${before}${left}${value}${right}` }] })
        const redacted = redactorFor(listedOf(value))(
          before === '' || /[-"=.,{}:/% ]$/.test(before) || left !== '' ? text : '{}'
        )
        if (redacted !== '{}') expect(JSON.parse(redacted).a[1].b).not.toContain(value)
      }),
      { numRuns: 60 }
    )
  })

  const redactors = (value: string) => createRedactors({ keys: [key], listed: [listedOf(value)] })
  const log = (body: string, name: string, value: string) => ({
    resourceLogs: [
      {
        resource: { attributes: [{ key: 'r', value: { stringValue: value } }] },
        scopeLogs: [
          { logRecords: [{ body: { stringValue: body }, attributes: [{ key: name, value: { stringValue: value } }] }] }
        ]
      }
    ]
  })

  // Lengths and tags of protobuf are letters and digits as often as not.
  test('in OTLP, as protobuf and as JSON', () => {
    fc.assert(
      fc.property(word.filter(isListable), fc.nat(120), fc.nat(120), (value, before, after) => {
        const text = `${'so on, '.repeat(20).slice(0, before).replace(/\w$/, ' ')}${value}${' and on'.repeat(20).slice(0, after)}`
        const made = redactors(value)
        const { payload } = made
          .otlp({ format: 'otlp-proto', signal: 'logs' })
          .redact(encode('logs', log(text, 'n', value)))
        expect(JSON.stringify(decode('logs', payload))).not.toContain(json(value))
        const body = Buffer.from(JSON.stringify(log(text, 'n', value)))
        expect(
          Buffer.from(made.otlp({ format: 'otlp-json', signal: 'logs' }).redact(body).payload).toString()
        ).not.toContain(json(value))
      }),
      { numRuns: 40 }
    )
  })
})
