import type { Check, Hints, Surroundings } from '../../model.ts'
import { alone } from './around.ts'

/** Bytes on either side; the member names of a key file stand that close. */
const reach = 512

/** The key id in a service account's key file, which says so beside it. cloud.google.com/iam/docs/keys-create-delete */
export const gcpServiceAccount: Check = {
  name: 'gcp-service-account',
  description: 'id of 40 hex digits in JSON of type service_account (Google key files; cloud.google.com, IAM)',
  check(secret, around = alone) {
    if (!/^[0-9a-f]{40}$/.test(secret)) return 'fail'
    return inKeyFile(around) ? 'pass' : 'unknown'
  },
  hints: (_, around = alone) => serviceAccountHints(around)
}

/** Project and account of the key file that a secret stands in, also where its quotes are escaped. */
export function serviceAccountHints(around: Surroundings): Hints {
  if (!inKeyFile(around)) return {}
  const text = `${around.before(reach)}\n${around.after(reach)}`
  const project = /project_id[^A-Za-z0-9]{3,12}([a-z][a-z0-9-]{4,28}[a-z0-9])[^A-Za-z0-9-]/.exec(text)?.[1]
  const account =
    /client_email[^A-Za-z0-9]{3,12}([a-z0-9-]{1,63}@[a-z0-9-]{1,63}\.iam\.gserviceaccount\.com)(?![A-Za-z0-9.-])/.exec(
      text
    )?.[1]
  return { ...(project === undefined ? {} : { project }), ...(account === undefined ? {} : { account }) }
}

function inKeyFile(around: Surroundings): boolean {
  const type = /["']type[^A-Za-z0-9]{3,12}service_account\b/
  return type.test(around.before(reach)) || type.test(around.after(reach))
}
