import type { Check } from '../../model.ts'

const alphabet = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
/** The generator of the code, by bit of what is shifted out. BIP 173 */
const generator = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3]

/** Bech32 (BIP 173) in one letter case: name, `1`, data and 6 characters of BCH code. age identities; github.com/C2SP/C2SP, age.md */
export const bech32: Check = {
  name: 'bech32',
  description: 'BCH code in the last 6 characters (age identities; BIP 173)',
  check: (secret) => (isBech32(secret) ? 'pass' : 'fail')
}

export function isBech32(text: string): boolean {
  const lower = text.toLowerCase()
  const separator = lower.lastIndexOf('1')
  if ((text !== lower && text !== text.toUpperCase()) || separator < 1 || text.length - separator < 7) return false
  const data = Array.from(lower.slice(separator + 1), (char) => alphabet.indexOf(char))
  return !data.includes(-1) && remainderOf([...expanded(lower.slice(0, separator)), ...data]) === 1
}

/** The name's high bits, 0, its low bits. */
function expanded(name: string): number[] {
  const codes = Array.from(name, (char) => char.charCodeAt(0))
  return [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31)]
}

function remainderOf(values: readonly number[]): number {
  let sum = 1
  for (const value of values) {
    const top = sum >>> 25
    sum = ((sum & 0x1ffffff) << 5) ^ value
    for (let bit = 0; bit < 5; bit++) if ((top >> bit) & 1) sum ^= generator[bit]
  }
  return sum
}
