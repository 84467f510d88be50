import { createHash, generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { afterAll, describe, expect, test } from 'vitest'
import { parseKeys, readEncryptor, readKeys } from '../../src/cli/keys.ts'
import { LogveilError } from '../../src/errors.ts'
import { decrypt, sealedKeyId } from '../../src/redact/encrypt.ts'
import { temporaryDirectory } from './spawn.ts'

const { path, remove } = temporaryDirectory()
afterAll(remove)

/** No key stands in this file: these are runs of one byte. */
const key = (fill: number, bytes = 32) => Buffer.alloc(bytes, fill)

function keyFile(name: string, text: string): string {
  writeFileSync(path(name), text)
  return path(name)
}

describe('parseKeys', () => {
  test('reads base64, base64url and hex, with and without ids', () => {
    const text = `# the present one\nnew:${key(0xfb).toString('base64')}\n\n  old:${key(0xfb).toString('base64url')}\r\nhex:${key(2, 16).toString('hex')}\n`
    expect(parseKeys(text, 'file')).toEqual([
      { id: 'new', key: key(0xfb) },
      { id: 'old', key: key(0xfb) },
      { id: 'hex', key: key(2, 16) }
    ])
  })

  test('derives an id from a key without one', () => {
    const id = createHash('sha256')
      .update(Buffer.concat([Buffer.from('logveil key id'), key(1)]))
      .digest('hex')
      .slice(0, 8)
    expect(parseKeys(key(1).toString('base64'), 'file')).toEqual([{ id, key: key(1) }])
    expect(parseKeys(key(1).toString('hex'), 'file')).toEqual([{ id, key: key(1) }])
  })

  test.each([
    ['', 'file holds no key: make one with `openssl rand -base64 32`'],
    ['# nothing\n\n', 'file holds no key: make one with `openssl rand -base64 32`'],
    ['a:tooshort', 'file, line 1: write at least 16 random bytes as base64 or hex, like `id:key` or `key`'],
    [
      `\nBad Id:${key(1).toString('hex')}`,
      'file, line 2: write at least 16 random bytes as base64 or hex, like `id:key` or `key`'
    ],
    [
      key(1, 15).toString('base64'),
      'file, line 1: write at least 16 random bytes as base64 or hex, like `id:key` or `key`'
    ]
  ])('refuses %j without quoting it', (text, message) => {
    expect(() => parseKeys(text, 'file')).toThrow(new LogveilError('KEY_INVALID', message))
  })
})

test('readKeys reads a file', () => {
  expect(readKeys(keyFile('keys', `a:${key(7).toString('hex')}\n`))).toEqual([{ id: 'a', key: key(7) }])
  expect(() => readKeys(path('missing'))).toThrow(`cannot read ${path('missing')}: no such file or directory`)
})

describe('readEncryptor', () => {
  const secret = Buffer.from('toy')

  test('seals to a public key in PEM', () => {
    const { publicKey, privateKey } = generateKeyPairSync('x25519')
    const file = keyFile('public.pem', publicKey.export({ format: 'pem', type: 'spki' }).toString())
    const sealed = readEncryptor(file).seal(secret)
    expect(decrypt(sealed, privateKey.export({ format: 'pem', type: 'pkcs8' }).toString())).toEqual(secret)
    expect(sealedKeyId(sealed)).toMatch(/^[0-9a-f]{8}$/)
    expect(sealedKeyId(readEncryptor(file).seal(secret))).toBe(sealedKeyId(sealed))
  })

  test('seals with a symmetric key', () => {
    const sealed = readEncryptor(keyFile('symmetric', `glass:${key(9).toString('base64')}`)).seal(secret)
    expect(decrypt(sealed, key(9))).toEqual(secret)
    expect(sealedKeyId(sealed)).toBe('glass')
  })

  test('refuses a private key and short keys', () => {
    const { privateKey } = generateKeyPairSync('x25519')
    const pem = keyFile('private.pem', privateKey.export({ format: 'pem', type: 'pkcs8' }).toString())
    expect(() => readEncryptor(pem)).toThrow('private.pem holds a private key: sealing needs the public one')
    const short = keyFile('short', `k:${key(1, 16).toString('hex')}`)
    expect(() => readEncryptor(short)).toThrow('encryption key k has 16 bytes: AES-256 needs 32')
  })
})
