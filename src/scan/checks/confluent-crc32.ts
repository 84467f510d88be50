import type { Check } from '../../model.ts'
import { crc32, littleEndian } from './crc32.ts'

/** `cflt`, 54 base64 characters, then their CRC-32, little-endian, in base64. docs.confluent.io "api-secret-format" */
export const confluentCrc32: Check = {
  name: 'confluent-crc32',
  description: 'CRC-32 of characters 4 to 57 as little-endian base64 (Confluent Cloud API secrets; docs.confluent.io)',
  check: (secret) =>
    secret.length === 64 && secret.slice(58) === confluentChecksum(secret.slice(0, 58)) ? 'pass' : 'fail'
}

/** For the first 58 characters. */
export function confluentChecksum(head: string): string {
  return Buffer.from(littleEndian(crc32(head.slice(4))), 'latin1')
    .toString('base64')
    .slice(0, 6)
}
