import { describe, expect, test } from 'vitest'
import { decodeEscapes } from '../../src/scan/decode/escapes.ts'
import { decodeHtml } from '../../src/scan/decode/html.ts'
import fc from '../property.ts'
import { anyByte, expectRoundTrip, latin1, originOf, type Piece, pieces, some, textOf, viewOf } from './decode-views.ts'

const utf8 = (text: string) => Buffer.from(text).toString('latin1')
const pointOf = (text: string) => text.codePointAt(0) ?? 0
const hex = (number: number, width: number) => number.toString(16).padStart(width, '0')

describe('decodeEscapes', () => {
  test.each([
    [String.raw`a\nb`, 'a\nb', [0, 1, 3, 4]],
    [String.raw`\n\t\r\b\f\v\a\e`, '\n\t\r\b\f\v\x07\x1b', [0, 2, 4, 6, 8, 10, 12, 14, 16]],
    [String.raw`\"\'\`\\\/`, '"\'`\\/', [0, 2, 4, 6, 8, 10]],
    [String.raw`\\\"`, '\\"', [0, 2, 4]],
    [String.raw`\\n`, '\\n', [0, 2, 3]],
    [String.raw`\x3d\x3D`, '==', [0, 4, 8]],
    [String.raw`\xff`, '\xff', [0, 4]],
    [String.raw`\u003D.`, '=.', [0, 6, 7]],
    [String.raw`\u00e9.`, utf8('é.'), [0, 0, 6, 7]],
    [String.raw`\u20ac.`, utf8('€.'), [0, 0, 0, 6, 7]],
    [String.raw`\ud83d\ude00.`, utf8('😀.'), [0, 0, 0, 0, 12, 13]],
    [String.raw`\ud83d.`, utf8('\ufffd.'), [0, 0, 0, 6, 7]],
    [String.raw`\ud83d\u0041`, utf8('\ufffdA'), [0, 0, 0, 6, 12]],
    [String.raw`\ude00.`, utf8('\ufffd.'), [0, 0, 0, 6, 7]],
    [String.raw`\u{3d}\u{1F600}`, utf8('=😀'), [0, 6, 6, 6, 6, 15]],
    [String.raw`\U0001f600.`, utf8('😀.'), [0, 0, 0, 0, 10, 11]],
    [String.raw`\033[1m\101\0`, '\x1b[1mA\0', [0, 4, 5, 6, 7, 11, 13]],
    [String.raw`\08`, '\x008', [0, 2, 3]],
    [String.raw`\d\n`, '\\d\n', [0, 1, 2, 4]]
  ])('%s', (text, plain, origin) => {
    const view = some(decodeEscapes(viewOf(latin1(text)), 0, text.length))
    expect([textOf(view), originOf(view), view.depth]).toEqual([plain, origin, 1])
  })

  test.each([
    '',
    'abc',
    '\\',
    '\\d',
    '\\u',
    '\\u00',
    '\\u00zz',
    '\\u{}',
    '\\u{110000}',
    '\\u{0000000041}',
    '\\u{41',
    '\\U00110000',
    '\\U0001',
    '\\x',
    '\\x4',
    '\\xzz',
    '\\4',
    '\\129',
    '\\12'
  ])('nothing to decode: %s', (text) => {
    expect(decodeEscapes(viewOf(latin1(text)), 0, text.length)).toBe(null)
  })

  test('stays in the range', () => {
    const view = some(decodeEscapes(viewOf(latin1('\\n\\t\\u0041\\r')), 2, 9))
    expect([textOf(view), originOf(view)]).toEqual(['\t\\u004', [2, 4, 5, 6, 7, 8, 9]])
  })

  test('takes one level off a call', () => {
    let text = '{"k":"v"}'
    for (let level = 0; level < 4; level++) text = JSON.stringify(text).slice(1, -1)
    let view = viewOf(latin1(`<${text}>`), 1, text.length + 1)
    for (let level = 1; level <= 4; level++) {
      view = some(decodeEscapes(view, view.start, view.end))
      expect(view.depth).toBe(level)
    }
    expect(textOf(view)).toBe('{"k":"v"}')
    expect(originOf(view)).toEqual([1, 2, 18, 19, 35, 36, 52, 53, 69, 70])
    expect(decodeEscapes(view, view.start, view.end)).toBe(null)
  })

  test('gives back any text, however it is escaped', () => {
    const character = fc.string({ unit: 'binary', minLength: 1, maxLength: 1 })
    const piece = fc.oneof(
      anyByte.filter((byte) => byte !== '\\').map((byte): Piece => [byte, byte]),
      anyByte.map((byte): Piece => [`\\x${hex(byte.charCodeAt(0), 2)}`, byte]),
      anyByte.map((byte): Piece => [`\\${byte.charCodeAt(0).toString(8).padStart(3, '0')}`, byte]),
      character.map((text): Piece => [`\\u{${hex(pointOf(text), 1)}}`, utf8(text)]),
      character.map((text): Piece => [`\\U${hex(pointOf(text), 8)}`, utf8(text)]),
      character.map((text): Piece => [[...units(text)].map((unit) => `\\u${hex(unit, 4)}`).join(''), utf8(text)])
    )
    fc.assert(
      fc.property(pieces(piece), (all) => expectRoundTrip(all, (view) => decodeEscapes(view, view.start, view.end))),
      { numRuns: 100 }
    )
  })
})

