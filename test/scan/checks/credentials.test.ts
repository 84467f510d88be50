// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are what logs hold.
import { describe, expect, test } from 'vitest'
import { checks } from '../../../src/scan/checks/index.ts'

const b64 = (text: string) => Buffer.from(text).toString('base64')

describe('basic-auth', () => {
  const { check } = checks['basic-auth']

  test.each(['ann:pass', 'ann:pa:ss', ':token', 'ann: ', 'änn:pässwörd', 'ann:%20', 'ann:pas'])('passes %s', (text) => {
    expect(check(b64(text))).toBe('pass')
    expect(check(b64(text).replace(/=+$/, ''))).toBe('pass')
    expect(check(Buffer.from(text).toString('base64url'))).toBe('pass')
  })

  test.each(['', 'ann', 'ann:', ':', 'ann\n:pass', 'ann:pa\x00ss', '\x7f:x'])('drops "%s"', (text) => {
    expect(check(b64(text))).toBe('reject')
  })

  test.each(['realm="x"', 'auth is on', 'Basic', 'a', 'usage', 'authentication'])(
    'drops what is no base64 of a credential: %s',
    (text) => {
      expect(check(text)).toBe('reject')
    }
  )

  test('keeps an API key in the place of the user name', () => {
    expect(check(b64(`${'k3Y'.repeat(8)}:`))).toBe('fail')
  })
})

describe('url-userinfo', () => {
  const { check } = checks['url-userinfo']

  test.each([
    's3cr3t',
    'hunter2',
    'p%40ss',
    'pa:ss',
    'user:s3cr3t',
    'admin:admin',
    '$ecret',
    '$1$abc',
    'pass{word}',
    'Passw0rd',
    '100%sure',
    'a<b',
    'postgres',
    'password',
    'pass',
    'a:password'
  ])('passes %s', (text) => expect(check(text)).toBe('pass'))

  test.each([
    '',
    '${DB_PASS}',
    '$DB_PASS',
    '$(cat pw)',
    '{{ db_password }}',
    '{password}',
    '%s',
    '%(password)s',
    '<pass>',
    '<password>',
    '[password]',
    '#{pass}',
    '%PASSWORD%',
    '@PASSWORD@',
    '***',
    '********',
    'xxxxx',
    'xxx',
    '[REDACTED]',
    '[REDACTED:generic-password]',
    '%3Cpass%3E',
    '$%7BDB_PASS%7D',
    '...',
    'YourPassword',
    'your_password'
  ])('drops "%s"', (text) => expect(check(text)).toBe('reject'))
})
