import { expect, test } from 'vitest'
import { decodePercent } from '../../src/scan/decode/percent.ts'
import fc from '../property.ts'
import { anyByte, expectRoundTrip, latin1, originOf, type Piece, pieces, some, textOf, viewOf } from './decode-views.ts'

test.each([
  ['a%3Db', 'a=b', [0, 1, 4, 5]],
  ['%3d%3D', '==', [0, 3, 6]],
  ['+%2B+', '+++', [0, 1, 4, 5]],
  ['%253D', '%3D', [0, 3, 4, 5]],
  ['%%41', '%A', [0, 1, 4]],
  ['%4%41%', '%4A%', [0, 1, 2, 5, 6]],
  ['%00%ff', '\0\xff', [0, 3, 6]]
])('%j', (text, plain, origin) => {
  const view = some(decodePercent(viewOf(latin1(text)), 0, text.length))
  expect([textOf(view), originOf(view), view.depth, view.enclosing]).toEqual([plain, origin, 1, null])
})

test.each(['', 'abc', '%', '%4', '100%', '%zz', '%u0041'])('nothing to decode: %j', (text) => {
  expect(decodePercent(viewOf(latin1(text)), 0, text.length)).toBe(null)
})

test('stays in the range', () => {
  const view = some(decodePercent(viewOf(latin1('%41x%42y%43')), 3, 10))
  expect([textOf(view), originOf(view)]).toEqual(['xBy%4', [3, 4, 7, 8, 9, 10]])
  expect(decodePercent(viewOf(latin1('x%41')), 0, 3)).toBe(null)
})

test('leads through several encodings to the payload, and keeps what encloses the text', () => {
  const once = some(decodePercent(viewOf(latin1('ab%2541%2542c')), 1, 13))
  const twice = some(decodePercent(once, 1, 7))
  expect([textOf(twice), originOf(twice), twice.depth]).toEqual(['AB', [2, 7, 12], 2])
  const enclosing = { start: 7, end: 9 }
  expect(some(decodePercent({ ...once, enclosing }, 0, 8)).enclosing).toEqual(enclosing)
})

test('gives back any bytes, whether encoded or not', () => {
  const plain = anyByte.filter((byte) => byte !== '%').map((byte): Piece => [byte, byte])
  const encoded = anyByte.map((byte): Piece => [`%${latin1(byte).toString('hex')}`, byte])
  fc.assert(
    fc.property(pieces(fc.oneof(plain, encoded)), (all) => {
      expectRoundTrip(all, (view) => decodePercent(view, view.start, view.end))
    }),
    { numRuns: 50 }
  )
})
