import { statSync } from 'node:fs'
import type { ListedSecret, Sighting, TicketOwner } from '../model.ts'
import { indexListed, listedFacts } from '../redact/listed.ts'
import type { Inventory, InventoryEntry } from './inventory-schema.ts'
import { listedSecrets } from './listed.ts'
import { loadInventory } from './load.ts'

/** What an inventory knows of what was seen. */
export interface Owners {
  ownerOf(seen: Sighting): TicketOwner
  /** With what findings of listed secrets say: whoever saw it may not have had the inventory. The same object for others. */
  informed(seen: Sighting): Sighting
  /** The entry, for whoever rotates it; null: it is not listed. */
  entryOf(fingerprint: string): InventoryEntry | null
}

const unknownOwner: TicketOwner = { classification: null, owner: null, runbook: null }
/** How often a change of the file is looked for. */
const lookMs = 2000

/**
 * Of a file, which is read again when it changes. Throws `CONFIG_INVALID`, `INPUT_FAILED`. `trouble` is told when it cannot be read later on:
 * what was read before stays in use.
 */
export function openOwners(path: string, trouble: (message: string) => void, now: () => number = Date.now): Owners {
  let seal = sealOf(path)
  let looked = now()
  let current = ownersIn(loadInventory(path))

  function fresh(): Owners {
    if (now() < looked + lookMs) return current
    looked = now()
    const found = sealOf(path)
    if (found === seal) return current
    seal = found
    try {
      current = ownersIn(loadInventory(path))
    } catch {
      trouble(`the inventory ${path} is bad, the one before stays in use: \`logveil inventory lint\` tells why`)
    }
    return current
  }

  return {
    ownerOf: (seen) => fresh().ownerOf(seen),
    informed: (seen) => fresh().informed(seen),
    entryOf: (fingerprint) => fresh().entryOf(fingerprint)
  }
}

/** Tells a file that was changed, or replaced, from the one before. */
function sealOf(path: string): string {
  const { ino, size, mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? { ino: 0, size: 0, mtimeMs: 0 }
  return `${ino} ${size} ${mtimeMs}`
}

export function ownersIn(inventory: Inventory): Owners {
  const listed = indexListed(listedSecrets(inventory))
  const entries = new Map(inventory.secrets.map((entry) => [entry.name, entry]))
  const secretOf = ({ fingerprint }: Pick<Sighting, 'fingerprint'>): ListedSecret | null => listed.of([fingerprint])
  const entryOf = (fingerprint: string): InventoryEntry | null =>
    entries.get(secretOf({ fingerprint })?.name ?? '') ?? null
  return {
    entryOf,
    ownerOf(seen) {
      // While keys are changed it may be listed under another one: whoever found it has said what it is.
      const entry = entryOf(seen.fingerprint) ?? entries.get(seen.hints.inventory ?? '') ?? null
      if (entry === null) return unknownOwner
      const { classification, owner, runbook } = entry
      return { classification, owner, runbook }
    },
    informed(seen) {
      const secret = secretOf(seen)
      // Whoever knew it was listed has said so.
      if (secret === null || seen.hints.inventory !== undefined) return seen
      return { ...seen, ...listedFacts(secret, seen) }
    }
  }
}
