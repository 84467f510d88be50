// Secrets of which only keyed fingerprints are known: found wherever one stands between characters that are no letters and digits.

import type { Detector, ListedForm, ListedToken, Listing, ListingKey } from '../../model.ts'
import { costs } from '../effort.ts'
import type { Decoders } from '../encoded.ts'
import { decodeAround } from '../known.ts'
import { unsaid } from '../load/defaults.ts'
import { overlapsOwnPlaceholder } from '../placeholders.ts'
import type { Confirm } from '../text-scan.ts'
import { createTokenFinder, type TokenFinder, type TokenSet } from './finder.ts'
import { lengthOf } from './token.ts'

/** What a listed secret is called that no detector knows by its shape. */
export const listedDetector: Detector = {
  ...unsaid,
  id: 'known-secret',
  name: 'Secret of the inventory',
  provider: 'known',
  severity: 'high',
  keywords: [],
  pattern: '',
  maxLength: 131_072
}

/** Listed secrets beside the literals of the automaton. */
export interface CompiledListing extends TokenFinder {
  /** By token, what looks closer where it stands. */
  readonly confirms: readonly Confirm[]
  /** By token, in bytes. */
  readonly lengths: readonly number[]
}

/** Forms that have their token in common. */
interface Group {
  readonly index: number
  readonly key: ListingKey
  readonly token: ListedToken
  /** By fingerprint: two entries may have the same form. */
  readonly forms: Map<string, ListedToken>
}

/** `first` is the number of the first token among the hits' literals. Forms under keys that are not there are not looked for. */
export function compileListing({ secrets, keys }: Listing, first: number, decoders: Decoders): CompiledListing {
  const forms = secrets.flatMap((secret) => secret.forms)
  const groups: Group[] = []
  const sets = keys.map((key): TokenSet => {
    const own = groupsOf(forms, key, first + groups.length)
    groups.push(...own)
    return { key: key.filterKey, tokens: own }
  })
  return {
    ...createTokenFinder(sets),
    confirms: groups.map((group) => compileGroup(group, decoders)),
    lengths: groups.map(({ token }) => lengthOf(token))
  }
}

function groupsOf(forms: readonly ListedForm[], key: ListingKey, first: number): Group[] {
  const groups = new Map<string, Group>()
  for (const { token, fingerprint } of forms) {
    if (token === null || !fingerprint.startsWith(`${key.id}.`)) continue
    const group = groups.get(token.filter) ?? { index: first + groups.size, key, token, forms: new Map() }
    groups.set(token.filter, group)
    group.forms.set(fingerprint, token)
  }
  return [...groups.values()]
}

/** Fingerprints what would be the whole form; where it is another text, characters of it may be escaped. */
function compileGroup({ key, forms }: Group, decoders: Decoders): Confirm {
  const parts = [...forms].map(([fingerprint, { offset, length }]) => ({ fingerprint, offset, length }))
  const longest = Math.max(...parts.map(({ length }) => length))
  const isPlain = [...forms.values()].every((token) => lengthOf(token) === token.length)
  return (scan, start, end) => {
    for (const { fingerprint, offset, length } of parts) {
      const from = start - offset
      const to = from + length
      if (from < scan.start || to > scan.end) continue
      scan.effort.left -= costs.fingerprint + costs.fingerprintByte * length
      if (key.fingerprint(scan.bytes.subarray(from, to)) !== fingerprint) continue
      if (!overlapsOwnPlaceholder(scan.bytes, from, from, scan.start, scan.end))
        scan.found(listedDetector, 'confirmed', from, to, null)
      return
    }
    if (!isPlain) decodeAround(scan, start, end, longest, decoders)
  }
}
