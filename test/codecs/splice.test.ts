import { expect, test } from 'vitest'
import { splice } from '../../src/codecs/splice.ts'
import fc from '../property.ts'

const edit = (start: number, end: number, replacement: string) => ({
  start,
  end,
  replacement: Buffer.from(replacement)
})

test('no edits, no copy', () => {
  const payload = Uint8Array.from([1, 2, 3])
  expect(splice(payload, [])).toBe(payload)
})

test.each([
  ['abc', [edit(0, 3, '')], ''],
  ['abc', [edit(1, 2, 'xyz')], 'axyzc'],
  ['abc', [edit(0, 0, 'x'), edit(0, 1, 'y'), edit(1, 1, 'z'), edit(3, 3, '!')], 'xyzbc!'],
  ['', [edit(0, 0, 'x')], 'x']
])('%j with %j', (text, edits, expected) => {
  const payload = Buffer.from(text)
  const out = splice(payload, edits)
  expect(Buffer.from(out).toString()).toBe(expected)
  expect(out.length).toBe(expected.length)
  expect(payload.toString()).toBe(text)
})

test.each([
  [[edit(2, 1, '')]],
  [[edit(-1, 1, '')]],
  [[edit(0, 4, '')]],
  [[edit(0, 2, ''), edit(1, 3, '')]],
  [[edit(1, 2, ''), edit(0, 1, '')]],
  [[edit(Number.NaN, 1, '')]]
])('refuses %j', (edits) => {
  expect(() => splice(Buffer.from('abc'), edits)).toThrow(RangeError)
})

test('equals the same edits made on text', () => {
  const piece = fc.tuple(fc.string({ unit: 'binary-ascii' }), fc.option(fc.string({ unit: 'binary-ascii' })))
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const edits = []
      let text = ''
      let expected = ''
      for (const [content, replacement] of pieces) {
        if (replacement !== null) edits.push(edit(text.length, text.length + content.length, replacement))
        text += content
        expected += replacement ?? content
      }
      expect(Buffer.from(splice(Buffer.from(text), edits)).toString()).toBe(expected)
    })
  )
})
