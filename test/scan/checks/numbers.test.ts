import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { base58Payload } from '../../../src/scan/checks/base58check.ts'
import { isBech32 } from '../../../src/scan/checks/bech32.ts'
import { checks } from '../../../src/scan/checks/index.ts'
import fc from '../../property.ts'

const changed = (text: string, at: number, to: string, or: string) =>
  text.slice(0, at) + (text[at] === to ? or : to) + text.slice(at + 1)

describe('base58check', () => {
  const { check, hints } = checks.base58check
  const sha = (data: Buffer) => createHash('sha256').update(data).digest()
  const encode = (payload: Buffer) => {
    const digits = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
    const data = Buffer.concat([payload, sha(sha(payload)).subarray(0, 4)])
    let text = ''
    for (let rest = BigInt(`0x${data.toString('hex')}`); rest > 0n; rest /= 58n)
      text = digits[Number(rest % 58n)] + text
    return '1'.repeat(data.findIndex((byte) => byte !== 0)) + text
  }
  const key = Buffer.from(Array.from({ length: 32 }, (_, i) => (i * 29 + 7) & 255))
  const extended = (version: string, first = 0) =>
    Buffer.concat([Buffer.from(version, 'hex'), Buffer.alloc(9), Buffer.alloc(32, 0xc3), Buffer.from([first]), key])
  const rows: [name: string, payload: Buffer, hints: object][] = [
    ['WIF', Buffer.concat([Buffer.from([0x80]), key]), { network: 'mainnet' }],
    ['compressed WIF', Buffer.concat([Buffer.from([0x80]), key, Buffer.from([1])]), { network: 'mainnet' }],
    ['WIF of the test network', Buffer.concat([Buffer.from([0xef]), key, Buffer.from([1])]), { network: 'testnet' }],
    ['xprv', extended('0488ade4'), { network: 'mainnet' }],
    ['yprv', extended('049d7878'), { network: 'mainnet' }],
    ['zprv', extended('04b2430c'), { network: 'mainnet' }],
    ['tprv', extended('04358394'), { network: 'testnet' }],
    ['uprv', extended('044a4e28'), { network: 'testnet' }],
    ['vprv', extended('045f18bc'), { network: 'testnet' }],
    [
      'BIP 38',
      Buffer.concat([Buffer.from('0142c0', 'hex'), key, Buffer.alloc(4)]),
      { network: 'mainnet', encrypted: 'yes' }
    ],
    [
      'BIP 38, compressed',
      Buffer.concat([Buffer.from('0142e0', 'hex'), key, Buffer.alloc(4)]),
      { network: 'mainnet', encrypted: 'yes' }
    ],
    [
      'BIP 38, multiplied',
      Buffer.concat([Buffer.from('014320', 'hex'), key, Buffer.alloc(4)]),
      { network: 'mainnet', encrypted: 'yes' }
    ]
  ]

  test.each(rows)('%s', (_, payload, facts) => {
    const text = encode(payload)
    expect([check(text), hints?.(text)]).toEqual(['pass', facts])
    for (const at of [1, 20, text.length - 1]) expect(check(changed(text, at, '2', '3'))).toBe('fail')
    expect([text.slice(0, -1), `${text}2`, text.toLowerCase()].map((text) => check(text))).toEqual([
      'fail',
      'fail',
      'fail'
    ])
    expect(hints?.(text.slice(0, -1))).toEqual({})
  })

  test('begin as the formats say', () => {
    expect(
      rows.map(([, payload]) =>
        encode(payload)
          .slice(0, 4)
          .replace(/^([5KLc]|6P.).*/, '$1')
      )
    ).toEqual(['5', 'K', 'c', 'xprv', 'yprv', 'zprv', 'tprv', 'uprv', 'vprv', '6PR', '6PY', '6Pn'])
  })

  test('a checksum alone is no key', () => {
    const wrong = [
      Buffer.concat([Buffer.from([0x00]), key.subarray(0, 20)]),
      Buffer.concat([Buffer.from([0x80]), key.subarray(1)]),
      Buffer.concat([Buffer.from([0x80]), key, Buffer.from([2])]),
      extended('0488b21e'),
      extended('0488ade4', 3)
    ]
    expect(wrong.map((payload) => check(encode(payload)))).toEqual(wrong.map(() => 'fail'))
  })

  // An address, from en.bitcoin.it "Technical background of version 1 Bitcoin addresses".
  test('agrees with a published address', () => {
    expect(Buffer.from(base58Payload('16UwLL9Risc3QfPqBUvKofHmBQ7wMtjvM') ?? []).toString('hex')).toBe(
      '00010966776006953d5567439e5e39f86a0d273bee'
    )
    expect(base58Payload('16UwLL9Risc3QfPqBUvKofHmBQ7wMtjvN')).toBe(null)
    expect(base58Payload('11')).toBe(null)
  })
})

