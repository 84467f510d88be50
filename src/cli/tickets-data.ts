import { ticketData } from '../tickets/cloud-event.ts'
import type { Allowance, HistoryEntry } from '../tickets/ledger.ts'

// Tickets and what goes with them for other programs, and for people: times as ISO 8601.

export { ticketData }

export function historyData({ at, ...others }: HistoryEntry) {
  return { at: isoTime(at), ...others }
}

export function allowanceData({ tenant, detector, fingerprint, owner, reason, expires }: Allowance, now: number) {
  return { tenant, detector, fingerprint, owner, reason, expires: isoTime(expires), expired: expires <= now }
}

export function isoTime(ms: number): string {
  return new Date(ms).toISOString()
}
