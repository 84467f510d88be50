import { LogveilError } from '../errors.ts'
import type { ListingKey } from '../model.ts'
import { crypto } from './crypto.ts'

/** A key for fingerprints. The id (`[a-z0-9-]`, 1 to 16 characters) is public, the key is at least 16 random bytes. */
export interface FingerprintKey {
  readonly id: string
  readonly key: Uint8Array
}

export interface Fingerprinter {
  /** `<key id>.<fingerprint>` under the first key; null without a key. */
  fingerprint(secret: Uint8Array): string | null
  /** The same under every key, first key first; for look-ups while keys are being rotated. */
  all(secret: Uint8Array): string[]
}

/**
 * Fingerprints make the same secret joinable across services without letting anybody guess it back: HMAC-SHA256 of the
 * secret's bytes, cut to 96 bits, as 16 characters of base64url. The first key is used for new placeholders. Throws
 * `KEY_INVALID`.
 */
export function createFingerprinter(keys: readonly FingerprintKey[]): Fingerprinter {
  const compute = keys.map(compileKey)
  const twice = keys.find(({ id }, i) => keys.findIndex((other) => other.id === id) !== i)
  if (twice !== undefined)
    throw new LogveilError('KEY_INVALID', `key id ${twice.id} is used twice: give each key its own`)
  return {
    fingerprint: (secret) => (compute.length === 0 ? null : compute[0](secret)),
    all: (secret) => compute.map((one) => one(secret))
  }
}

/** The keys as what finds listed secrets needs them. */
export function listingKeys(keys: readonly FingerprintKey[]): ListingKey[] {
  return keys.map((key) => ({
    id: key.id,
    filterKey: crypto().createHmac('sha256', key.key).update('logveil token filter').digest().subarray(0, 16),
    fingerprint: compileKey(key)
  }))
}

const bytes = 12

function compileKey({ id, key }: FingerprintKey): (secret: Uint8Array) => string {
  checkKeyId(id)
  if (key.length < 16) {
    throw new LogveilError('KEY_INVALID', `key ${id} has ${key.length} bytes: use at least 16 random ones`)
  }
  const { createHmac, createSecretKey } = crypto()
  const keyObject = createSecretKey(key)
  return (secret) => {
    const mac = createHmac('sha256', keyObject).update(secret).digest()
    return `${id}.${mac.toString('base64url', 0, bytes)}`
  }
}

/** Key ids stand in placeholders. Throws `KEY_INVALID`; the id is not repeated, as it may be a key in the wrong place. */
export function checkKeyId(id: string): void {
  if (/^[a-z0-9-]{1,16}$/.test(id)) return
  throw new LogveilError('KEY_INVALID', 'key id: use 1 to 16 lower-case letters, digits and hyphens')
}
