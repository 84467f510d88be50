import type { Check } from '../../model.ts'
import { crc32, hexOf, littleEndian } from './crc32.ts'

/** `glsa_`, 32 characters, `_`, then the CRC-32 of the first 37 characters, its bytes in little-endian order. */
export const grafanaCrc32: Check = {
  name: 'grafana-crc32',
  description: 'CRC-32 of the first 37 characters as little-endian hex (Grafana service account tokens)',
  check(secret) {
    const head = secret.slice(0, -8)
    return secret.length === 46 && secret[37] === '_' && secret.slice(-8).toLowerCase() === grafanaChecksum(head)
      ? 'pass'
      : 'fail'
  }
}

/** For a token up to its second `_`. */
export function grafanaChecksum(head: string): string {
  return hexOf(littleEndian(crc32(head.slice(0, 37))))
}
