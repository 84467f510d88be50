import { describe, expect, test } from 'vitest'
import { base64Literals, base64Run, decodeBase64 } from '../../src/scan/decode/base64.ts'
import fc from '../property.ts'
import { latin1, originOf, some, textOf, viewOf } from './decode-views.ts'

const encode = (text: string | Uint8Array) => Buffer.from(text).toString('base64')

function decodeAll(text: string): string | null {
  const view = decodeBase64(viewOf(latin1(text)), 0, text.length)
  return view === null ? null : textOf(view)
}

describe('base64Literals', () => {
  test.each([
    ['password', ['cGFzc3dvcm', 'Bhc3N3b3Jk', 'wYXNzd29yZ']],
    ['abcd', ['YWJjZ', 'FiY2', 'hYmNk']],
    ['a>?b', ['YT4/Y', 'YT4_Y', 'E+P2', 'E-P2', 'hPj9i']],
    ['abc', ['YWJj']],
    ['ab', []],
    ['', []]
  ])('%j: %j', (text, literals) => {
    expect(base64Literals(text)).toEqual(literals)
  })

  test('one of them is in the encoding of anything that holds the text', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 5 }),
        fc.string({ minLength: 5 }),
        fc.uint8Array({ maxLength: 5 }),
        (before, text, after) => {
          const whole = Buffer.concat([before, Buffer.from(text), after])
          const literals = base64Literals(text)
          for (const alphabet of ['base64', 'base64url'] as const) {
            expect(literals.filter((literal) => whole.toString(alphabet).includes(literal))).not.toEqual([])
          }
        }
      )
    )
  })
})

