import type { Check } from '../../model.ts'
import { decodeBase32, encodeBase32 } from './base-n.ts'

const maxAccount = 999_999_999_999

/**
 * AWS access key id: 4 letters of kind, then base32 of 80 bits. Of the newer generation (first character `Q` or above) 40 bits are the
 * account. No checksum: of an older id the alphabet is all there is to see, which proves little.
 * awsteele.com 2020-09-26, labs.withsecure.com "AWS key ids: a bitwise analysis".
 */
export const awsKeyId: Check = {
  name: 'aws-key-id',
  description: 'base32 with a possible account number in it (AWS access key ids)',
  check(secret) {
    const bytes = secret.length === 20 ? decodeBase32(secret.slice(4)) : null
    if (bytes === null || secret !== secret.toUpperCase()) return 'fail'
    if (!isNewer(bytes)) return 'unknown'
    return accountOf(bytes) > maxAccount ? 'fail' : 'pass'
  },
  hints(secret) {
    const bytes = secret.length === 20 ? decodeBase32(secret.slice(4)) : null
    return bytes !== null && isNewer(bytes) && accountOf(bytes) <= maxAccount
      ? { account: String(accountOf(bytes)).padStart(12, '0') }
      : {}
  }
}

/** The 16 characters behind the prefix, of the newer generation. */
export function awsKeyBody(random: Uint8Array): string {
  const bytes = Uint8Array.from(random.subarray(0, 10))
  bytes[0] = 0x80 | (bytes[0] & 0x3f)
  return encodeBase32(bytes)
}

function isNewer(bytes: Uint8Array): boolean {
  return (bytes[0] & 0x80) !== 0
}

/** Bits 1 to 40. */
function accountOf(bytes: Uint8Array): number {
  return (
    ((bytes[0] & 0x7f) * 2 ** 40 +
      bytes[1] * 2 ** 32 +
      bytes[2] * 2 ** 24 +
      bytes[3] * 2 ** 16 +
      bytes[4] * 2 ** 8 +
      (bytes[5] & 0x80)) /
    2 ** 7
  )
}
