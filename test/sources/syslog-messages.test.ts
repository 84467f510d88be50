// Messages out of a stream, however it is cut.

import { expect, test } from 'vitest'
import { createMessageReader } from '../../src/sources/syslog-messages.ts'
import fc from '../property.ts'

function readAll(parts: readonly Buffer[], maxBytes = 100): { text: string; tooLong: number[] } {
  const tooLong: number[] = []
  const read = createMessageReader(maxBytes, (bytes) => tooLong.push(bytes))
  return { text: parts.map((part) => Buffer.concat(read(part)).toString('latin1')).join(''), tooLong }
}

test.each<[string, string, string, number[]]>([
  ['line feeds', '<13>one\n<13>two\r\n\n', '<13>one\n<13>two\n', []],
  ['lengths', '7 <13>one9 <13>two\n3', '<13>one\n<13>two 3\n', []],
  ['both', '7 <13>one<13>two\n7 <13>3\n4', '<13>one\n<13>two\n<13>3 4\n', []],
  ['too long by length', `101 ${'x'.repeat(101)}7 <13>one`, '[WITHHELD:size]\n<13>one\n', [105]],
  ['too long by line', `<13>${'x'.repeat(97)}\n<13>one\n`, '[WITHHELD:size]\n<13>one\n', [101]],
  ['much too long', `<13>${'x'.repeat(9999)}\n<13>one\n`, '[WITHHELD:size]\n<13>one\n', [10_003]]
])('%s', (_, text, expected, tooLong) => {
  expect(readAll([Buffer.from(text)])).toEqual({ text: expected, tooLong })
  fc.assert(
    fc.property(fc.array(fc.nat(text.length), { maxLength: 6 }), (places) => {
      const cuts = [0, ...places.sort((a, b) => a - b), text.length]
      const parts = cuts.slice(1).map((cut, i) => Buffer.from(text.slice(cuts[i], cut)))
      expect(readAll(parts)).toEqual({ text: expected, tooLong })
    })
  )
})
