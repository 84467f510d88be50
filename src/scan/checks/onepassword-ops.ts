import type { Check } from '../../model.ts'
import { hostHint, hostName } from './host-around.ts'
import { tokenJson } from './token-json.ts'

/** `ops_` and JSON with where and how to sign in. developer.1password.com/docs/service-accounts/security */
export const onepasswordOps: Check = tokenJson({
  name: 'onepassword-ops',
  description: 'JSON with sign-in address and key (1Password service account tokens; developer.1password.com)',
  prefix: /^ops_/,
  members: [['signInAddress'], ['srpX', 'muk', 'secretKey', 'userAuth']],
  hints({ signInAddress }) {
    const host = /^(?:https:\/\/)?([a-z0-9.-]{1,100})\/?$/.exec(String(signInAddress))
    return hostHint(host === null ? null : hostName(host[1]))
  }
})
