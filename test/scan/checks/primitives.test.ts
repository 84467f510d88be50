import { createHash } from 'node:crypto'
import { crc32 as zlibCrc32 } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import {
  base32Alphabet,
  base36Alphabet,
  base58Alphabet,
  base62Alphabet,
  decodeBase32,
  decodeBase58,
  decodeBase64,
  encodeBase32,
  encodeNumber
} from '../../../src/scan/checks/base-n.ts'
import { bigEndian, crc32, hexOf, littleEndian } from '../../../src/scan/checks/crc32.ts'
import { marvin32, marvin32Of } from '../../../src/scan/checks/marvin32.ts'
import { sha256 } from '../../../src/scan/checks/sha256.ts'
import fc from '../../property.ts'

const bytes = fc.uint8Array({ maxLength: 200 })
/** fast-check takes a returned `undefined` for true, and anything else an assertion may return for false. */
function holds<T>(values: fc.Arbitrary<T>, check: (value: T) => unknown): void {
  fc.assert(
    fc.property(values, (value) => {
      check(value)
    })
  )
}
const latin1 = (data: Uint8Array) => Buffer.from(data).toString('latin1')

describe('CRC-32', () => {
  test('has the check value of its catalogue', () => {
    expect(crc32('123456789')).toBe(0xcbf43926)
    expect(crc32('')).toBe(0)
  })

  test('agrees with zlib', () => {
    holds(bytes, (data) => expect(crc32(latin1(data))).toBe(zlibCrc32(data)))
  })

  test('is written in both byte orders', () => {
    expect(hexOf(bigEndian(0x00a1b2f3))).toBe('00a1b2f3')
    expect(hexOf(littleEndian(0x00a1b2f3))).toBe('f3b2a100')
    expect(hexOf(bigEndian(0xffffffff))).toBe('ffffffff')
  })
})

test('SHA-256 agrees with node:crypto, at the block borders too', () => {
  for (const length of [0, 1, 54, 55, 56, 63, 64, 65, 77, 119, 120, 128]) {
    const text = 'é'.repeat(length)
    expect(Buffer.from(sha256(text))).toEqual(createHash('sha256').update(text, 'latin1').digest())
  }
  holds(bytes, (data) => expect(Buffer.from(sha256(latin1(data)))).toEqual(createHash('sha256').update(data).digest()))
})

describe('Marvin32', () => {
  // dotnet/runtime, MarvinTests.cs: seed in two halves, bytes, hash.
  test.each([
    [0x4fb61a, 0x001bdbcc, '', 0x302009bc],
    [0x4fb61a, 0x001bdbcc, 'af', 0x3592e206],
    [0x4fb61a, 0x001bdbcc, 'e70f', 0xfdab5e04],
    [0x4fb61a, 0x001bdbcc, '37f495', 0x6b3c8b90],
    [0x4fb61a, 0x001bdbcc, '8642dc59', 0x0e9407be],
    [0x4fb61a, 0x001bdbcc, '153fb79826', 0x446f25fa],
    [0x4fb61a, 0x001bdbcc, '0932e6246c47', 0x31a6ff7a],
    [0x4fb61a, 0x001bdbcc, 'ab427ea8d10fc7', 0x117fcba5],
    [0x804fb61a, 0x001bdbcc, 'ab427ea8d10fc7', 0x5826b7ce],
    [0x804fb61a, 0x801bdbcc, 'ff00ff00ff00ff', 0xe0c1ffff],
    [0x804fb61a, 0x801bdbcc, '00ff00ff00ff', 0xfbc906cf]
  ])('seed %i %i, %s', (high, low, hex, hash) => {
    expect(marvin32Of(Buffer.from(hex, 'hex'), high, low)).toBe(hash)
  })

  test('takes its seed as text', () => {
    const data = Buffer.from('some bytes')
    expect(marvin32(data, 'Default0')).toBe(marvin32Of(data, 0x44656661, 0x756c7430))
  })
})

describe('numbers', () => {
  test.each([
    [0, base62Alphabet, 6, '000000'],
    [61, base62Alphabet, 6, '00000z'],
    [62, base62Alphabet, 0, '10'],
    [0xffffffff, base62Alphabet, 6, '4gfFC3'],
    [32, base36Alphabet, 2, '0w'],
    [0xffffffff, base36Alphabet, 7, '1z141z3']
  ])('%i', (value, alphabet, width, text) => {
    expect(encodeNumber(value, alphabet, width)).toBe(text)
  })

  test('agree with BigInt arithmetic', () => {
    const value = (text: string) =>
      [...text].reduce((sum, char) => sum * 62n + BigInt(base62Alphabet.indexOf(char)), 0n)
    holds(fc.nat(0xffffffff), (n) => expect(value(encodeNumber(n, base62Alphabet, 6))).toBe(BigInt(n)))
  })
})

describe('base32', () => {
  // RFC 4648, section 10, without padding
  test.each([
    ['', ''],
    ['f', 'MY'],
    ['fo', 'MZXQ'],
    ['foo', 'MZXW6'],
    ['foob', 'MZXW6YQ'],
    ['fooba', 'MZXW6YTB'],
    ['foobar', 'MZXW6YTBOI']
  ])('%s', (text, encoded) => {
    expect(encodeBase32(Buffer.from(text))).toBe(encoded)
    expect(Buffer.from(decodeBase32(encoded) ?? []).toString()).toBe(text)
    expect(Buffer.from(decodeBase32(encoded.toLowerCase()) ?? []).toString()).toBe(text)
  })

  test('both ways', () => {
    holds(bytes, (data) => expect(decodeBase32(encodeBase32(data))).toEqual(data))
    expect([...base32Alphabet]).toHaveLength(32)
  })

  test.each(['1', '0', '8', 'A=', 'é'])('refuses %s', (text) => expect(decodeBase32(text)).toBe(null))
})

describe('base58', () => {
  const value = (data: Uint8Array) => data.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n)
  const encode = (data: Uint8Array) => {
    let text = ''
    for (let rest = value(data); rest > 0n; rest /= 58n) text = base58Alphabet[Number(rest % 58n)] + text
    return (
      '1'.repeat(data.findIndex((byte) => byte !== 0) < 0 ? data.length : data.findIndex((byte) => byte !== 0)) + text
    )
  }

  test('agrees with BigInt arithmetic', () => {
    holds(fc.uint8Array({ maxLength: 60 }), (data) => expect(decodeBase58(encode(data))).toEqual(data))
  })

  test.each(['0', 'O', 'I', 'l', '+', '1'.repeat(129)])('refuses %s', (text) => expect(decodeBase58(text)).toBe(null))
})

describe('base64', () => {
  test('in both alphabets, with and without padding', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 60 }), (data) => {
        const buffer = Buffer.from(data)
        const forms = [
          buffer.toString('base64'),
          buffer.toString('base64url'),
          buffer.toString('base64').replace(/=+$/, '')
        ]
        for (const text of forms) expect(Buffer.from(decodeBase64(text) ?? [])).toEqual(buffer)
      })
    )
  })

  test.each(['', '=', 'a', 'aaaaa', 'a b', 'aa===', 'a=a', 'ä'])('refuses "%s"', (text) =>
    expect(decodeBase64(text)).toBe(null)
  )
})
