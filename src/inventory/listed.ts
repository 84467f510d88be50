import type { ListedSecret } from '../model.ts'
import { readForm } from './forms.ts'
import { type EntryVersion, type Inventory, type InventoryEntry, isProduction } from './inventory-schema.ts'
import { loadInventory } from './load.ts'

/** Those of a file (YAML or JSON); plain data, which may go to another thread. Throws `CONFIG_INVALID` with all mistakes, `INPUT_FAILED`. */
export function readListed(path: string): ListedSecret[] {
  return listedSecrets(loadInventory(path))
}

/** What the scan has to know of an inventory. Versions without fingerprints are left out. */
export function listedSecrets({ secrets }: Inventory): ListedSecret[] {
  return secrets.flatMap((entry) =>
    entry.versions.flatMap((version) => (version.fingerprints.length === 0 ? [] : [listedSecret(entry, version)]))
  )
}

function listedSecret(entry: InventoryEntry, version: EntryVersion): ListedSecret {
  const forms = version.fingerprints.map(readForm)
  return {
    name: entry.name,
    owner: entry.owner,
    state: stateOf(entry, version),
    production: isProduction(entry),
    fingerprints: namesOf(forms),
    forms: forms.map(({ fingerprint, token }) => ({ fingerprint, token }))
  }
}

/** Under each key, of the value without white space around it: what a text holds has none. */
function namesOf(forms: readonly ReturnType<typeof readForm>[]): string[] {
  const keyOf = (fingerprint: string): string => fingerprint.slice(0, fingerprint.indexOf('.'))
  const trimmed = forms.filter(({ name }) => name === 'trimmed')
  const raw = forms.filter(
    ({ name, fingerprint }) =>
      name === 'raw' && !trimmed.some((other) => keyOf(other.fingerprint) === keyOf(fingerprint))
  )
  return [...trimmed, ...raw].map(({ fingerprint }) => fingerprint)
}

/** Of a secret that was revoked no version is valid. */
function stateOf({ status }: InventoryEntry, { state }: EntryVersion): ListedSecret['state'] {
  return status === 'revoked' || status === 'deleted' ? 'retired' : state
}
