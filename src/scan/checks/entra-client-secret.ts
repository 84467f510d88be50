import type { Check } from '../../model.ts'
import { encodeNumber } from './base-n.ts'
import { marvin32 } from './marvin32.ts'

const alphabet = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ1234567890.-_~'

/**
 *     secret = 3 unreserved "8Q~" 31 unreserved checksum
 *     checksum = the first 3 characters of the Marvin32 of all before, in base 66
 *
 * The older `7Q~` form has no checksum. microsoft/security-utilities, IdentifiableMetadata.cs
 */
export const entraClientSecret: Check = {
  name: 'entra-client-secret',
  description:
    'Marvin32 in base 66 as the last 3 characters (Entra client secrets with 8Q~; microsoft/security-utilities)',
  check(secret) {
    const form = secret.slice(3, 6)
    if (form === '7Q~' && secret.length >= 37 && secret.length <= 40) return 'unknown'
    return form === '8Q~' && secret.slice(-3) === entraChecksum(secret.slice(0, -3)) ? 'pass' : 'fail'
  }
}

export function entraChecksum(head: string): string {
  return encodeNumber(marvin32(Buffer.from(head, 'latin1'), 'AadPwd00'), alphabet, 0).slice(0, 3)
}
