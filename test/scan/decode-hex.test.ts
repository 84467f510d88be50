import { expect, test } from 'vitest'
import { decodeHex, hexLiterals, hexRun } from '../../src/scan/decode/hex.ts'
import fc from '../property.ts'
import { latin1, originOf, some, textOf, viewOf } from './decode-views.ts'

const decode = (...range: Parameters<typeof decodeHex>) => some(decodeHex(...range))

test('literals', () => {
  expect(hexLiterals('tok_')).toEqual(['746f6b5f'])
  expect(hexLiterals('é')).toEqual(['c3a9'])
  expect(hexLiterals('t')).toEqual([])
  expect(hexLiterals('')).toEqual([])
})

// `|` stands where the search begins, `[` and `]` around the run that must be found
test.each([
  '[|746F6b5f]',
  'x [7|46f] y',
  '0x[74|6f]h',
  'a=[746f|]',
  '%3D[74|6f]',
  '\\u003d[74|6f]',
  '\\x3d[74|6f]',
  '\\n[74|6f]',
  '\\b[74|6f]',
  'u[003d74|6f]',
  '%[3|d74]',
  '[74|6f]-746f'
])('run in %s', (marked) => {
  const text = marked.replace(/[[\]|]/g, '')
  const at = marked.replace(/[[\]]/g, '').indexOf('|')
  const from = marked.replace('|', '').indexOf('[')
  const to = marked.replace(/[[|]/g, '').indexOf(']')
  expect(hexRun(latin1(text), at, 0, text.length)).toEqual([from, to])
})

test('a run stays in the range', () => {
  expect(hexRun(latin1('00112233'), 4, 2, 6)).toEqual([2, 6])
  expect(hexRun(latin1('\\b112233'), 4, 1, 6)).toEqual([1, 6])
})

test('decodes either case; a match covers the whole run', () => {
  const view = decode(viewOf(latin1('x=746F6b5F;')), 2, 10)
  expect([textOf(view), originOf(view), view.depth]).toEqual(['tok_', [2, 4, 6, 8, 10], 1])
  expect(view.enclosing).toEqual({ start: 2, end: 10 })
})

test('what is no text from the first digit on is also read from the second', () => {
  const hex = latin1('a password').toString('hex')
  expect(textOf(decode(viewOf(latin1(`${hex}f`)), 0, hex.length + 1))).toBe('a password')
  const view = decode(viewOf(latin1(`f${hex}`)), 0, hex.length + 1)
  expect(textOf(view)).toBe('\xf6\x12\x07\x06\x17\x37\x37\x76\xf7\x26\na password')
  expect(originOf(view).slice(9)).toEqual([18, 21, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21])
  expect(view.enclosing).toEqual({ start: 0, end: hex.length + 1 })
})

test('a run of one digit is none', () => {
  expect(decodeHex(viewOf(latin1('a')), 0, 1)).toBe(null)
  expect(decodeHex(viewOf(latin1('a')), 0, 0)).toBe(null)
})

test('gives back any bytes, and its literals find any text in them', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1 }),
      fc.string({ minLength: 2 }),
      fc.uint8Array(),
      (before, text, after) => {
        const plain = Buffer.concat([before, Buffer.from(text), after])
        const hex = plain.toString('hex')
        for (const literal of hexLiterals(text)) expect(hex).toContain(literal)
        const view = decode(viewOf(latin1(`"${hex}"`)), 1, hex.length + 1)
        expect([...view.bytes.subarray(0, plain.length)]).toEqual([...plain])
        expect(originOf(view).slice(0, plain.length)).toEqual(Array.from(plain, (_, i) => 1 + 2 * i))
        expect([originOf(view).at(-1), originOf(view).length]).toEqual([hex.length + 1, view.end + 1])
        expect(hexRun(latin1(`"${hex}"`), 1 + 2 * before.length, 0, hex.length + 2)).toEqual([1, hex.length + 1])
      }
    )
  )
})
