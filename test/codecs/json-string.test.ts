import { expect, test } from 'vitest'
import { unescapeJson } from '../../src/codecs/json-string.ts'

test.each([0, 4])('a string ends where its memory ends, but for the %i bytes that were asked for', (spare) => {
  const text = Buffer.from('"a\\u0041\\n\\ud83d\\ude00"')
  const { bytes, length, origin } = unescapeJson(text, 1, text.length - 1, null, 0, spare)
  expect(Buffer.from(bytes.subarray(0, length)).toString()).toBe('aA\n😀')
  expect(bytes).toHaveLength(length + spare)
  expect([...origin]).toEqual([1, 2, 8, 10, 10, 10, 10, 22])
})