describe('decodeHtml', () => {
  test.each([
    ['a&quot;b', 'a"b', [0, 1, 7, 8]],
    ['&amp;&lt;&gt;&apos;', "&<>'", [0, 5, 9, 13, 19]],
    ['&amp;quot;', '&quot;', [0, 5, 6, 7, 8, 9, 10]],
    ['&#34;&#x22;&#X3d;&#0061;', '""==', [0, 5, 11, 17, 24]],
    ['&#233;.', utf8('é.'), [0, 0, 6, 7]],
    ['&#128512;', utf8('😀'), [0, 0, 0, 0, 9]],
    ['&&lt;', '&<', [0, 1, 5]]
  ])('%s', (text, plain, origin) => {
    const view = some(decodeHtml(viewOf(latin1(text)), 0, text.length))
    expect([textOf(view), originOf(view), view.depth]).toEqual([plain, origin, 1])
  })

  test.each([
    '',
    '&',
    'a&b=c',
    '&nbsp;',
    '&#;',
    '&#x;',
    '&#xg;',
    '&#34',
    '&#1114112;',
    '&quot',
    `&#${'0'.repeat(20)}34;`
  ])('nothing to decode: %s', (text) => {
    expect(decodeHtml(viewOf(latin1(text)), 0, text.length)).toBe(null)
  })

  test('stays in the range', () => {
    const view = some(decodeHtml(viewOf(latin1('&lt;&gt;&lt;')), 4, 11))
    expect([textOf(view), originOf(view)]).toEqual(['>&lt', [4, 8, 9, 10, 11]])
  })

  test('gives back any text, however it is written', () => {
    const character = fc.string({ unit: 'binary', minLength: 1, maxLength: 1 })
    const piece = fc.oneof(
      anyByte.filter((byte) => byte !== '&').map((byte): Piece => [byte, byte]),
      fc.constantFrom<Piece>(['&quot;', '"'], ['&amp;', '&'], ['&lt;', '<'], ['&gt;', '>'], ['&apos;', "'"]),
      character.map((text): Piece => [`&#${text.codePointAt(0)};`, utf8(text)]),
      character.map((text): Piece => [`&#x${hex(pointOf(text), 1)};`, utf8(text)])
    )
    fc.assert(
      fc.property(pieces(piece), (all) => expectRoundTrip(all, (view) => decodeHtml(view, view.start, view.end))),
      { numRuns: 100 }
    )
  })
})

function* units(text: string): Generator<number> {
  for (let i = 0; i < text.length; i++) yield text.charCodeAt(i)
}
