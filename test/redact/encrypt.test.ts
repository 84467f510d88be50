import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { LogveilError } from '../../src/errors.ts'
import { createEncryptor, decrypt, type EncryptorKey, sealedKeyId } from '../../src/redact/encrypt.ts'
import fc from '../property.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)

/** Deterministic, so that a sealed secret can be asserted. */
function counter(): (bytes: number) => Uint8Array {
  let next = 1
  return (bytes) => Uint8Array.from({ length: bytes }, () => next++ & 0xff)
}

const rawOf = (key: KeyObject, part: 'x' | 'd') => Buffer.from(key.export({ format: 'jwk' })[part] ?? '', 'base64url')
const pair = generateKeyPairSync('x25519')
const otherPair = generateKeyPairSync('x25519')
const symmetric = new Uint8Array(32).fill(7)
const pem = (key: KeyObject, type: 'spki' | 'pkcs8') => key.export({ format: 'pem', type }).toString()

const modes: [string, EncryptorKey, Uint8Array | string, Uint8Array | string][] = [
  ['symmetric', { id: 'glass-1', key: symmetric }, symmetric, new Uint8Array(32).fill(8)],
  [
    'X25519, raw',
    { id: 'glass-1', publicKey: rawOf(pair.publicKey, 'x') },
    rawOf(pair.privateKey, 'd'),
    rawOf(otherPair.privateKey, 'd')
  ],
  [
    'X25519, PEM',
    { id: 'glass-1', publicKey: pem(pair.publicKey, 'spki') },
    pem(pair.privateKey, 'pkcs8'),
    pem(otherPair.privateKey, 'pkcs8')
  ]
]

describe.each(modes)('%s', (_, key, opener, wrong) => {
  const encryptor = createEncryptor(key, counter())

  test('what is sealed can be opened', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5000 }), (secret) => {
        expect(Buffer.compare(decrypt(encryptor.seal(secret), opener), secret)).toBe(0)
      }),
      { numRuns: 30 }
    )
  })

  test('the whole placeholder opens too, and names its key', () => {
    const placeholder = `[REDACTED:toy-a:enc:${encryptor.seal(utf8('grün'))}]`
    expect(placeholder).toMatch(/^\[[\w.:-]+\]$/)
    expect(Buffer.from(decrypt(placeholder, opener)).toString()).toBe('grün')
    expect(sealedKeyId(placeholder)).toBe('glass-1')
  })

  test('the same secret is sealed differently each time', () => {
    expect(encryptor.seal(utf8('a'))).not.toBe(encryptor.seal(utf8('a')))
  })

  test('another key does not open it', () => {
    const sealed = encryptor.seal(utf8('toy secret'))
    expect(() => decrypt(sealed, wrong)).toThrow(
      new LogveilError('DECRYPT_FAILED', 'the sealed secret was altered or belongs to another key')
    )
  })

  test('every altered or missing byte is noticed', () => {
    const sealed = Buffer.from(encryptor.seal(utf8('toy')), 'base64url')
    for (let i = 0; i < sealed.length; i++) {
      const altered = Buffer.from(sealed)
      altered[i] ^= 1
      expect(() => decrypt(altered.toString('base64url'), opener)).toThrow(LogveilError)
      expect(() => decrypt(sealed.subarray(0, i).toString('base64url'), opener)).toThrow(LogveilError)
    }
  })
})

// Written by version 1 and opened by an independent implementation: secrets sealed by an older logveil stay readable.
const stored: [string, EncryptorKey, Uint8Array, string][] = [
  [
    'symmetric',
    { id: 'k', key: symmetric },
    symmetric,
    'AQEBawECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gffoIP0W9gfiWy8-YbYWif8jNfA'
  ],
  [
    'X25519',
    { id: 'k', publicKey: Buffer.from('57db4b359f23ae5e146e4e2512056704722506348c150c14753d0c933d04d421', 'hex') },
    new Uint8Array(32).fill(9),
    'AQIBawejfLwUIJPIt1XcGxDobLQmN0rRaqhT7QvfwLK4bRx8snJHChEMjW_MSpOnf-c_jbJYKg'
  ]
]

test.each(stored)('%s: the format stays what it is', (_, key, opener, sealed) => {
  expect(createEncryptor(key, counter()).seal(utf8('toy'))).toBe(sealed)
  expect(Buffer.from(decrypt(sealed, opener)).toString()).toBe('toy')
})

test.each<[string, EncryptorKey, string]>([
  ['a short symmetric key', { id: 'k', key: new Uint8Array(16) }, 'encryption key k has 16 bytes: AES-256 needs 32'],
  [
    'a short public key',
    { id: 'k', publicKey: new Uint8Array(31) },
    'public key k: pass an X25519 key as 32 bytes or PEM'
  ],
  [
    'a point of low order',
    { id: 'k', publicKey: new Uint8Array(32) },
    'public key k: pass an X25519 key as 32 bytes or PEM'
  ],
  ['no PEM', { id: 'k', publicKey: 'x' }, 'public key k: pass an X25519 key as 32 bytes or PEM'],
  ['a malformed id', { id: 'K', key: symmetric }, 'key id: use 1 to 16 lower-case letters, digits and hyphens']
])('refuses %s', (_, key, message) => {
  expect(() => createEncryptor(key, counter())).toThrow(new LogveilError('KEY_INVALID', message))
})

test('refuses keys of the wrong kind for opening, without quoting them', () => {
  const sealed = createEncryptor({ id: 'k', key: symmetric }, counter()).seal(utf8('toy'))
  expect(() => decrypt(sealed, 'PEM')).toThrow('this secret is sealed with a symmetric key: pass its 32 bytes')
  expect(() => decrypt(sealed, new Uint8Array(31))).toThrow('decryption key has 31 bytes: AES-256 needs 32')
  const toPublic = createEncryptor({ id: 'k', publicKey: rawOf(pair.publicKey, 'x') }, counter()).seal(utf8('toy'))
  const rsa = pem(generateKeyPairSync('ed25519').privateKey, 'pkcs8')
  for (const key of ['PEM', new Uint8Array(3), rsa]) {
    expect(() => decrypt(toPublic, key)).toThrow('private key: pass an X25519 key as 32 bytes or PEM')
  }
  expect(() => decrypt('[REDACTED:toy]', symmetric)).toThrow(
    'this is no sealed secret, or it was cut off: pass the whole placeholder'
  )
})
