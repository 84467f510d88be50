import type { Check } from '../../model.ts'
import { base62Checksum } from './github-crc32.ts'

/** `vcp_ vci_ vca_ vcr_ vck_`, 50 characters, then their CRC-32 in base62; the body may hold `_`. */
export const vercelCrc32: Check = {
  name: 'vercel-crc32',
  description: 'CRC-32 of the 50 characters behind the prefix as the last 6 base62 characters (Vercel tokens)',
  check: (secret) => (secret.length === 60 && secret.endsWith(vercelChecksum(secret.slice(0, -6))) ? 'pass' : 'fail')
}

/** For a token without its checksum. */
export function vercelChecksum(head: string): string {
  return base62Checksum(head.slice(4))
}
