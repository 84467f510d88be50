import type { Check } from '../../model.ts'
import { decodeBase64 } from './base-n.ts'

/** Longest user name that is surely no API key: providers put a key there and leave the password empty. */
const longestName = 15

/** HTTP Basic (RFC 7617): base64 of `user:password`. Anything else behind the word Basic is no credential. */
export const basicAuth: Check = {
  name: 'basic-auth',
  description: 'base64 of printable user:password; anything else is dropped (RFC 7617)',
  check(secret) {
    const bytes = decodeBase64(secret)
    const text = bytes === null ? '' : Buffer.from(bytes).toString('latin1')
    const colon = text.indexOf(':')
    if (colon < 0 || !isPrintable(text)) return 'reject'
    if (colon < text.length - 1) return 'pass'
    return colon > longestName ? 'fail' : 'reject'
  }
}

/** No ASCII control characters; passwords may hold any others. */
function isPrintable(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) < 0x20 || text.charCodeAt(i) === 0x7f) return false
  return true
}
