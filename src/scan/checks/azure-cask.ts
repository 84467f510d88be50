import type { Check } from '../../model.ts'
import { decodeBase64 } from './base-n.ts'
import { littleEndian } from './crc32.ts'
import { marvin32 } from './marvin32.ts'

/**
 * Common annotated security key (HIS version 2), base64 of 63 or 64 bytes:
 *
 *     key      = 52 base62 "JQQJ9" ("9" / "D" / "H") year month 12 platform 4 provider 4 signature checksum
 *     year     = "A" for 2024 and so on; month = "A" to "L"
 *     checksum = Marvin32 of the first 60 bytes, 3 or 4 bytes of it
 *
 * microsoft/security-utilities, IdentifiableSecrets.cs
 */
export const azureCask: Check = {
  name: 'azure-cask',
  description: 'Marvin32 of the first 60 bytes at the end (Azure common annotated keys; microsoft/security-utilities)',
  check(secret) {
    const bare = secret.replace(/=+$/, '')
    if ((bare.length !== 84 && bare.length !== 86) || bare.slice(52, 56) !== 'JQQJ') return 'fail'
    return bare.slice(80) === caskChecksum(bare.slice(0, 80), bare.length - 80) ? 'pass' : 'fail'
  },
  hints(secret) {
    const year = secret.charCodeAt(58) - 0x41 + 2024
    const month = secret.charCodeAt(59) - 0x41 + 1
    const issued =
      month >= 1 && month <= 12 && year >= 2024 && year < 2050
        ? { issued: `${year}-${String(month).padStart(2, '0')}` }
        : {}
    const signature = secret.slice(76, 80)
    return /^[A-Za-z0-9+/]{4}$/.test(signature) ? { ...issued, signature } : issued
  }
}

/** The last 4 characters, or 6 of the longer form, for the 80 that come first. */
export function caskChecksum(head: string, length = 4): string {
  const bytes = decodeBase64(head)
  if (bytes === null) return ''
  return Buffer.from(littleEndian(marvin32(bytes, 'Default0')), 'latin1')
    .subarray(0, length === 4 ? 3 : 4)
    .toString('base64')
    .slice(0, length)
}
