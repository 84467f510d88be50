import { describe, expect, test } from 'vitest'
import type { ValueShape } from '../../src/model.ts'
import type { Pair } from '../../src/scan/keyed/pairs.ts'
import { isUuid, notSecret } from '../../src/scan/keyed/values.ts'
import { expand } from '../../src/scan/template.ts'
import { growth } from '../growth.ts'

type How = Partial<Pick<Pair, 'bond' | 'quoted' | 'compound'>>

/** Why a value is no secret; `after` is what the text goes on with. */
function reason(value: string, shape: ValueShape, how: How = {}, after = ''): string | null {
  const bytes = Buffer.from(`<${value}${after}`)
  const end = 1 + Buffer.byteLength(value)
  const pair = { keyStart: 0, keyEnd: 0, valueStart: 1, valueEnd: end, quoted: false, compound: false, ...how }
  return notSecret(bytes, { bond: 'assigned', ...pair }, shape, bytes.length)
}

const shapes: readonly ValueShape[] = ['any', 'opaque', 'random']

/** Never a secret, whatever the key. */
const harmless: Record<string, readonly string[]> = {
  'too short': ['', 'a', 'ab', '12', '%s', '--'],
  placeholder: [
    '[REDACTED]',
    '[REDACTED:github-pat-classic]',
    '[REDACTED:generic-password:k1.AbC_-123]',
    '[WITHHELD:depth]',
    'x[REDACTED:generic-password]y',
    '****',
    '********',
    'xxxxxxxx',
    '[FILTERED]',
    '<redacted>',
    '<your password>',
    '****abcd',
    '...'
  ],
  template: [
    `${'$'}{DB_PASSWORD}`,
    `${'$'}{DB_PASSWORD:-x}`,
    '$(cat file)',
    '$DB_PASSWORD',
    '$password',
    '{{ app }}',
    '{{app}}',
    '%(password)s',
    '%{password}',
    '%APP%',
    '<value here>',
    '<%= password %>',
    '#{password}',
    '@{password}',
    '[value here]',
    '{value}',
    `x${'$'}{A}y`,
    'x{{ a }}y'
  ],
  repetition: ['aaaa', '1111111111', 'ZZZZZZZZ', 'AAAAAAAAAAAAAAAAAAAAAA==', '%2f%2f%2f%2f%2f%2f%2f%3D'],
  word: [
    'true',
    'False',
    'null',
    'None',
    'nil',
    'undefined',
    'string',
    'required',
    'optional',
    'changeme',
    'n/a',
    'bearer',
    'public',
    'enabled'
  ],
  path: [
    '/etc/ssl/private.key',
    '/run/secrets/db',
    './secret',
    '../secret',
    '~/secret',
    'C:\\secrets\\x',
    'https://example.test/x',
    's3://bucket/key',
    'file:///etc/x',
    'arn:aws:secretsmanager:eu-west-1:123456789012:secret:app/db-AbCdEf'
  ]
}

describe.each(Object.entries(harmless))('%s', (why, values) => {
  test.each(values)('%j', (value) => {
    // A run of dots or dashes is a placeholder, `x` and `*` are, too; nothing is left to chance.
    const found = shapes.flatMap((shape) => [reason(value, shape), reason(value, shape, { quoted: true })])
    expect(found).toEqual(Array(6).fill(why))
  })
})

describe('code is no value unless it is quoted', () => {
  test.each([
    'getenv(x)',
    'config.password',
    'self.password',
    'self->token',
    'request.form.password',
    "os.environ['X']",
    'get_password()',
    '*p->secret'
  ])('%s', (value) => {
    expect(shapes.map((shape) => reason(value, shape))).toEqual(['code', 'code', 'code'])
    expect(reason(value, 'any', { quoted: true })).toBe(null)
  })

  test.each(['hunter.2024x', 'a.b', '(abc)', '1(a)', 'x9.Qw8.zR7.12'])('%s may be a password', (value) => {
    expect(reason(value, 'any')).toBe(null)
  })
})

