import type { Allowances } from '../redact/allowances.ts'
import type { Allowance } from '../tickets/ledger.ts'

/** What a ledger allows, as it was last told: an entry stops working when it expires, whoever says so. */
export interface AllowList extends Allowances {
  /** In place of those before. */
  set(entries: readonly Allowance[]): void
}

/** `onAllowed` is told of what is left as it is, by detector. */
export function createAllowList(
  tenant: string | null,
  now: () => number = Date.now,
  onAllowed: (detector: string) => void = () => {}
): AllowList {
  let byDetector = new Map<string, Map<string, number>>()
  return {
    set(entries) {
      byDetector = new Map()
      for (const { tenant: whose, detector, fingerprint, expires } of entries) {
        if (whose !== tenant) continue
        const known = byDetector.get(detector) ?? new Map<string, number>()
        byDetector.set(detector, known.set(fingerprint, expires))
      }
    },
    knows: (detector) => byDetector.has(detector),
    allows(detector, fingerprints) {
      const known = byDetector.get(detector)
      const allowed = fingerprints.some((one) => (known?.get(one) ?? 0) > now())
      if (allowed) onAllowed(detector)
      return allowed
    }
  }
}
