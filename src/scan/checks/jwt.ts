import type { Check } from '../../model.ts'
import { jsonObject, pick } from './readable.ts'
import { expiryHint } from './time.ts'

/**
 * JSON Web Token: JWS with 3 base64url parts (RFC 7515) or JWE with 5 (RFC 7516). Whether it has expired is for whoever has a clock:
 * `expires` is a hint. What stands before the header (`ghs_<app>_`) is skipped.
 */
export const jwt: Check = {
  name: 'jwt',
  description: 'header is JSON with alg, payload is JSON (JSON Web Tokens; RFC 7515, RFC 7516)',
  check(secret) {
    const token = read(secret)
    // Without a signature only the header tells a token from other base64 with a dot behind it.
    if (typeof token.header?.alg !== 'string') return token.parts === 2 ? 'reject' : 'fail'
    if (token.parts === 5) return typeof token.header.enc === 'string' ? 'pass' : 'fail'
    return token.payload !== null ? 'pass' : 'fail'
  },
  hints(secret) {
    const { header, payload } = read(secret)
    const { aud, exp, ...claims } = payload ?? {}
    const audience = Array.isArray(aud) && aud.every((name) => typeof name === 'string') ? aud.join(' ') : aud
    return {
      ...pick({ ...claims, aud: audience }, ['iss', 'aud']),
      ...expiryHint(exp),
      ...pick(header ?? {}, ['kid', 'alg'])
    }
  }
}

function read(secret: string) {
  const parts = secret.slice(Math.max(0, secret.search(/eyJ|ewo|eyAi|ew0K/))).split('.', 6)
  const payload = parts.length === 3 ? jsonObject(parts[1]) : null
  return { parts: parts.length, header: jsonObject(parts[0]), payload }
}
