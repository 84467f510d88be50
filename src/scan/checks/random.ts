import type { Check } from '../../model.ts'
import { orderedBytes } from '../keyed/ordered.ts'
import { looksRandom, measure } from '../keyed/randomness.ts'
import { isUuid } from '../keyed/values.ts'

/** A longer run of letters and digits is data: an image, an archive, a certificate. */
const longest = 1024

/** For detectors that have nothing but the value: what looks written or typed in the order of the alphabet, or is too long for a secret, is dropped. */
export const random: Check = {
  name: 'random',
  filter: true,
  description:
    'looks generated, by entropy, letter pairs and changes of letter case, or is a UUID; anything else is dropped',
  check(secret) {
    if (secret.length > longest) return 'reject'
    const bytes = Buffer.from(digitsOf(secret) ?? secret, 'latin1')
    if (isUuid(bytes, 0, bytes.length)) return 'pass'
    if (2 * orderedBytes(bytes, 0, bytes.length) >= bytes.length) return 'reject'
    return looksRandom(measure(bytes, 0, bytes.length)) ? 'pass' : 'reject'
  }
}

/** Of hexadecimal digits behind a name, those alone: they have few letters, and the name's would count for theirs. */
function digitsOf(secret: string): string | undefined {
  return /[_-]([0-9a-f]{32,}|[0-9A-F]{32,})$/.exec(secret)?.[1]
}
