import type { Check } from '../../model.ts'
import { bigEndian, crc32, hexOf } from './crc32.ts'

/** `cfut_`, `cfat_` or `cfk_`, 40 characters, their CRC-32 in hex. developers.cloudflare.com/fundamentals/api/get-started/token-formats */
export const cloudflareCrc32: Check = {
  name: 'cloudflare-crc32',
  description:
    'CRC-32 of the 40 characters behind the prefix as hex (Cloudflare tokens; developers.cloudflare.com, token formats)',
  check(secret) {
    const head = secret.slice(0, -8)
    return head.length - head.indexOf('_') === 41 && secret.slice(-8).toLowerCase() === cloudflareChecksum(head)
      ? 'pass'
      : 'fail'
  }
}

/** For a token without its checksum. */
export function cloudflareChecksum(head: string): string {
  return hexOf(bigEndian(crc32(head.slice(head.indexOf('_') + 1))))
}
