import { createStrengthEstimator, isDefaultCredential } from '../config/strength.ts'
import { LogveilError } from '../errors.ts'
import type { ListingKey } from '../model.ts'
import { tokenOf } from '../scan/listed/token.ts'
import { type Form, formsOf, writeForm } from './forms.ts'
import type { EntryVersion } from './inventory-schema.ts'

/** What an inventory keeps of a value. */
export type Prints = Pick<EntryVersion, 'strength' | 'defaultCredential' | 'refused' | 'fingerprints'>

/** Fingerprints values; keeps nothing of them. Throws `CONFIG_INVALID` for none. */
export type Fingerprint = (value: Buffer) => Prints

/** Shorter values stand in texts for other reasons as well, in bytes. */
const shortest = 8
/** The same for single lines of long ones. */
const shortestLine = 16
/** What is longer is not one that somebody chose, in characters. */
const longestChosen = 64

export function createFingerprint(keys: readonly ListingKey[]): Fingerprint {
  const estimate = createStrengthEstimator({ share: 1, burstMs: Number.POSITIVE_INFINITY })
  return (value) => {
    const text = value.toString().trim()
    if (text === '') throw new LogveilError('CONFIG_INVALID', 'there is no value to fingerprint')
    const strength = text.length > longestChosen ? 'strong' : estimate(text)
    const refused = refusalOf(text, strength)
    const isLookedFor = ({ name, bytes }: Form): boolean =>
      refused === null &&
      (name !== 'line' ||
        (bytes.length >= shortestLine && estimate(bytes.toString().slice(0, longestChosen)) !== 'weak'))
    return {
      strength,
      defaultCredential: isDefaultCredential(text),
      refused,
      fingerprints: keys.flatMap((key) => formsOf(value).map((form) => writeForm(form, key, isLookedFor(form))))
    }
  }
}

/** Why a value is not to be looked for in texts; null: it is. */
function refusalOf(text: string, strength: Prints['strength']): string | null {
  if (Buffer.byteLength(text) < shortest)
    return `it has fewer than ${shortest} bytes: it stands in texts for other reasons as well`
  if (strength === 'weak')
    return 'it is easy to guess: it stands in texts for other reasons as well, and whoever has the key could find it out'
  if (!/[\r\n]/.test(text) && tokenOf(Buffer.from(text)) === null)
    return 'too few letters and digits stand side by side in it: there is nothing to find it by'
  return null
}
