import type { Check } from '../../model.ts'
import { canonicalBase64 } from './base-n.ts'

/**
 * Personal access token of Jira, Confluence (bare) or Bitbucket (`BBDC-`) Data Center: base64 of a decimal id, `:` and 20 random bytes. Seen
 * on published tokens; Atlassian describes no format.
 */
export const atlassianDcPat: Check = {
  name: 'atlassian-dc-pat',
  description: 'base64 of <id>:<20 bytes> (access tokens of Jira, Confluence and Bitbucket Data Center)',
  check: (secret) => (idOf(secret) === null ? 'fail' : 'pass'),
  hints(secret) {
    const id = idOf(secret)
    return id === null ? {} : { token: id }
  }
}

/** The id by which an administrator finds the token. */
function idOf(secret: string): string | null {
  const bytes = canonicalBase64(secret.replace(/^BBDC-/, ''))
  if (bytes === null) return null
  const colon = bytes.indexOf(0x3a)
  const id = Buffer.from(bytes.subarray(0, Math.max(0, colon))).toString('latin1')
  return /^[1-9][0-9]{5,15}$/.test(id) && bytes.length - colon - 1 === 20 ? id : null
}
