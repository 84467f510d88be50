// Messages out of a stream, however it is cut.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createMessageReader } from '../../src/sources/syslog-messages.ts'

function readAll(parts: readonly Buffer[], maxBytes = 100): string {
  const read = createMessageReader(maxBytes)
  return parts.map((part) => Buffer.concat(read(part)).toString('latin1')).join('')
}

test.each([
  ['line feeds', '<13>one\n<13>two\r\n\n', '<13>one\n<13>two\n'],
  ['lengths', '7 <13>one9 <13>two\n3', '<13>one\n<13>two 3\n'],
  ['both', '7 <13>one<13>two\n7 <13>3\n4', '<13>one\n<13>two\n<13>3 4\n'],
  ['too long by length', `101 ${'x'.repeat(101)}7 <13>one`, '[WITHHELD:size]\n<13>one\n'],
  ['too long by line', `<13>${'x'.repeat(97)}\n<13>one\n`, '[WITHHELD:size]\n<13>one\n'],
  ['much too long', `<13>${'x'.repeat(9999)}\n<13>one\n`, '[WITHHELD:size]\n<13>one\n']
])('%s', (_, text, expected) => {
  expect(readAll([Buffer.from(text)])).toBe(expected)
  fc.assert(
    fc.property(fc.array(fc.nat(text.length), { maxLength: 6 }), (places) => {
      const cuts = [0, ...places.sort((a, b) => a - b), text.length]
      const parts = cuts.slice(1).map((cut, i) => Buffer.from(text.slice(cuts[i], cut)))
      expect(readAll(parts)).toBe(expected)
    })
  )
})
