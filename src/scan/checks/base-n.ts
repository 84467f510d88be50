/** Numbers and bytes in the alphabets of tokens. Texts hold one character a byte. */

export const base62Alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
export const base36Alphabet = '0123456789abcdefghijklmnopqrstuvwxyz'
export const base32Alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
export const base58Alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

/** A number below 2^53 with the most significant digit first, padded on the left with the alphabet's zero. */
export function encodeNumber(value: number, alphabet: string, width: number): string {
  let text = ''
  for (let rest = value; rest > 0; rest = Math.floor(rest / alphabet.length))
    text = alphabet[rest % alphabet.length] + text
  return text.padStart(width, alphabet[0])
}

/** RFC 4648 base32 without padding; letters of either case. Null for any other character. Left-over bits are dropped. */
export function decodeBase32(text: string): Uint8Array | null {
  const bytes = new Uint8Array(Math.floor((text.length * 5) / 8))
  let bits = 0
  let held = 0
  let at = 0
  for (const char of text.toUpperCase()) {
    const value = base32Alphabet.indexOf(char)
    if (value < 0) return null
    held = ((held << 5) | value) & 0xfff
    bits += 5
    if (bits >= 8) {
      bits -= 8
      bytes[at++] = held >> bits
    }
  }
  return bytes
}

export function encodeBase32(bytes: Uint8Array): string {
  let text = ''
  let bits = 0
  let held = 0
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff
    for (bits += 8; bits >= 5; bits -= 5) text += base32Alphabet[(held >> (bits - 5)) & 31]
  }
  return bits === 0 ? text : text + base32Alphabet[(held << (5 - bits)) & 31]
}

/** Base64 or base64url, with or without padding; null when another character is in it or a single one is left over. */
export function decodeBase64(text: string): Uint8Array | null {
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) return null
  return text.replace(/=+$/, '').length % 4 === 1 ? null : Buffer.from(text, 'base64')
}

/** The same, and null also when bits that are left over are not zero: an encoder never writes those. */
export function canonicalBase64(text: string): Uint8Array | null {
  const bytes = decodeBase64(text)
  if (bytes === null) return null
  const bare = text.replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_')
  return Buffer.from(bytes).toString('base64url') === bare ? bytes : null
}

/** Bytes of a base58 number, leading zeros included; null for another character or a text over 128 characters (the work is quadratic). */
export function decodeBase58(text: string): Uint8Array | null {
  if (text.length > 128) return null
  const bytes: number[] = []
  for (const char of text) {
    let carry = base58Alphabet.indexOf(char)
    if (carry < 0) return null
    for (let i = 0; i < bytes.length; i++) {
      carry += bytes[i] * 58
      bytes[i] = carry & 0xff
      carry >>= 8
    }
    while (carry > 0) {
      bytes.push(carry & 0xff)
      carry >>= 8
    }
  }
  const zeros = text.length - text.replace(/^1+/, '').length
  return Uint8Array.from([...new Uint8Array(zeros), ...bytes.reverse()])
}
