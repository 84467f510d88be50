import { type ByteClass, classOf, complementOf, isDigit, isSpace, isWord, unionOf } from '../scan/char-class.ts'

// Names of classes and characters in Go's regular expressions.

export const everything = new Uint8Array(256).fill(1)

export const classLetters: ReadonlyMap<string, ByteClass> = new Map([
  ['d', isDigit],
  ['w', isWord],
  ['s', isSpace],
  ['D', complementOf(isDigit)],
  ['W', complementOf(isWord)],
  ['S', complementOf(isSpace)]
])

export const controls: ReadonlyMap<string, number> = new Map([
  ['a', 0x07],
  ['t', 0x09],
  ['n', 0x0a],
  ['v', 0x0b],
  ['f', 0x0c],
  ['r', 0x0d]
])

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