describe('any', () => {
  test.each([
    'abc',
    'hunter2',
    'letmein',
    'Sommer2024',
    'correct horse battery staple',
    'пароль1',
    '密码是多少',
    '12345678',
    '123',
    'Passw0rd!',
    '$ecret9',
    '$2a$10$abcdef',
    '~x9!',
    '#hunter',
    '-hunter',
    'a{b}c',
    'a$b',
    '%41%42%43',
    'test123',
    'secret1',
    '/9Qw8Zr7Ty6Ui5Op4As3Df2'
  ])('%s is a password', (value) => {
    expect([
      reason(value, 'any'),
      reason(value, 'any', { quoted: true }),
      reason(value, 'any', { bond: 'colon' })
    ]).toEqual([null, null, null])
  })

  test.each(['is too short', 'must contain a digit', 'invalid username or password', 'has been changed', 'not set'])(
    '%s is about one',
    (value) => {
      expect([reason(value, 'any', { quoted: true }), reason(value, 'any', { bond: 'colon' })]).toEqual([
        'prose',
        'prose'
      ])
    }
  )

  test('a sentence goes on behind the value', () => {
    expect(reason('alpha', 'any', { bond: 'colon' }, ' is wrong')).toBe('prose')
    expect(reason('alpha', 'any', { bond: 'colon' }, ' user')).toBe('prose')
    expect(reason('alpha', 'any', { bond: 'colon' }, ' User')).toBe(null)
    expect(reason('alpha', 'any', { bond: 'colon' }, ' user=x')).toBe(null)
    expect(reason('alpha', 'any', { bond: 'colon' }, '\nis wrong')).toBe(null)
    expect(reason('alpha7', 'any', { bond: 'colon' }, ' is wrong')).toBe(null)
    expect(reason('alpha', 'any', {}, ' is wrong')).toBe(null)
  })

  test('a word in quotes behind a space is a mention', () => {
    expect(reason('hunter', 'any', { bond: 'quoted', quoted: true })).toBe('word')
    expect(reason('hunter2', 'any', { bond: 'quoted', quoted: true })).toBe(null)
  })

  test.each(['hunter2', '12345678', '2024-01-02T03:04:05Z', 'policy.2', '1.2.3-Beta4', 'Policies', 'abcdefgh1'])(
    'behind a space %s is prose',
    (value) => expect(reason(value, 'any', { bond: 'loose' })).toBe('prose')
  )

  test.each(['q7Zk29XvLw03RtYpB5', 'Passw0rd!', 'Winter2024', 'corr3ct-h0rse!'])(
    'behind a space %s looks random, or chosen by the rules for passwords',
    (value) => expect(reason(value, 'any', { bond: 'loose' })).toBe(null)
  )
})

describe('opaque', () => {
  test.each([
    'a1b2c3',
    'Zx9Qw8',
    'x7f-22-abq-9',
    'q7Zk29XvLw03RtYp',
    'zqxkvjwpgbhm',
    '12345678901234567890',
    'abc.def1',
    'deadbeef12345678',
    'Hunter2026!',
    'tr0ub4dor&3',
    '3f2b8c1e-9d4a-4f60-8a1b-0c2d3e4f5a6b'
  ])('%s is opaque', (value) => {
    expect([reason(value, 'opaque'), reason(value, 'opaque', { quoted: true })]).toEqual([null, null])
  })

  test.each([
    ['a1b2c', 'too short'],
    ['12345678', 'number'],
    ['1700000000000', 'number'],
    ['2024-01-02T03:04:05Z', 'number'],
    ['10.0.0.1:8080', 'version'],
    ['1500ms', 'number'],
    ['2024-01-02 03:04:05 UTC', 'number'],
    ['hunter', 'words'],
    ['hunter2', 'words'],
    ['default-token', 'words'],
    ['web-tls-secret', 'words'],
    ['refresh_token', 'words'],
    ['my_service_account', 'words'],
    ['ExpiredTokenException', 'words'],
    ['kubernetes-dashboard-token1', 'words'],
    ['the quick brown fox 12', 'words'],
    ['1.2.3-rc1', 'version'],
    ['LGPL-3.0-or-later', 'version'],
    ['nginx-1.27-alpine-slim', 'version'],
    ['v0.0.0-20161001120000-abcdef123456', 'version']
  ])('%s is not: %s', (value, why) => {
    expect([reason(value, 'opaque'), reason(value, 'opaque', { bond: 'colon' })]).toEqual([why, why])
  })
})

