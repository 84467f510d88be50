import type { Check } from '../../model.ts'
import { digitsOf, holdsLuhn } from './luhn.ts'

/** Networks with their issuer ranges (first digits, as numbers of the same width) and lengths. ISO/IEC 7812, the networks' published ranges. */
const networks: readonly {
  readonly name: string
  readonly ranges: readonly [string, string][]
  readonly lengths: readonly number[]
}[] = [
  { name: 'visa', ranges: [['4', '4']], lengths: [13, 16, 19] },
  {
    name: 'mastercard',
    ranges: [
      ['51', '55'],
      ['2221', '2720']
    ],
    lengths: [16]
  },
  {
    name: 'amex',
    ranges: [
      ['34', '34'],
      ['37', '37']
    ],
    lengths: [15]
  },
  {
    name: 'discover',
    ranges: [
      ['6011', '6011'],
      ['644', '649'],
      ['65', '65']
    ],
    lengths: [16, 17, 18, 19]
  },
  {
    name: 'unionpay',
    ranges: [
      ['62', '62'],
      ['81', '81']
    ],
    lengths: [16, 17, 18, 19]
  },
  { name: 'jcb', ranges: [['3528', '3589']], lengths: [16, 17, 18, 19] },
  {
    name: 'diners',
    ranges: [
      ['300', '305'],
      ['3095', '3095'],
      ['36', '36'],
      ['38', '39']
    ],
    lengths: [14, 15, 16, 17, 18, 19]
  },
  {
    name: 'maestro',
    ranges: [
      ['50', '50'],
      ['56', '58'],
      ['639', '639'],
      ['67', '67']
    ],
    lengths: [12, 13, 14, 15, 16, 17, 18, 19]
  },
  { name: 'mir', ranges: [['2200', '2204']], lengths: [16, 17, 18, 19] },
  {
    name: 'rupay',
    ranges: [
      ['60', '60'],
      ['82', '82']
    ],
    lengths: [16]
  }
]

/** A payment card's number: issuer range, length of that network, Luhn's check digit. Anything else is dropped. */
export const cardNumber: Check = {
  name: 'card-number',
  filter: true,
  description: 'issuer range, length and Luhn check digit; anything else is dropped (payment cards; ISO/IEC 7812-1)',
  check: (secret) => (networkOf(secret) === null ? 'reject' : 'pass'),
  hints(secret) {
    const network = networkOf(secret)
    return network === null ? {} : { network }
  }
}

function networkOf(secret: string): string | null {
  const digits = digitsOf(secret)
  if (!holdsLuhn(digits)) return null
  const network = networks.find(
    ({ ranges, lengths }) =>
      lengths.includes(digits.length) &&
      ranges.some(([from, to]) => {
        const first = digits.slice(0, from.length)
        return first >= from && first <= to
      })
  )
  return network?.name ?? null
}
