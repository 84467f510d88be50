import type { Check, Hints, Surroundings } from '../../model.ts'
import { alone } from './around.ts'
import { decodeBase64 } from './base-n.ts'
import { hostHint, hostName } from './host-around.ts'

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
  },
  hints: (_, around = alone) => registryOf(around)
}

/** Docker's configuration: `{"auths":{"https://index.docker.io/v1/":{"auth":"<secret>"}}}`. docs.docker.com/reference/cli/docker/login */
function registryOf(around: Surroundings): Hints {
  const before = around.before(256)
  if (!/auth[\\"']{1,4}\s{0,8}:\s{0,8}[\\"']{1,4}$/.test(before.slice(-32))) return {}
  const key =
    /[\\"'](?:https?:\/\/)?([a-z0-9.-]{1,253})(?::[0-9]{1,5})?(?:\/[^\s"'\\]{0,64})?[\\"']{1,4}\s{0,8}:\s{0,8}\{[^{}]{0,32}$/.exec(
      before
    )
  return hostHint(key === null ? null : hostName(key[1]))
}

/** No ASCII control characters; passwords may hold any others. */
function isPrintable(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) < 0x20 || text.charCodeAt(i) === 0x7f) return false
  return true
}
