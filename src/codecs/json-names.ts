// Which names and strings of a JSON text say what another value is.

import { namingMembers } from '../model.ts'

/** Tests whether `bytes[start..end)` is one of some words, without regard to ASCII case. */
type NameTest = (bytes: Uint8Array, start: number, end: number) => boolean

export const isNamingMember = wordTest(namingMembers.join(' '))
/** Members that hold the thing which a sibling names. */
export const isNamedMember = wordTest('value val content default params args arguments')
/** Members that are the value of the object they stand in: `{"password":{"stringValue":"x"}}`. */
export const isWrapperMember = wordTest('value val raw text content data stringvalue secretstring plaintext #text _')
function wordTest(words: string): NameTest {
  const byLength: Uint8Array[][] = Array.from({ length: 16 }, () => [])
  for (const word of words.split(' ')) byLength[word.length].push(Uint8Array.from(word, (c) => c.charCodeAt(0)))
  return (bytes, start, end) => {
    const length = end - start
    if (length >= 16) return false
    for (const word of byLength[length]) {
      let i = 0
      while (i < length && fold(bytes[start + i]) === word[i]) i++
      if (i === length) return true
    }
    return false
  }
}

function fold(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte
}

const headers = Uint8Array.from('headers', (c) => c.charCodeAt(0))

/** Members whose list holds names and values in turn: `headers`, Node's `rawHeaders`, `request_headers`. */
export const isHeaderList: NameTest = (bytes, start, end) => {
  const from = end - headers.length
  if (from < start) return false
  for (let i = 0; i < headers.length; i++) if (fold(bytes[from + i]) !== headers[i]) return false
  return true
}

/** Longest text that can name another value, in bytes: real names are shorter. */
export const maxName = 128

const isNameByte = charTest(/[\w.$@/: -]/)
const isWordByte = charTest(/[\w-]/)
const isFlagByte = charTest(/[\w.-]/)

function charTest(pattern: RegExp): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (byte < 0x80 && pattern.test(String.fromCharCode(byte)) ? 1 : 0))
}

function consistsOf(set: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (end === start || end - start > maxName) return false
  let at = start
  while (at < end && set[bytes[at]] === 1) at++
  return at === end
}

/** The first of a pair of strings: `["X-Api-Key","x"]`. */
export const isPairName: NameTest = (bytes, start, end) => consistsOf(isNameByte, bytes, start, end)
/** A name in a list of headers. */
export const isHeaderName: NameTest = (bytes, start, end) => consistsOf(isWordByte, bytes, start, end)
/** An option without its value: `--password`, not `--password=x`. */
export const isFlag: NameTest = (bytes, start, end) =>
  isOption(bytes, start, end) && consistsOf(isFlagByte, bytes, start, end)

export function isOption(bytes: Uint8Array, start: number, end: number): boolean {
  return end > start && bytes[start] === 0x2d
}
