import type { Check } from '../../model.ts'
import { bigEndian, crc32, hexOf } from './crc32.ts'

/** Atlassian Cloud tokens and Bitbucket app passwords end in 8 upper-case hex digits: the CRC-32 of all that comes before, `=` included. */
export const atlassianCrc32: Check = {
  name: 'atlassian-crc32',
  description: 'CRC-32 of everything before the last 8 characters as upper-case hex (Atlassian, Bitbucket)',
  check: (secret) =>
    secret.length >= 28 && secret.slice(-8) === atlassianChecksum(secret.slice(0, -8)) ? 'pass' : 'fail'
}

export function atlassianChecksum(head: string): string {
  return hexOf(bigEndian(crc32(head))).toUpperCase()
}
