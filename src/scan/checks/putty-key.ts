import type { Check, Surroundings } from '../../model.ts'
import { alone } from './around.ts'
import { decodeBase64 } from './base-n.ts'
import { isStrings } from './ssh-blob.ts'

/** Bytes of headers and public key before the private lines. */
const reach = 2048

/**
 * The private lines of a PuTTY key file: SSH strings and numbers when it is not encrypted, else whole blocks of AES, which prove nothing.
 * the.earth.li/~sgtatham/putty, appendix "PPK file format"
 */
export const puttyKey: Check = {
  name: 'putty-key',
  description: 'SSH strings as long as the lines (private half of PuTTY key files; PPK file format)',
  check(secret, around = alone) {
    const bytes = decodeBase64(secret.replace(/\\+[rn]|\s/g, ''))
    if (bytes === null) return 'fail'
    if (isEncrypted(around)) return bytes.length % 16 === 0 ? 'unknown' : 'fail'
    return isStrings(bytes) ? 'pass' : 'fail'
  },
  hints(_, around = alone) {
    const encrypted = isEncrypted(around)
    return encrypted === null ? {} : { encrypted: encrypted ? 'yes' : 'no' }
  }
}

/** What the header `Encryption:` says, null when it is not there. */
function isEncrypted(around: Surroundings): boolean | null {
  const before = around.before(reach)
  const cipher = /^Encryption: {0,2}([a-z0-9-]{1,20})/.exec(
    before.slice(Math.max(0, before.lastIndexOf('Encryption:')))
  )
  return cipher === null ? null : cipher[1] !== 'none'
}
