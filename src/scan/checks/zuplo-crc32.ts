import type { Check } from '../../model.ts'
import { bigEndian, crc32, hexOf } from './crc32.ts'

/** `zpka_`, 32 characters, `_`, their CRC-32 in hex. */
export const zuploCrc32: Check = {
  name: 'zuplo-crc32',
  description: 'CRC-32 of the 32 characters behind the prefix as hex (Zuplo API keys)',
  check: (secret) =>
    secret.length === 46 && secret[37] === '_' && secret.slice(-8).toLowerCase() === zuploChecksum(secret.slice(0, -8))
      ? 'pass'
      : 'fail'
}

/** For a key up to its second `_`. */
export function zuploChecksum(head: string): string {
  return hexOf(bigEndian(crc32(head.slice(5, 37))))
}
