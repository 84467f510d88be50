import type { Check } from '../../model.ts'
import { base36Alphabet, encodeNumber } from './base-n.ts'
import { crc32 } from './crc32.ts'

/**
 *     token    = prefix payload [".01"] "." length checksum
 *     prefix   = "gl" 2*8 lower "-" ["t" digit "_"]
 *     payload  = 27*300 base64url
 *     length   = 2 base36                  ; of the payload
 *     checksum = 7 base36                  ; CRC-32 of all that comes before
 *
 * docs.gitlab.com, "Routable tokens" design document.
 */
export const gitlabRoutable: Check = {
  name: 'gitlab-routable',
  description: 'length and CRC-32 in base36 at the end (GitLab routable tokens)',
  check(secret) {
    const dot = secret.length - 10
    return secret[dot] === '.' && secret.slice(dot + 1) === gitlabTrailer(secret.slice(0, dot + 1)) ? 'pass' : 'fail'
  }
}

/** The 9 characters behind the last dot, for all that comes before them. */
export function gitlabTrailer(head: string): string {
  const payload = head.replace(/^gl[a-z]{2,8}-(?:t[0-9]_)?/, '').replace(/(?:\.01)?\.$/, '')
  const length = encodeNumber(payload.length, base36Alphabet, 2)
  return length + encodeNumber(crc32(head + length), base36Alphabet, 7)
}
