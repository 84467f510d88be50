import type { Ticket } from '../model.ts'
import { readForm } from './forms.ts'
import type { EntryVersion, Inventory, InventoryEntry } from './inventory-schema.ts'

/** What the guidance for the life of secrets asks for, and an entry does not have. In the order of the report. */
export const complaints = {
  leaked: 'Leaked: rotate it',
  'deprecated-seen': 'Given up, but still in use',
  'default-credential': 'What a product comes with',
  weak: 'Easy to guess',
  expired: 'Expired',
  expires: 'Expires soon',
  'rotation-overdue': 'Overdue for rotation',
  'shared-value': 'One value in several applications or environments',
  'no-owner': 'Without owner',
  'no-expiry': 'Without expiry',
  'no-runbook': 'Without runbook',
  'undocumented-rotation': 'Rotated by hand, and nowhere is written how',
  'managed-identity': 'An identity of the platform could take its place',
  unmatched: 'Not looked for in texts'
} as const
export type Complaint = keyof typeof complaints

export interface ReportRow {
  readonly complaint: Complaint
  readonly name: string
  readonly owner: string | null
  readonly application: string | null
  readonly environment: string | null
  /** What is known about it: dates, counts, names of other entries. */
  readonly detail: string
}

export interface ReportOptions {
  /** ms since 1970. */
  readonly now: number
  /** What expires or has to be rotated within so many days is told. */
  readonly withinDays: number
  /** Of the ledger; empty: it was not asked. */
  readonly tickets: readonly Pick<Ticket, 'id' | 'fingerprint' | 'state' | 'last' | 'count'>[]
}

const dayMs = 86_400_000

/** Everything that is wrong, by complaint, then by name. */
export function reportOf({ secrets }: Inventory, options: ReportOptions): ReportRow[] {
  const sharers = sharersIn(secrets)
  const rows = secrets.flatMap((entry) => {
    const { name, owner, application, environment } = entry
    return complaintsOf(entry, options, sharers).map(([complaint, detail]) => {
      return { complaint, name, owner, application, environment, detail }
    })
  })
  const order = Object.keys(complaints)
  return rows.sort((a, b) => order.indexOf(a.complaint) - order.indexOf(b.complaint) || (a.name < b.name ? -1 : 1))
}

type Found = readonly [Complaint, string]

function complaintsOf(entry: InventoryEntry, options: ReportOptions, sharers: Sharers): Found[] {
  const seen = sightings(entry, options)
  if (isOver(entry)) return seen
  return [...seen, ...weaknesses(entry), ...times(entry, options), ...shared(entry, sharers), ...gaps(entry)]
}

function isOver({ status }: InventoryEntry): boolean {
  return status === 'revoked' || status === 'deleted'
}

/** Tickets of any form of any version. */
function sightings(entry: InventoryEntry, { tickets }: ReportOptions): Found[] {
  return entry.versions.flatMap((version) => {
    const own = new Set(version.fingerprints.map((line) => readForm(line).fingerprint))
    return tickets
      .filter(({ fingerprint, state }) => own.has(fingerprint) && state !== 'false-positive')
      .map(({ id, state, last, count }): Found => {
        const detail = `ticket ${id} ${state}, seen ${count} times, last ${dateOf(last)}`
        return [isGivenUp(entry, version) ? 'deprecated-seen' : 'leaked', `${versionName(version)}${detail}`]
      })
  })
}

function isGivenUp({ status }: InventoryEntry, { state }: EntryVersion): boolean {
  return (status !== 'new' && status !== 'in-use') || state === 'retired' || state === 'previous'
}

function versionName({ id, state }: EntryVersion): string {
  return `${state} version${id === null ? '' : ` ${id}`}: `
}

function weaknesses({ versions }: InventoryEntry): Found[] {
  return versions
    .filter(({ state }) => state !== 'retired')
    .flatMap((version): Found[] => {
      const { strength, defaultCredential, refused } = version
      return [
        ...(defaultCredential ? [['default-credential', versionName(version).slice(0, -2)] as const] : []),
        ...(strength === 'weak' && !defaultCredential ? [['weak', versionName(version).slice(0, -2)] as const] : []),
        ...(refused !== null ? [['unmatched', `${versionName(version)}${refused}`] as const] : [])
      ]
    })
}

function times({ expires, rotation, created, versions }: InventoryEntry, { now, withinDays }: ReportOptions): Found[] {
  const found: Found[] = []
  const end = expires === null || expires === 'never' ? Number.POSITIVE_INFINITY : Date.parse(expires)
  if (end <= now) found.push(['expired', `since ${dateOf(end)}`])
  else if (end <= now + withinDays * dayMs) found.push(['expires', `on ${dateOf(end)}`])
  if (rotation.intervalDays !== null) {
    const current = versions.find(({ state }) => state === 'current')?.created ?? null
    const last = rotation.last ?? current ?? created
    const due = last === null ? null : Date.parse(last) + rotation.intervalDays * dayMs
    if (due === null)
      found.push(['rotation-overdue', `every ${rotation.intervalDays} days; nobody knows when it was rotated`])
    else if (due <= now) found.push(['rotation-overdue', `since ${dateOf(due)}`])
  }
  return found
}

function gaps({ owner, expires, runbook, rotation, managedIdentity }: InventoryEntry): Found[] {
  return [
    ...(owner === null ? [['no-owner', ''] as const] : []),
    ...(expires === null || expires === 'never' ? [['no-expiry', expires ?? ''] as const] : []),
    ...(runbook === null ? [['no-runbook', ''] as const] : []),
    ...(rotation.method === 'manual' && rotation.procedure === null ? [['undocumented-rotation', ''] as const] : []),
    ...(managedIdentity ? [['managed-identity', ''] as const] : [])
  ]
}

/** Entries by the fingerprints of their values; those that are not valid any more share nothing. */
type Sharers = ReadonlyMap<string, readonly InventoryEntry[]>

function sharersIn(secrets: readonly InventoryEntry[]): Sharers {
  const sharers = new Map<string, InventoryEntry[]>()
  for (const entry of secrets) {
    if (isOver(entry)) continue
    for (const fingerprint of valuesOf(entry)) {
      const known = sharers.get(fingerprint) ?? []
      if (!known.includes(entry)) known.push(entry)
      sharers.set(fingerprint, known)
    }
  }
  return sharers
}

function valuesOf({ versions }: InventoryEntry): string[] {
  return versions
    .filter(({ state }) => state !== 'retired')
    .flatMap(({ fingerprints }) => fingerprints.map(readForm))
    .filter(({ name }) => name === 'raw' || name === 'trimmed')
    .map(({ fingerprint }) => fingerprint)
}

function shared(entry: InventoryEntry, sharers: Sharers): Found[] {
  const others = new Set(valuesOf(entry).flatMap((fingerprint) => sharers.get(fingerprint) ?? []))
  const elsewhere = [...others].filter(
    (other) => other !== entry && (other.application !== entry.application || other.environment !== entry.environment)
  )
  return elsewhere.length === 0
    ? []
    : [
        [
          'shared-value',
          `with ${elsewhere
            .map(({ name }) => name)
            .sort()
            .join(', ')}`
        ]
      ]
}

function dateOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}