describe('bech32', () => {
  const { check } = checks.bech32
  const letters = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'

  /** The checksum as a division of polynomials over GF(32), digit by digit, instead of BIP 173's shift register. */
  const encode = (name: string, data: number[]) => {
    const times = (a: number, b: number) => {
      let product = 0
      for (let bit = 0; bit < 5; bit++) if ((b >> bit) & 1) product ^= a << bit
      for (let bit = 9; bit >= 5; bit--) if ((product >> bit) & 1) product ^= 0b101001 << (bit - 5)
      return product
    }
    const generator = [29, 22, 20, 21, 29, 18]
    const codes = [...name].map((char) => char.charCodeAt(0))
    const message = [1, ...codes.map((code) => code >> 5), 0, ...codes.map((code) => code % 32), ...data]
    const digits = [...message, 0, 0, 0, 0, 0, 0]
    for (let i = 0; i < message.length; i++) {
      const lead = digits[i]
      for (let k = 0; k < 6; k++) digits[i + 1 + k] ^= times(lead, generator[k])
    }
    const sum = digits.slice(-6)
    sum[5] ^= 1
    return `${name}1${[...data, ...sum].map((digit) => letters[digit]).join('')}`
  }
  const data = Array.from({ length: 52 }, (_, i) => (i * 7 + 3) % 32)

  test.each([
    ['age-secret-key-', 74],
    ['age-secret-key-pq-', 77],
    ['age-plugin-yubikey-', 78]
  ])('%s', (name, length) => {
    const key = encode(name, data).toUpperCase()
    expect([key.length, check(key), check(key.toLowerCase())]).toEqual([length, 'pass', 'pass'])
    for (const at of [name.length + 1, 40, key.length - 1]) expect(check(changed(key, at, 'Q', 'P'))).toBe('fail')
    expect([key.slice(0, -1), `${key}Q`, key.replace('KEY', 'key')].map((text) => check(text))).toEqual([
      'fail',
      'fail',
      'fail'
    ])
  })

  // BIP 173, test vectors.
  test.each([
    'A12UEL5L',
    'a12uel5l',
    'an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs',
    'abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw',
    '11qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqc8247j',
    'split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w'
  ])('%s is valid', (text) => expect(isBech32(text)).toBe(true))

  test.each(['pzry9x0s0muk', '1pzry9x0s0muk', 'x1b4n0q5v', 'li1dgmt3', 'A1G7SGD8', '10a06t8', '1qzzfhee', 'a12UEL5L'])(
    '%s is not',
    (text) => expect(isBech32(text)).toBe(false)
  )
})

