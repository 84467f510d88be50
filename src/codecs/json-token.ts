// Strings, numbers and literals of JSON (RFC 8259): where they end, or 0 when they are not valid.

const quote = 0x22
const backslash = 0x5c

export const isSpace = byteSet(' \t\r\n')
const isDigit = byteSet('0123456789')
const isHex = byteSet('0123456789abcdefABCDEF')
const isEscapeLetter = byteSet('"\\/bfnrt')
/** Bytes that do not just continue a string: the quote, the backslash, control bytes. */
const interrupts = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 0x20 || byte === 0x22 || byte === 0x5c ? 1 : 0
)

function byteSet(members: string): Uint8Array {
  const set = new Uint8Array(256)
  for (const member of members) set[member.charCodeAt(0)] = 1
  return set
}

/** Offset behind the closing quote, negated when the string holds a backslash; 0 when it is no valid string. */
export function stringEnd(bytes: Uint8Array, from: number, end: number): number {
  let at = from
  while (at < end && interrupts[bytes[at]] === 0) at++
  if (at < end && bytes[at] === quote) return at + 1
  while (at < end) {
    const byte = bytes[at]
    if (byte === quote) return -(at + 1)
    if (byte === backslash) {
      at = escapeEnd(bytes, at + 1, end)
      if (at === 0) return 0
    } else if (byte < 0x20) return 0
    else at++
  }
  return 0
}

/** Offset behind the escape whose backslash stands before `at`, 0 when it is none. */
function escapeEnd(bytes: Uint8Array, at: number, end: number): number {
  if (at >= end) return 0
  if (isEscapeLetter[bytes[at]] === 1) return at + 1
  if (bytes[at] !== 0x75 || at + 5 > end) return 0
  for (let i = at + 1; i < at + 5; i++) if (isHex[bytes[i]] === 0) return 0
  return at + 5
}

const literals = ['true', 'false', 'null'].map((text) => Uint8Array.from(text, (letter) => letter.charCodeAt(0)))

/** Offset behind the number, `true`, `false` or `null` at `at`; 0 when there is none. */
export function scalarEnd(bytes: Uint8Array, at: number, end: number): number {
  const byte = bytes[at]
  if (byte === 0x2d || isDigit[byte] === 1) return numberEnd(bytes, at, end)
  for (const literal of literals) {
    if (byte !== literal[0] || at + literal.length > end) continue
    for (let i = 1; i < literal.length; i++) if (bytes[at + i] !== literal[i]) return 0
    return at + literal.length
  }
  return 0
}

/** `-? (0 | [1-9][0-9]*) (\. [0-9]+)? ([eE] [+-]? [0-9]+)?` */
function numberEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = bytes[start] === 0x2d ? start + 1 : start
  at = at < end && bytes[at] === 0x30 ? at + 1 : digitsEnd(bytes, at, end)
  if (at > 0 && at < end && bytes[at] === 0x2e) at = digitsEnd(bytes, at + 1, end)
  if (at === 0 || at >= end || (bytes[at] | 0x20) !== 0x65) return at
  at++
  if (at < end && (bytes[at] === 0x2b || bytes[at] === 0x2d)) at++
  return digitsEnd(bytes, at, end)
}

/** Offset behind one or more digits, 0 when there are none. */
function digitsEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start
  while (at < end && isDigit[bytes[at]] === 1) at++
  return at === start ? 0 : at
}
