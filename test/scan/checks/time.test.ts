import { describe, expect, test } from 'vitest'
import { isExpired } from '../../../src/model.ts'
import { expiryHint, isoOf, parseCompact, parseIso } from '../../../src/scan/checks/time.ts'
import fc from '../../property.ts'

const last = 253_402_300_799

test('agrees with Date, from 1970 to 9999', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: last }), (seconds) => {
      const iso = new Date(seconds * 1000).toISOString().replace('.000', '')
      expect(isoOf(seconds)).toBe(iso)
      expect(parseIso(iso)).toBe(seconds)
      expect(parseCompact(iso.replaceAll(/[:-]/g, ''))).toBe(seconds)
      expect(parseIso(iso.slice(0, 10))).toBe(seconds - (seconds % 86_400))
    })
  )
})

test.each([
  [0, '1970-01-01T00:00:00Z'],
  [951_782_400, '2000-02-29T00:00:00Z'],
  [4_107_542_399, '2100-02-28T23:59:59Z'],
  [4_107_542_400, '2100-03-01T00:00:00Z'],
  [1.9, '1970-01-01T00:00:01Z'],
  [last, '9999-12-31T23:59:59Z'],
  [last + 1, null],
  [-1, null],
  [Number.NaN, null],
  [Number.POSITIVE_INFINITY, null]
])('%d seconds', (seconds, iso) => expect(isoOf(seconds)).toBe(iso))

test.each([
  '',
  '2026',
  '2026-3-2',
  '2026-00-02',
  '2026-01-32',
  '2026-03-02T25:00Z',
  '2026-03-02T11:60Z',
  '2026-03-02T11:00',
  '2026-03-02T11:00+01:00'
])('"%s" is no time in ISO 8601 and UTC', (text) => expect(parseIso(text)).toBe(Number.NaN))

test.each(['', '20260302', '20260302T110000', '20261302T110000Z'])('"%s" is no compact time', (text) =>
  expect(parseCompact(text)).toBe(Number.NaN)
)

describe('expiryHint', () => {
  test.each([
    [1_900_000_000, { expires: '2030-03-17T17:46:40Z' }],
    ['1900000000', { expires: '2030-03-17T17:46:40Z' }],
    ['1900000000000', {}],
    ['soon', {}],
    ['', {}],
    [null, {}],
    [undefined, {}]
  ])('%s', (value, hint) => expect(expiryHint(value)).toEqual(hint))
})

describe('isExpired', () => {
  const expires = '2026-03-02T11:00:00Z'
  const at = Date.UTC(2026, 2, 2, 11)

  test('from the moment it says on', () => {
    expect([isExpired({ expires }, at - 1), isExpired({ expires }, at), isExpired({ expires }, at + 1)]).toEqual([
      false,
      true,
      true
    ])
  })

  test('nobody knows without a time', () => {
    expect([isExpired({}, at), isExpired({ expires: 'soon' }, at)]).toEqual([null, null])
  })
})
