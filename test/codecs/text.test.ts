import { expect, test } from 'vitest'
import { textCodec } from '../../src/codecs/text.ts'
import { findWords, locate } from './visitor.ts'

test('each touched record is one field over the payload itself', () => {
  const payload = Buffer.from('a\n{"x":"CANARY"}\r\nb\nCANARYCANARY')
  const { fields, scans } = locate(textCodec, payload, ['CANARY'])
  const common = {
    bytes: payload,
    origin: null,
    enclosing: null,
    depth: 0,
    hits: findWords(['CANARY'], payload),
    role: 'text',
    key: null,
    quote: ''
  }
  const path = expect.any(Function)
  const record = expect.any(Function)
  expect(fields).toEqual([
    { ...common, start: 2, end: 17, from: 0, to: 1, record, recordStart: 2, recordEnd: 16, path },
    { ...common, start: 20, end: 32, from: 1, to: 3, record, recordStart: 20, recordEnd: 32, path }
  ])
  expect(fields.map(({ path }) => path())).toEqual(['', ''])
  expect(fields.map(({ record }) => record())).toEqual([1, 3])
  expect(scans).toBe(0)
})

test('the record behind one is visited without a hit while it is wanted', () => {
  const { fields, asked } = locate(
    textCodec,
    Buffer.from('CANARY\n\nbody\nrest'),
    ['CANARY'],
    [false, true, true, false]
  )
  expect(fields.map(({ record, start, end, from, to }) => [record(), start, end, from, to])).toEqual([
    [0, 0, 6, 0, 1],
    [1, 7, 7, 1, 1],
    [2, 8, 12, 1, 1]
  ])
  expect(asked).toBe(4)
})

test('NUL bytes and invalid UTF-8 are text', () => {
  const payload = Buffer.from('\0\xffCANARY\xc3\0\n', 'latin1')
  expect(locate(textCodec, payload, ['CANARY']).fields.map(({ start, end }) => [start, end])).toEqual([[0, 10]])
})