describe('luhn', () => {
  const { check, filter } = checks.luhn
  /** By table of what a digit counts, from the right, instead of arithmetic. */
  const digitFor = (body: string) => {
    const counts = ['0123456789', '0246813579']
    const sum = [...body].reverse().reduce((total, digit, i) => total + Number(counts[(i + 1) % 2][Number(digit)]), 0)
    return String((10 - (sum % 10)) % 10)
  }

  test('only drops', () => expect(filter).toBe(true))

  // Published examples: ISO/IEC 7812-1 by way of Wikipedia, and the networks' test cards.
  test.each(['79927398713', '4111111111111111', '5555 5555 5555 4444', '3782-822463-10005', '6011111111111117'])(
    '%s passes',
    (number) => expect(check(number)).toBe('pass')
  )

  test.each([
    '79927398710',
    '4111111111111112',
    '0000000000000000',
    '1234567',
    '4111  1111',
    '4111-',
    '',
    '4111x1111111111111'
  ])('"%s" is dropped', (number) => expect(check(number)).toBe('reject'))

  test('agrees with a second computation, and notices every changed digit', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[1-9][0-9]{10,17}$/), fc.nat(9), fc.nat(17), (body, digit, at) => {
        fc.pre(!/^(.)\1*$/.test(body))
        const number = body + digitFor(body)
        expect(check(number)).toBe('pass')
        const place = at % body.length
        fc.pre(number[place] !== String(digit))
        expect(check(number.slice(0, place) + digit + number.slice(place + 1))).toBe('reject')
      })
    )
  })
})

describe('card-number', () => {
  const { check, hints } = checks['card-number']

  // Test numbers that the networks and payment providers publish.
  test.each([
    ['4111111111111111', 'visa'],
    ['4222222222222', 'visa'],
    ['5555555555554444', 'mastercard'],
    ['2223 0031 2200 3222', 'mastercard'],
    ['378282246310005', 'amex'],
    ['6011-1111-1111-1117', 'discover'],
    ['3530111333300000', 'jcb'],
    ['30569309025904', 'diners'],
    ['6200000000000005', 'unionpay'],
    ['6759649826438453', 'maestro'],
    ['2200000000000004', 'mir']
  ])('%s is of %s', (number, network) => {
    expect([check(number), hints?.(number)]).toEqual(['pass', { network }])
  })

  test.each([
    ['a wrong check digit', '4111111111111112'],
    ['no issuer', '1234567812345670'],
    ['an issuer with another length', '411111111111116'],
    ['a time stamp', '1700000000000'],
    ['zeros', '0000000000000000'],
    ['letters', '4111a11111111111']
  ])('%s is dropped', (_, number) => {
    expect([check(number), hints?.(number)]).toEqual(['reject', {}])
  })
})

describe('iban', () => {
  const { check, hints } = checks.iban

  // Examples of the SWIFT IBAN Registry.
  test.each([
    'GB29 NWBK 6016 1331 9268 19',
    'DE89370400440532013000',
    'FR14 2004 1010 0505 0001 3M02 606',
    'NO9386011117947',
    'MT84MALT011000012345MTLCAST001S',
    'ch9300762011623852957'
  ])('%s passes', (text) => {
    expect([check(text), hints?.(text)]).toEqual(['pass', { country: text.slice(0, 2).toUpperCase() }])
  })

  test.each([
    'GB29 NWBK 6016 1331 9268 18',
    'DE8937040044053201300',
    'DE893704004405320130000',
    'XX89370400440532013000',
    'DE',
    '',
    'GB29NWBK60161331926819!'
  ])('"%s" is dropped', (text) => expect([check(text), hints?.(text)]).toEqual(['reject', {}]))

  test('agrees with the remainder of one large number', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9]{18}$/), fc.integer({ min: 1, max: 97 }), (account, wrong) => {
        const rest = Number(BigInt(`${account}131400`) % 97n)
        const digits = (sum: number) => String(sum).padStart(2, '0')
        expect(check(`DE${digits(98 - rest)}${account}`)).toBe('pass')
        fc.pre((wrong - (98 - rest)) % 97 !== 0)
        expect(check(`DE${digits(wrong)}${account}`)).toBe('reject')
      })
    )
  })
})
