import type { Detector, Hints } from '../model.ts'

/** How hard a password is to guess. */
export type Strength = 'weak' | 'fair' | 'strong'

/**
 * Estimates a password, of which it gets at most the first 64 characters; null when it has no answer this time. MUST NOT keep the
 * password, nor anything that it can be computed from.
 */
export type EstimateStrength = (password: string) => Strength | null

/** What more a password has is not looked at: it costs time, and 64 characters say enough. */
const longest = 64
/** Of a base64 value; user names are short. */
const longestEncoded = 1024

/**
 * The hint `strength` of a finding, or nothing. Only detectors of passwords that people choose get it, which is what these say of
 * themselves: `value: any` (the key name is all there is), or one of the checks `url-userinfo` and `basic-auth` (a user's password).
 * Generated tokens are as strong as their alphabet and length.
 */
export function strengthHint(estimate: EstimateStrength, detector: Detector, secret: Uint8Array): Hints {
  const password = passwordOf(detector, secret)
  if (password === null || password === '') return {}
  const strength = attempt(estimate, password.slice(0, longest))
  return strength === null ? {} : { strength }
}

function passwordOf({ value, checks }: Detector, secret: Uint8Array): string | null {
  const text = Buffer.from(secret.buffer, secret.byteOffset, Math.min(secret.length, longestEncoded))
  if (checks.includes('basic-auth')) return behindUser(Buffer.from(text.toString('latin1'), 'base64').toString())
  if (checks.includes('url-userinfo')) return percentDecoded(text.toString())
  return value === 'any' ? text.toString() : null
}

/** `user:password`; a user name holds no colon (RFC 7617). */
function behindUser(credentials: string): string | null {
  const colon = credentials.indexOf(':')
  return colon < 0 ? null : credentials.slice(colon + 1)
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** A hint is not worth a record: what an estimator throws is no answer. */
function attempt(estimate: EstimateStrength, password: string): Strength | null {
  try {
    return estimate(password)
  } catch {
    return null
  }
}
