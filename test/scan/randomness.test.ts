import { describe, expect, test } from 'vitest'
import { looksRandom, measure, randomScore } from '../../src/scan/keyed/randomness.ts'
import { expand } from '../../src/scan/template.ts'

function measured(text: string) {
  const bytes = Buffer.from(`<${text}>`)
  return { ...measure(bytes, 1, bytes.length - 1) }
}

describe('measure', () => {
  test.each([
    ['', { length: 0, digits: 0, lowers: 0, uppers: 0, others: 0, hex: true, changes: 0, distinct: 0, pairs: 0 }],
    ['abc', { length: 3, digits: 0, lowers: 3, uppers: 0, others: 0, hex: true, changes: 0, distinct: 3, pairs: 2 }],
    ['aB1-', { length: 4, digits: 1, lowers: 1, uppers: 1, others: 1, hex: false, changes: 3, distinct: 4, pairs: 0 }],
    ['Hello', { length: 5, digits: 0, lowers: 4, uppers: 1, others: 0, hex: false, changes: 0, distinct: 4, pairs: 4 }],
    [
      'fooBar',
      { length: 6, digits: 0, lowers: 5, uppers: 1, others: 0, hex: false, changes: 1, distinct: 5, pairs: 4 }
    ],
    ['00ff', { length: 4, digits: 2, lowers: 2, uppers: 0, others: 0, hex: true, changes: 1, distinct: 2, pairs: 1 }],
    ['é', { length: 2, digits: 0, lowers: 0, uppers: 0, others: 2, hex: false, changes: 0, distinct: 2, pairs: 0 }]
  ])('%j', (text, expected) => {
    const { entropy: _entropy, language: _language, ...counts } = measured(text)
    expect(counts).toEqual(expected)
  })

  test('entropy is a share of what length and alphabet allow', () => {
    expect(measured('a').entropy).toBe(0)
    expect(measured('aaaaaaaa').entropy).toBe(0)
    expect(measured('0123456789').entropy).toBe(1)
    expect(measured('0123456789abcdef').entropy).toBe(1)
    expect(measured('abcdefghijklmnopqrstuvwxyz').entropy).toBe(1)
    // Two values of one bit, of the 3.32 that ten digits have.
    expect(measured('0101010101').entropy).toBeCloseTo(1 / Math.log2(10), 10)
  })

  test('language is about +1 for words and -1.5 for random letters', () => {
    const words = [
      'authentication',
      'password',
      'repository',
      'kubernetes',
      'message',
      'request handler',
      'configuration'
    ]
    for (const word of words) expect(measured(word).language).toBeGreaterThan(0.4)
    let sum = 0
    for (let seed = 1; seed <= 200; seed++) sum += measured(expand('{{lower:24}}', seed).text).language
    expect(sum / 200).toBeLessThan(-0.8)
  })

  test('only 256 bytes are looked at', () => {
    const head = expand('{{base62:256}}', 1).text
    expect(measured(`${head}${'a'.repeat(100_000)}`)).toEqual(measured(head))
  })

  test('any bytes', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i)
    const found = measure(bytes, 0, 256)
    expect([found.length, found.distinct, found.digits, found.lowers, found.uppers]).toEqual([256, 256, 10, 26, 26])
    expect(Number.isFinite(randomScore(found))).toBe(true)
  })
})

/** Share of generated texts that look random, in percent, over 400 seeds. */
function share(template: string): number {
  let count = 0
  for (let seed = 1; seed <= 400; seed++) if (looksRandom(measured(expand(template, seed).text))) count++
  return count / 4
}

describe('looksRandom', () => {
  test.each([
    ['{{base62:16}}', 99],
    ['{{base62:20}}', 100],
    ['{{base62:32}}', 100],
    ['{{base62:64}}', 100],
    ['{{base64:24}}', 100],
    ['{{base64url:43}}', 100],
    ['{{hex:16}}', 85],
    ['{{hex:32}}', 99],
    ['{{hex:64}}', 100],
    ['{{HEX:40}}', 100],
    ['{{base32:16}}', 97],
    ['{{base32:32}}', 100],
    ['{{alnum-lower:20}}', 99],
    ['{{alnum-upper:32}}', 100],
    ['{{base58:44}}', 100],
    ['{{lower:24}}', 80],
    ['{{uuid}}', 95]
  ])('%s: at least %i of 100', (template, least) => {
    expect(share(template)).toBeGreaterThanOrEqual(least)
  })

  test.each(['{{base62:8}}', '{{base62:15}}', '{{digits:16}}', '{{digits:40}}', '{{lower:15}}'])(
    '%s: never',
    (template) => {
      expect(share(template)).toBe(0)
    }
  )

  test.each([
    'aaaaaaaaaaaaaaaaaaaa',
    'abababababababababab',
    'abcdefabcdefabcdefab',
    'kubernetes-dashboard-token',
    'my_service_account_key_name',
    'com.example.service.UserRepositoryImpl',
    'org/apache/kafka/clients/consumer',
    'the quick brown fox jumps over',
    'AuthenticationManagerBuilder',
    'INVALID_ARGUMENT_EXCEPTION',
    'application/x-www-form-urlencoded',
    '2024-01-02T03:04:05.678Z',
    '192.168.100.200:65535',
    'user-42-session-7-worker-3',
    'log4j2-production-configuration.xml',
    'feature/JIRA-1234-add-login-page',
    'sha256 checksum mismatch'
  ])('%s is none', (text) => {
    expect(looksRandom(measured(text))).toBe(false)
  })
})

describe('randomScore', () => {
  test('parts random text from words', () => {
    const words = [
      'authentication_required',
      'database.connection.pool',
      'UserServiceImplementation',
      'create-user-account-page'
    ]
    for (const word of words) expect(randomScore(measured(word))).toBeLessThan(0.5)
    let least = Number.POSITIVE_INFINITY
    for (let seed = 1; seed <= 400; seed++)
      least = Math.min(least, randomScore(measured(expand('{{base62:32}}', seed).text)))
    expect(least).toBeGreaterThan(1)
  })
})
