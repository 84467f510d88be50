import { expect, test } from 'vitest'
import { autoCodec } from '../../src/codecs/auto.ts'
import { locate, rawOf } from './visitor.ts'

test.each([
  ['{"a":"HIT"}', 'value', 'HIT'],
  [' \t["HIT"]\r', 'value', 'HIT'],
  ['{"a":"HIT"', 'text', '{"a":"HIT"'],
  ['[HIT] {"a":1}', 'text', '[HIT] {"a":1}'],
  ['"HIT"', 'text', '"HIT"'],
  ['HIT {"a":"x"}', 'text', 'HIT {"a":"x"}'],
  ['at={"a":"HIT"}', 'text', 'at={"a":"HIT"}']
])('%j is %s', (line, role, raw) => {
  const payload = Buffer.from(`x\n${line}\n`)
  const { fields } = locate(autoCodec, payload, ['HIT'])
  expect(fields.map((field) => [field.role, rawOf(field, payload), field.record()])).toEqual([[role, raw, 1]])
})

test('a wanted blank record is text', () => {
  const { fields } = locate(autoCodec, Buffer.from('HIT\n  \n'), ['HIT'], [false, true])
  expect(fields.map(({ role, start, end }) => [role, start, end])).toEqual([
    ['text', 0, 3],
    ['text', 4, 6]
  ])
})
