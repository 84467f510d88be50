import type { Check } from '../../model.ts'
import { base62Alphabet, encodeNumber } from './base-n.ts'
import { crc32 } from './crc32.ts'

/**
 *     token = prefix "_" body checksum        ; ghp gho ghu ghs ghr npm
 *     body  = 30*70 base62
 *     checksum = base62 of the body's CRC-32, 6 wide
 *
 * github.blog 2021-04-05 "Behind GitHub's new authentication token formats"; npm uses the same.
 */
export const githubCrc32: Check = {
  name: 'github-crc32',
  description:
    'CRC-32 of the body as the last 6 base62 characters (GitHub classic tokens, npm; github.blog 2021-04-05)',
  check(secret) {
    const body = secret.slice(secret.indexOf('_') + 1, -6)
    return body.length >= 20 && secret.endsWith(base62Checksum(body)) ? 'pass' : 'fail'
  }
}

/** 6 characters; what `{{crc32-base62}}` writes behind the part after the last `_`. */
export function base62Checksum(body: string): string {
  return encodeNumber(crc32(body), base62Alphabet, 6)
}
