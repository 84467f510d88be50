import { crc32 } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { checks } from '../../../src/scan/checks/index.ts'

/** Marvin32 written anew from its description, over 64-bit arithmetic; `seed` as a number, as the reference has it. */
function marvin(data: Buffer, seed: bigint): number {
  const mask = 0xffffffffn
  const rotate = (word: bigint, by: bigint) => ((word << by) | (word >> (32n - by))) & mask
  let low = seed & mask
  let high = seed >> 32n
  const padded = Buffer.concat([data, Buffer.from([0x80]), Buffer.alloc(3 - (data.length % 4))])
  for (let at = 0; at <= padded.length; at += 4) {
    low = (low + (at < padded.length ? BigInt(padded.readUInt32LE(at)) : 0n)) & mask
    high ^= low
    low = (rotate(low, 20n) + high) & mask
    high = rotate(high, 9n) ^ low
    low = (rotate(low, 27n) + high) & mask
    high = rotate(high, 19n)
  }
  return Number(low ^ high)
}

const littleEndian = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

const changed = (token: string, at: number) =>
  token.slice(0, at) + (token[at] === 'c' ? 'd' : 'c') + token.slice(at + 1)

describe('identifiable keys', () => {
  // A letter repeated, then the signature and checksum that microsoft/security-utilities has in its tests of the scanner.
  test.each([
    ['a', 33, '+ARm', 'D7h+qo='],
    ['a', 33, '+AEh', 'G2s/8w='],
    ['a', 33, '+ASb', 'HpHeAI='],
    ['a', 33, 'AIoT', 'Oumzco='],
    ['a', 42, 'AzSe', 'CjhzCu'],
    ['d', 42, '+ACR', 'CUDxQE'],
    ['d', 44, 'AzFu', '182vhA'],
    ['a', 76, '+ASt', '5mnCaw=='],
    ['a', 76, 'ACDb', 'OpqrYA=='],
    ['a', 76, '+ABa', '13FZVQ=='],
    ['a', 76, '+AMC', 'FNqWyA=='],
    ['a', 76, 'APIM', 'HbKhsQ==']
  ])('%s x %i, %s', (letter, length, signature, checksum) => {
    const { check, hints } = checks['azure-his-v1']
    const key = letter.repeat(length) + signature + checksum
    const bare = key.replace(/=+$/, '')
    expect([check(key), check(bare), hints?.(key)]).toEqual(['pass', 'pass', { signature }])
    expect(check(changed(key, 0))).toBe('fail')
    expect(check(changed(key, bare.length - 6))).toBe('fail')
    expect(check(bare.slice(1))).toBe('fail')
    expect(check(letter.repeat(length) + signature.toLowerCase() + checksum)).toBe('fail')
  })

  test.each([
    ['Default0', 76, '+ASt'],
    ['MastRW00', 76, 'ACDb'],
    ['MastRO00', 76, 'ACDb'],
    ['Access00', 33, 'AzCa'],
    ['AbAcct00', 76, '+ABa'],
    ['Send0000', 33, '+AEh'],
    ['Listen00', 33, '+ASb'],
    ['Manage00', 33, '+ARm'],
    ['Functi00', 44, 'AzFu'],
    ['Master00', 44, 'AzFu'],
    ['Query000', 42, 'AzSe'],
    ['PAdmin00', 42, 'AzSe'],
    ['IoTHub00', 33, 'AIoT'],
    ['DpsKey00', 76, 'AIoT'],
    ['Device00', 33, 'AIoT'],
    ['Tenant00', 76, 'APIM'],
    ['Gatewy00', 76, 'APIM'],
    ['GitKey00', 76, 'APIM'],
    ['ACRDflt0', 42, '+ACR'],
    ['Classic0', 76, '+AMC'],
    ['UsrPwd00', 76, '+SQL']
  ])('with seed %s', (seed, length, signature) => {
    // The bits between the signature and the next byte are zero.
    const head = 'qR7+'.repeat(20).slice(0, length) + signature
    const covered = Buffer.from(`${head}AAA`, 'base64').subarray(0, Math.ceil((head.length * 6) / 8))
    const sum = littleEndian(marvin(covered, Buffer.from(seed).readBigUInt64BE()))
    expect(checks['azure-his-v1'].check(Buffer.concat([covered, sum]).toString('base64'))).toBe('pass')
    sum[0] ^= 1
    expect(checks['azure-his-v1'].check(Buffer.concat([covered, sum]).toString('base64'))).toBe('fail')
  })

  test('in base64url', () => {
    const covered = Buffer.from(`${'-_'.repeat(22)}AzFu`, 'base64url')
    const checksum = littleEndian(marvin(covered, 0x53797374_656d3030n))
    expect(checks['azure-his-v1'].check(Buffer.concat([covered, checksum]).toString('base64url'))).toBe('pass')
  })
})

