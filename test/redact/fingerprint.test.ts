import { expect, test } from 'vitest'
import { LogveilError } from '../../src/errors.ts'
import { createFingerprinter } from '../../src/redact/fingerprint.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)
const key = (fill: number, length = 32) => new Uint8Array(length).fill(fill)

// RFC 4231, test case 1: the first 96 bits of HMAC-SHA256("\x0b" * 20, "Hi There").
const rfc4231 = Buffer.from('b0344c61d8db38535ca8afce', 'hex').toString('base64url')

test('is HMAC-SHA256 cut to 96 bits', () => {
  const { fingerprint } = createFingerprinter([{ id: 'k1', key: key(0x0b, 20) }])
  expect(fingerprint(utf8('Hi There'))).toBe(`k1.${rfc4231}`)
  expect(fingerprint(utf8('Hi There'))).toBe('k1.sDRMYdjbOFNcqK_O')
})

test('no key, no fingerprint', () => {
  const { fingerprint, all } = createFingerprinter([])
  expect(fingerprint(utf8('x'))).toBeNull()
  expect(all(utf8('x'))).toEqual([])
})

test('new ones use the first key, look-ups all of them', () => {
  const before = createFingerprinter([{ id: 'old', key: key(1) }])
  const during = createFingerprinter([
    { id: 'new', key: key(2) },
    { id: 'old', key: key(1) }
  ])
  const after = createFingerprinter([{ id: 'new', key: key(2) }])
  const secret = utf8('toy secret')
  expect(during.all(secret)).toEqual([after.fingerprint(secret), before.fingerprint(secret)])
  expect(during.fingerprint(secret)).toBe(after.fingerprint(secret))
})

test('depends on the secret, also for views into larger buffers', () => {
  const { fingerprint } = createFingerprinter([{ id: 'k', key: key(3) }])
  const buffer = utf8('xxabcxx')
  expect(fingerprint(buffer.subarray(2, 5))).toBe(fingerprint(utf8('abc')))
  expect(fingerprint(buffer)).not.toBe(fingerprint(utf8('abc')))
})

test.each([
  ['Prod', 32, 'key id: use 1 to 16 lower-case letters, digits and hyphens'],
  ['', 32, 'key id: use 1 to 16 lower-case letters, digits and hyphens'],
  ['a.b', 32, 'key id: use 1 to 16 lower-case letters, digits and hyphens'],
  ['abcdefghijklmnopq', 32, 'key id: use 1 to 16 lower-case letters, digits and hyphens'],
  ['k', 15, 'key k has 15 bytes: use at least 16 random ones']
])('refuses id "%s" with %i bytes', (id, length, message) => {
  expect(() => createFingerprinter([{ id, key: key(1, length) }])).toThrow(new LogveilError('KEY_INVALID', message))
})

test('refuses an id used twice', () => {
  expect(() =>
    createFingerprinter([
      { id: 'k', key: key(1) },
      { id: 'k', key: key(2) }
    ])
  ).toThrow('key id k is used twice: give each key its own')
})