const line = 'QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2' // 64 characters
// `|` stands where the search begins, `[` and `]` around the run that must be found; `~` is a line of 64 characters
describe('base64Run', () => {
  test.each([
    '[|QUJD]',
    'x [QU|JD] y',
    'key=[QU|JD]',
    'key="[QU|JD==]"',
    'data:text/plain;base64,[QU|JDRA==], x',
    'Basic [QU|I=]\n',
    '[QU|JD==]=',
    '[a-_+/|QUJD]',
    '/[v1/QU|JD]'.replace('/[', '[/'),
    '%3D[QU|JD]%3D',
    '\\u003d[QU|JD]\\u003d',
    '\\x3d[QU|JD]',
    '\\n[QU|JD]\\nQUJD',
    '\\t[QU|JD]\\t',
    '\\\\n[QU|JD]',
    '[u003dQU|JD]',
    '[QU\\/J|D\\/]\\x',
    '[QU\\\\\\/J|D]',
    '[\\/Q|UJD]',
    '[QU\\|/D]'.replace('\\|/', '\\/|'),
    'x\n[QU|JD]\nQUJD',
    '[~\\nQU|JD]',
    '[~\\n~\\r\\nQU|JD==]\\n',
    '[~\n~\r\nQU|JD]\nx',
    '[QU|JD~\\n~\\nQUJD]'.replace('[QU|JD~', '[QU|JDQUJD~'),
    'a\\n[~\\\\n~\\\\nQU|JD]',
    '-----\\n[QU|~\\n~\\nQUJ=]\\n-----'.replace('QU|~', '|~'),
    `x${'Q'.repeat(31)}\\n[QU|JD]`.replace('x', '='),
    `abc ~Q\\n[QU|JD]`,
    `[|~]\\n=`
  ])('%s', (compact) => {
    const marked = compact.replaceAll('~', line)
    const text = marked.replace(/[[\]|]/g, '')
    const at = marked.replace(/[[\]]/g, '').indexOf('|')
    const from = marked.replace('|', '').indexOf('[')
    const to = marked.replace(/[[|]/g, '').indexOf(']')
    const [foundFrom, foundTo] = base64Run(latin1(text), at, 0, text.length)
    expect(text.slice(foundFrom, foundTo)).toBe(text.slice(from, to))
    expect([foundFrom, foundTo]).toEqual([from, to])
  })

  test('stays in the range', () => {
    const text = latin1(`${line}\\n${line}\\n${line}`)
    expect(base64Run(text, 70, 66, 131)).toEqual([66, 130])
    expect(base64Run(text, 70, 67, 100)).toEqual([67, 100])
    expect(base64Run(text, 70, 2, 131)).toEqual([66, 130])
    expect(base64Run(text, 70, 64, 131)).toEqual([66, 130])
  })
})

describe('decodeBase64', () => {
  test('begins each byte in the character that holds its first bit; a match covers the whole run', () => {
    const view = some(decodeBase64(viewOf(latin1('x="YWJjZGVmZ2g="')), 3, 15))
    expect(textOf(view)).toBe('abcdefgh')
    expect(originOf(view)).toEqual([3, 4, 5, 7, 8, 9, 11, 12, 15])
    expect([view.depth, view.enclosing]).toEqual([1, { start: 3, end: 15 }])
  })

  test('keeps what encloses the text already, and leads to the payload', () => {
    const inner = encode('the text inside')
    const outer = encode(`"${inner}"`)
    const view = some(decodeBase64(viewOf(latin1(`<${outer}>`)), 1, outer.length + 1))
    const nested = some(decodeBase64(view, 1, inner.length + 1))
    expect([textOf(nested), nested.depth, nested.enclosing]).toEqual([
      'the text inside',
      2,
      { start: 1, end: outer.length + 1 }
    ])
    expect([originOf(nested)[0], originOf(nested).at(-1)]).toEqual([2, originOf(view)[inner.length + 1]])
  })

  test.each([
    ['url alphabet', encode('a?>b?>c?>').replaceAll('+', '-').replaceAll('/', '_'), 'a?>b?>c?>'],
    ['escaped slashes', encode('a?>b???c?>').replaceAll('/', '\\/'), 'a?>b???c?>'],
    ['twice escaped slashes', encode('a?>b???c?>').replaceAll('/', '\\\\\\/'), 'a?>b???c?>'],
    [
      'wrapped',
      `${encode('x'.repeat(48))}\\r\\n${encode('y'.repeat(48))}\r\n${encode('z')}`,
      `${'x'.repeat(48)}${'y'.repeat(48)}z`
    ],
    ['one character too many', `${encode('abcdefghi')}Q`, 'abcdefghi'],
    ['too short', 'QUJDRA=', null],
    ['shortest', 'QUJDREVG', 'ABCDEF']
  ])('%s', (_, text, expected) => {
    expect(decodeAll(text)).toBe(expected)
  })

  test('what is no text from the start on is read from all four', () => {
    const text = 'v/YWJjZGVm'
    const view = some(decodeBase64(viewOf(latin1(`"${text}"`)), 1, 11))
    const readings = [0, 1, 2, 3].map((skipped) => Buffer.from(text.slice(skipped), 'base64').toString('latin1'))
    expect(readings[2]).toBe('abcdef')
    expect(textOf(view)).toBe(readings.join('\n'))
    const places = readings.flatMap((reading, i) => [
      ...Array.from(reading, (_, k) => 1 + i + Math.floor((k * 8) / 6)),
      11
    ])
    expect(originOf(view)).toEqual(places)
  })

  test.each(['a', 'ab', 'abc', 'abcd', '/v1/', 'some/path/', 'key-', 'x_y_z_'])('%s may stand right before', (lead) => {
    expect(decodeAll(`${lead}${encode('user:a long password')}`)?.split('\n')).toContainEqual(
      expect.stringMatching(/user:a long password$/)
    )
  })

  test('gives back any bytes, and the run is found from any of its characters', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 6 }),
        fc.constantFrom('base64', 'base64url'),
        fc.nat(),
        (plain, alphabet, pick) => {
          const encoded = Buffer.from(plain).toString(alphabet)
          const payload = latin1(`"${encoded}"`)
          const [from, to] = base64Run(payload, 1 + (pick % encoded.replaceAll('=', '').length), 0, payload.length)
          expect([from, to]).toEqual([1, encoded.length + 1])
          const view = some(decodeBase64(viewOf(payload), from, to))
          expect([...view.bytes.subarray(0, plain.length)]).toEqual([...plain])
          expect(originOf(view).slice(0, plain.length)).toEqual(
            Array.from(plain, (_, i) => 1 + Math.floor((i * 8) / 6))
          )
          expect([originOf(view).at(-1), originOf(view).length]).toEqual([to, view.end + 1])
          expect(view.enclosing).toEqual({ start: from, end: to })
        }
      )
    )
  })

  test('escaped slashes and line ends change neither run nor text', () => {
    const wrap = fc.constantFrom('\n', '\r\n', '\\n', '\\r\\n', '\\\\n', '\\\\r\\\\n')
    const plain = fc.uint8Array({ minLength: 60, maxLength: 300, size: 'max' })
    fc.assert(
      fc.property(
        plain,
        wrap,
        fc.constantFrom(60, 64, 76),
        fc.constantFrom('/', '\\/', '\\\\\\/'),
        (all, end, width, slash) => {
          const lines = encode(all).match(new RegExp(`.{1,${width}}`, 'g')) ?? []
          const written = lines.map((content) => content.replaceAll('/', () => slash))
          const text = written.join(end)
          const payload = latin1(`"${text}"`)
          const [before, middle] = [written.slice(0, written.length >> 1), written[written.length >> 1]]
          const at = 1 + before.map((content) => content + end).join('').length + middle.search(/[^\\]/)
          const [from, to] = base64Run(payload, at, 0, payload.length)
          expect([from, to]).toEqual([1, text.length + 1])
          const view = some(decodeBase64(viewOf(payload), from, to))
          expect([...view.bytes.subarray(0, all.length)]).toEqual([...all])
        }
      )
    )
  })
})
