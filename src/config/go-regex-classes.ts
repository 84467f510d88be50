import { type ByteClass, classOf, controlEscapes, isDigit, isWord, unionOf } from '../scan/pattern/char-class.ts'

// Names of classes and characters in Go's regular expressions.

export const everything = new Uint8Array(256).fill(1)

/** Go also knows the bell. */
export const controls: ReadonlyMap<string, number> = new Map([...controlEscapes, ['a', 0x07]])

export const posixClasses: ReadonlyMap<string, ByteClass> = new Map([
  ['alnum', ranges('09AZaz')],
  ['alpha', ranges('AZaz')],
  ['ascii', ranges('\0\x7f')],
  ['blank', classOf(0x09, 0x20)],
  ['cntrl', unionOf(ranges('\0\x1f'), classOf(0x7f))],
  ['digit', isDigit],
  ['graph', ranges('!~')],
  ['lower', ranges('az')],
  ['print', ranges(' ~')],
  ['punct', ranges('!/:@[`{~')],
  ['space', classOf(0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x20)],
  ['upper', ranges('AZ')],
  ['word', isWord],
  ['xdigit', ranges('09AFaf')]
])

function ranges(text: string): ByteClass {
  const set = new Uint8Array(256)
  for (let i = 0; i < text.length; i += 2) set.fill(1, text.charCodeAt(i), text.charCodeAt(i + 1) + 1)
  return set
}
