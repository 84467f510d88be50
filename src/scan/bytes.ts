/** Byte classes and small tests that the hand-written matchers share. Tables instead of comparisons: one load per byte. */

function table(test: (byte: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (test(byte) ? 1 : 0))
}

/** 1 for the characters of `text`, which are ASCII. */
export function tableOf(text: string): Uint8Array {
  return table(among(text))
}

const among = (text: string) => (byte: number) => text.includes(String.fromCharCode(byte))

export const isDigit = table((b) => b >= 0x30 && b <= 0x39)
export const isLower = table((b) => b >= 0x61 && b <= 0x7a)
export const isUpper = table((b) => b >= 0x41 && b <= 0x5a)
export const isLetter = table((b) => isLower[b] === 1 || isUpper[b] === 1)
export const isAlnum = table((b) => isLetter[b] === 1 || isDigit[b] === 1)
export const isHex = table((b) => isDigit[b] === 1 || (b >= 0x41 && b <= 0x46) || (b >= 0x61 && b <= 0x66))
export const isSpace = tableOf(' \t\r\n\v\f')
/** `"`, `'` and the backtick */
export const isQuote = tableOf('"\'`')
/** Key names: letters, digits, `_ - . $ @` and every byte of a non-ASCII character. */
export const isKeyByte = table((b) => isAlnum[b] === 1 || b >= 0x80 || among('_-.$@')(b))

/** Closes a key's own quoting: `"key"`, `['key']`, `(key)`, `key?`, `key!`, `**key**`. */
export const isCloser = tableOf('"\'`])?!*')
/** Of operators such as `:=`, `=>`, `?=`, `.=`, `->`, `!=`. */
export const isOperator = tableOf(':=>|~+?.-!')
/** Punctuation of the sentence or list around a bare value. */
export const isTrailer = tableOf(',;)]}.:&')

/** The colon or equals sign of Chinese and Japanese text (`：`, `＝`), three bytes long. */
export function isWideSign(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0xef && bytes[at + 1] === 0xbc && (bytes[at + 2] === 0x9a || bytes[at + 2] === 0x9d)
}

/** Compares `bytes[at..]` with lower-case ASCII `text`, without regard to ASCII case; never reads at or behind `end`. */
export function startsWithFolded(bytes: Uint8Array, at: number, end: number, text: string): boolean {
  if (at < 0 || at + text.length > end) return false
  for (let i = 0; i < text.length; i++) {
    const byte = bytes[at + i]
    if ((isUpper[byte] === 1 ? byte | 0x20 : byte) !== text.charCodeAt(i)) return false
  }
  return true
}

/** Longer texts are copied at once; for shorter ones the call costs more than the loop, in bytes. */
const longText = 12

/** Whether `bytes[at..end)` begins with an ASCII text, its letters in the case given. */
export function startsWithExactly(bytes: Uint8Array, at: number, end: number, text: string): boolean {
  if (at + text.length > end) return false
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false
  return true
}

/** `bytes[start..end)` as text, one character a byte. For short ranges: candidates, never whole records. */
export function latin1(bytes: Uint8Array, start: number, end: number): string {
  if (end - start > longText) return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1')
  let text = ''
  for (let i = start; i < end; i++) text += String.fromCharCode(bytes[i])
  return text
}

/**
 * Whether the byte before `at` ends an escape (`%3D`, `%253D`, `\n`, `\u003d`, `\x3d`, an ANSI colour), so that it is no neighbour of a
 * token that begins at `at`: the escape stands for a separator. Says yes wherever the kernel's run guard does, binary lengths excepted.
 */
export function endsEscape(bytes: Uint8Array, at: number, start: number): boolean {
  const hexDigits = countHexBefore(bytes, at, Math.max(start, at - 4))
  if (hexDigits >= 2 && at - 3 >= start && bytes[at - 3] === 0x25) return true
  if (hexDigits >= 2 && at - 5 >= start && bytes[at - 5] === 0x25 && bytes[at - 4] === 0x32 && bytes[at - 3] === 0x35)
    return true
  if (hexDigits >= 2 && at - 4 >= start && bytes[at - 4] === 0x5c && bytes[at - 3] === 0x78) return true
  if (hexDigits === 4 && at - 6 >= start && bytes[at - 6] === 0x5c && bytes[at - 5] === 0x75) return true
  if (at - 2 >= start && bytes[at - 2] === 0x5c && 'nrtbf'.includes(String.fromCharCode(bytes[at - 1]))) return true
  return (bytes[at - 1] === 0x6d || bytes[at - 1] === 0x4b) && endsColour(bytes, at - 1, start)
}

function countHexBefore(bytes: Uint8Array, at: number, from: number): number {
  let i = at
  while (i > from && isHex[bytes[i - 1]]) i--
  return at - i
}

/** `[1;31` before the `m`, or nothing between `[` and `K`: see decode/colours.ts. ESC is not asked for: it may be written in several ways. */
function endsColour(bytes: Uint8Array, at: number, start: number): boolean {
  let i = at
  while (i > start && at - i < 20 && (isDigit[bytes[i - 1]] || bytes[i - 1] === 0x3b)) i--
  return i > start && bytes[i - 1] === 0x5b
}

/** Offset of the first byte that is neither space nor tab. */
export function skipSpaces(bytes: Uint8Array, at: number, stop: number): number {
  let i = at
  while (i < stop && (bytes[i] === 0x20 || bytes[i] === 0x09)) i++
  return i
}

/** Whether white space stands in the first 256 bytes of a value. */
export function hasSpace(bytes: Uint8Array, start: number, end: number): boolean {
  const stop = Math.min(end, start + 256)
  for (let i = start; i < stop; i++) if (isSpace[bytes[i]]) return true
  return false
}