describe('random', () => {
  test.each([
    'q7Zk29XvLw03RtYpB5',
    'deadbeef0123456789abcdef01234567',
    'Zk29XvLw03RtYpB5q7Zk/+Lw03RtYp==',
    'zqxkvjwpgbhmtcfrdlsynzqx'
  ])('%s is random', (value) => {
    expect([reason(value, 'random'), reason(value, 'random', { bond: 'colon' })]).toEqual([null, null])
  })

  test.each([
    ['q7Zk29XvLw0', 'not random'],
    ['user:42:profile', 'not random'],
    ['my-service-account-key', 'not random'],
    ['com.example.service.UserRepository', 'code'],
    ['1234567890123456', 'not random'],
    ['2024-01-02T03:04:05.678Z', 'not random'],
    ['abcdefgh', 'not random'],
    ['3f2b8c1e-9d4a-4f60-8a1b-0c2d3e4f5a6b', 'uuid']
  ])('%s is not: %s', (value, why) => {
    expect(reason(value, 'random')).toBe(why)
  })

  test.each([
    'abcdefabcdefabcdef',
    'abcdefghij1234567890',
    'ZYXWVUTSRQPONMLKJIHGFEDC',
    '1234567890abcdefghijklmnop',
    '12345678901234567890123456789012'
  ])('%s is weak, and a secret', (value) =>
    expect([reason(value, 'random'), reason(value, 'opaque')]).toEqual([null, null])
  )

  test('a UUID is a secret under a key of somebody', () => {
    const uuid = '3f2b8c1e-9d4a-4f60-8a1b-0c2d3e4f5a6b'
    expect(reason(uuid, 'random', { compound: true })).toBe(null)
    expect(reason(uuid, 'random', { compound: true, bond: 'colon' })).toBe('uuid')
    expect(reason(uuid, 'random')).toBe('uuid')
  })
})

/** Share of generated values that pass, in percent, over 400 seeds. */
function passing(template: string, shape: ValueShape, how: How = {}): number {
  let count = 0
  for (let seed = 1; seed <= 400; seed++) if (reason(expand(template, seed).text, shape, how) === null) count++
  return count / 4
}

describe('generated values', () => {
  test.each([
    '{{base62:16}}',
    '{{base62:24}}',
    '{{base62:40}}',
    '{{base64url:32}}',
    '{{hex:32}}',
    '{{HEX:40}}',
    '{{base64:44}}'
  ])('%s passes under every shape and bond', (template) => {
    for (const shape of shapes) {
      for (const bond of ['assigned', 'colon', 'loose'] as const) {
        expect([shape, bond, passing(template, shape, { bond })]).toEqual([shape, bond, 100])
      }
    }
  })

  test.each([
    ['{{base62:8}}', 70],
    ['{{base62:12}}', 99],
    ['{{lower:16}}', 95],
    ['{{alnum-lower:10}}', 90],
    ['{{uuid}}', 100],
    ['{{base32:16}}', 100]
  ])('%s is opaque in at least %i of 100 cases', (template, least) => {
    expect(passing(template, 'opaque')).toBeGreaterThanOrEqual(least)
  })

  test('any of them is a password', () => {
    for (const template of ['{{lower:6}}', '{{digits:6}}', '{{base62:8}}', '{{base62:64}}', '{{uuid}}']) {
      expect([template, passing(template, 'any')]).toEqual([template, 100])
    }
  })
})

describe('isUuid', () => {
  test('takes either case, and nothing else', () => {
    const look = (text: string) => isUuid(Buffer.from(text), 0, text.length)
    expect(look('3f2b8c1e-9d4a-4f60-8a1b-0c2d3e4f5a6b')).toBe(true)
    expect(look('3F2B8C1E-9D4A-4F60-8A1B-0C2D3E4F5A6B')).toBe(true)
    expect(look('3f2b8c1e-9d4a-4f60-8a1b-0c2d3e4f5a6g')).toBe(false)
    expect(look('3f2b8c1e09d4a04f6008a1b00c2d3e4f5a6b')).toBe(false)
    expect(look('3f2b8c1e-9d4a-4f60-8a1b-0c2d3e4f5a6')).toBe(false)
  })
})

test('of a value eight times as long, it takes nowhere near 64 times as long', () => {
  const value = 'q7Zk29XvLw03RtYp'.repeat(4)
  const [small, large] = [250_000, 2_000_000].map((count) => {
    const long = `${value}${'=x'.repeat(count)}`
    return () => {
      for (const shape of shapes) expect(reason(long, shape, { quoted: true })).toBe(null)
    }
  })
  expect(growth(24, small, large)).toBeLessThan(24)
})
