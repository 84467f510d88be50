import type { Sighting } from '../model.ts'
import { keyOf } from './lifecycle.ts'
import { withSighting } from './places.ts'

/** Sightings counted up in memory until the ledger takes them. */
export interface Tally {
  /** False: there are too many different secrets, and this one is another. */
  add(seen: Sighting): boolean
  readonly size: number
  /** At most `limit` secrets, which are taken out. */
  take(limit: number): Sighting[]
}

/** Bounded by the number of secrets, whatever the number of sightings. */
export function createTally(most: number): Tally {
  const sightings = new Map<string, Sighting>()
  return {
    add(seen) {
      const key = keyOf(seen)
      const known = sightings.get(key)
      if (known === undefined && sightings.size >= most) return false
      sightings.set(key, known === undefined ? seen : withSighting(known, seen))
      return true
    },
    get size() {
      return sightings.size
    },
    take(limit) {
      const taken: Sighting[] = []
      for (const [key, seen] of sightings) {
        if (taken.length === limit) break
        taken.push(seen)
        sightings.delete(key)
      }
      return taken
    }
  }
}
