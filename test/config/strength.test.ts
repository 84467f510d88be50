import { createRequire } from 'node:module'
import { describe, expect, test } from 'vitest'
import { createStrengthEstimator } from '../../src/config/strength.ts'
import { createRedactor, type EstimateStrength } from '../../src/index.ts'
import { expand } from '../../src/scan/template.ts'

const loaded = () => Object.keys(createRequire(import.meta.url).cache).some((file) => file.includes('@zxcvbn-ts'))

describe('the estimator', () => {
  test('loads its words at the first need', () => {
    expect(loaded()).toBe(false)
    const estimate = createStrengthEstimator()
    expect(loaded()).toBe(false)
    expect(estimate('hunter2')).toBe('weak')
    expect(loaded()).toBe(true)
  })

  const estimate = createStrengthEstimator({ burstMs: Number.POSITIVE_INFINITY })
  test.each([
    ['of leaked lists', 'hunter2', 'weak'],
    ['with substitutions', 'p@s5w0rd', 'weak'],
    ['that a product comes with', 'minioadmin', 'weak'],
    ["that is a product's name", 'postgres', 'weak'],
    ['that walks over the keyboard', '1qaz2wsx3edc', 'weak'],
    ['that is a name and a year', 'Smith1985', 'weak'],
    ['that is a season and a year', 'Winter2024!', 'weak'],
    ['of one character', 'a'.repeat(64), 'weak'],
    ['of one word, often', 'password'.repeat(8), 'weak'],
    ['of two words', 'hello-world', 'fair'],
    ['of three words', 'correct-horse-battery', 'strong'],
    ['that is random', expand('{{base62:16}}', 1).text, 'strong']
  ])('judges a password %s', (_, password, strength) => {
    expect(estimate(password)).toBe(strength)
  })

  test('pauses when its share of the time is used up', () => {
    let clock = 0
    const times: number[] = []
    // Each question to the clock takes 30 ms: of an estimate, the load and the estimate itself.
    const now = () => {
      times.push(clock)
      clock += 30
      return times.at(-1) ?? 0
    }
    const paced = createStrengthEstimator({ now, share: 0.1, burstMs: 40 })
    const answers = [1, 2, 3].map(() => paced('hunter2'))
    expect(answers).toEqual(['weak', 'weak', null])
    clock += 10_000
    expect(paced('hunter2')).toBe('weak')
  })
})

describe('the hint', () => {
  const asked: string[] = []
  const strength: EstimateStrength = (password) => {
    asked.push(password)
    return 'fair'
  }
  const { redact } = createRedactor({ strength })
  const hintsOf = (line: string) => redact(Buffer.from(line)).findings.map(({ detector, hints }) => [detector, hints])
  const encoded = (text: string) => Buffer.from(text).toString('base64')

  test.each([
    ['a value whose key says so', 'user=ada password=tr0ub4dor', 'tr0ub4dor', 'generic-password'],
    ['a URL, decoded', 'dsn=postgres://ada:tr0ub%404dor@db/x', 'tr0ub@4dor', 'url-password'],
    [
      'a URL that is not well encoded',
      'dsn=postgres://ada:tr0ub%zzdor@db.example.test/x',
      'tr0ub%zzdor',
      'url-password'
    ],
    ['a connection string', 'Server=db;Password=tr0ub4dor;', 'tr0ub4dor', 'connection-string-password'],
    [
      'basic authentication',
      `Authorization: Basic ${encoded('ada:tr0ub4:dor')}`,
      'tr0ub4:dor',
      'http-authorization-basic'
    ],
    [
      'a password beyond 64 characters',
      `password=${'tr0ub4dor'.repeat(9)}`,
      'tr0ub4dor'.repeat(9).slice(0, 64),
      'generic-password'
    ],
    ['a password beyond ASCII', 'password=tr0ub4dör', 'tr0ub4dör', 'generic-password']
  ])('is for %s', (_, line, password, detector) => {
    asked.length = 0
    const hints = hintsOf(line)
    expect(hints.map(([id]) => id)).toContain(detector)
    expect(hints.find(([id]) => id === detector)?.[1]).toMatchObject({ strength: 'fair' })
    expect(new Set(asked)).toEqual(new Set([password]))
  })

  test.each([
    ['a token', expand('key=ghp_{{base62:36}}', 1).text],
    ['a generated secret', expand('client_secret={{base62:24}}', 1).text],
    ['a private key', expand('{{pem-line:RSA PRIVATE KEY:4}}', 1).text]
  ])('is not for %s', (_, line) => {
    asked.length = 0
    expect(hintsOf(line).length).toBeGreaterThan(0)
    expect(asked).toEqual([])
  })

  test('is left out where there is no answer', () => {
    for (const silent of [
      () => null,
      () => {
        throw new Error('no')
      }
    ]) {
      const { findings, withheld } = createRedactor({ strength: silent }).redact(Buffer.from('password=tr0ub4dor'))
      expect(findings.map(({ hints }) => hints)).toEqual([{}])
      expect(withheld).toEqual({ depth: 0, size: 0, effort: 0, error: 0, unknown: 0 })
    }
  })
})