describe('common annotated keys', () => {
  const head = `${'k'.repeat(52)}JQQJ99BCAAAAAAAAAAAAAAAAACOG`
  const checksum = littleEndian(marvin(Buffer.from(head, 'base64'), 0x44656661_756c7430n))
  const short = head + checksum.subarray(0, 3).toString('base64')
  const long = head + checksum.toString('base64')
  const { check, hints } = checks['azure-cask']

  test('of both lengths, with and without padding', () => {
    expect([short.length, long.length]).toEqual([84, 88])
    expect([short, long, long.slice(0, -2)].map((text) => check(text))).toEqual(['pass', 'pass', 'pass'])
  })

  test('tell when and for what they were issued', () => {
    expect(hints?.(short)).toEqual({ issued: '2025-03', signature: 'ACOG' })
    expect(hints?.(`${short.slice(0, 58)}9Z${short.slice(60)}`)).toEqual({ signature: 'ACOG' })
  })

  test('fail when changed, cut or of another kind', () => {
    expect(
      [
        changed(short, 0),
        changed(short, 79),
        changed(short, 83),
        short.slice(0, -1),
        `${short}A`,
        short.replace('JQQJ', 'JQQK')
      ].map((text) => check(text))
    ).toEqual(Array(6).fill('fail'))
  })
})

describe('Entra client secrets', () => {
  const { check } = checks['entra-client-secret']
  // The example of microsoft/security-utilities.
  const secret = `${'z'.repeat(3)}8Q~${'z'.repeat(31)}blP`

  test('end in the first three characters of the checksum', () => {
    expect(check(secret)).toBe('pass')
    expect(
      [changed(secret, 0), changed(secret, 20), changed(secret, 39), secret.slice(0, -1)].map((text) => check(text))
    ).toEqual(Array(4).fill('fail'))
  })

  test('agree with a second computation', () => {
    const digits = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ1234567890.-_~'
    for (const body of ['a.b-c_d~e', 'Q7', '0'.repeat(9)]) {
      const head = `x${body[0]}y8Q~${body.repeat(16).slice(0, 31)}`
      let rest = marvin(Buffer.from(head), 0x41616450_77643030n)
      const written: string[] = []
      for (; rest > 0; rest = Math.trunc(rest / 66)) written.unshift(digits[rest % 66])
      expect(check(head + written.slice(0, 3).join(''))).toBe('pass')
    }
  })

  test('of the older form have none, and prove nothing', () => {
    expect(check(`${'z'.repeat(3)}7Q~${'z'.repeat(31)}`)).toBe('unknown')
    expect(check(`${'z'.repeat(3)}7Q~${'z'.repeat(34)}`)).toBe('unknown')
    expect(check(`${'z'.repeat(3)}7Q~${'z'.repeat(20)}`)).toBe('fail')
  })
})

describe('Azure DevOps tokens', () => {
  const { check } = checks['azure-devops-pat']
  const base32 = (data: Buffer) => {
    const bits = [...data].map((byte) => byte.toString(2).padStart(8, '0')).join('')
    return (bits.match(/.{1,5}/g) ?? [])
      .map((part) => 'abcdefghijklmnopqrstuvwxyz234567'[Number.parseInt(part.padEnd(5, '0'), 2)])
      .join('')
  }
  const token = (seed: number) => {
    const random = Buffer.from(Array.from({ length: 28 }, (_, i) => (i * 37 + 11) & 0xff))
    const sum = Buffer.alloc(4)
    sum.writeUInt32LE((crc32(random) ^ seed) >>> 0)
    return base32(
      Buffer.concat([
        random.subarray(0, 2),
        sum.subarray(3, 4),
        random.subarray(2, 6),
        sum.subarray(2, 3),
        sum.subarray(1, 2),
        random.subarray(6, 19),
        sum.subarray(0, 1),
        random.subarray(19)
      ])
    )
  }

  test.each([
    ['user', 0xe0b9692d],
    ['application', 0x1019f92e]
  ])('of a %s', (_, seed) => {
    expect([token(seed).length, check(token(seed))]).toEqual([52, 'pass'])
    expect(
      [changed(token(seed), 0), changed(token(seed), 25), token(seed).slice(1), `${token(seed)}a`].map((text) =>
        check(text)
      )
    ).toEqual(Array(4).fill('fail'))
  })

  test('of another kind fail', () => expect(check(token(0))).toBe('fail'))
})
