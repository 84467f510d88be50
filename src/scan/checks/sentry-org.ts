import type { Check } from '../../model.ts'
import { jsonObject, pick } from './readable.ts'

/** `sntrys_`, base64 JSON `{iat, url, region_url, org}`, `_`, 32 random bytes in base64. getsentry/rfcs, 0091-ci-upload-tokens */
export const sentryOrg: Check = {
  name: 'sentry-org',
  description: 'JSON with the organisation in it (Sentry organisation tokens; getsentry/rfcs 0091)',
  check: (secret) => (typeof read(secret).org === 'string' && /_[A-Za-z0-9+/]{43}$/.test(secret) ? 'pass' : 'fail'),
  hints: (secret) => {
    const token = read(secret)
    return pick({ ...token, region: token.region_url }, ['org', 'url', 'region'])
  }
}

function read(secret: string): Readonly<Record<string, unknown>> {
  return jsonObject(secret.slice('sntrys_'.length, secret.lastIndexOf('_'))) ?? {}
}
