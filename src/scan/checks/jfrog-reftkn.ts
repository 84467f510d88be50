import type { Check } from '../../model.ts'
import { decodeBase58, decodeBase64 } from './base-n.ts'
import { expiryHint } from './time.ts'

/** JFrog reference token: base64 of `reftkn:NN:<expiry>:<random>`; API key: `AKCp` and base58, 54 bytes in all. */
export const jfrogReftkn: Check = {
  name: 'jfrog-reftkn',
  description: 'base64 of reftkn:NN:<expiry>:..., or base58 of 54 bytes (JFrog reference tokens and API keys)',
  check(secret) {
    if (secret.startsWith('AKCp')) return decodeBase58(secret)?.length === 54 ? 'pass' : 'fail'
    return expiryOf(secret) === null ? 'fail' : 'pass'
  },
  hints(secret) {
    const exp = expiryOf(secret)
    return exp === null || Number(exp) === 0 ? {} : expiryHint(exp)
  }
}

/** Seconds since 1970; 0 for a token that does not expire. */
function expiryOf(secret: string): string | null {
  const bytes = decodeBase64(secret)
  const text = bytes === null ? '' : Buffer.from(bytes).toString('latin1')
  return /^reftkn:[0-9]{1,3}:([0-9]{1,12}):[A-Za-z0-9_-]{8,}$/.exec(text)?.[1] ?? null
}
