import { join } from 'node:path'
import type { TicketsConfig } from '../config/tickets-schema.ts'
import { LogveilError } from '../errors.ts'
import type { Owners } from '../inventory/owners.ts'
import type { Database } from '../tickets/database.ts'
import { type Desk, type DeskEvents, openDesk } from '../tickets/desk.ts'
import type { DeliveryPolicy, ServedChannel } from '../tickets/dispatcher.ts'
import type { LedgerPolicy } from '../tickets/ledger.ts'
import { openSqlite } from '../tickets/sqlite.ts'
import { madeSecret, newWebhookSecret } from './tickets-keys.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** Opens the ledger and begins to deliver, in this thread. Throws `LEDGER_FAILED`, `KEY_INVALID`, `CONFIG_INVALID`, `OUTPUT_FAILED`. */
export async function openTicketDesk(config: TicketsConfig, events: DeskEvents, synced = true): Promise<Desk> {
  const owners = await ownersOf(config, events)
  const channels = await openChannels(config)
  const names = channels.map(({ channel }) => channel.name)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) throw new LogveilError('CONFIG_INVALID', `tickets.channels: two are named ${twice}`)
  const rotatorOf = await rotatorWith(config, owners)
  const database = await openDatabase(config, synced)
  const desk = await openDesk({
    database,
    channels,
    policy: policyOf(config),
    delivery: deliveryOf(config),
    events,
    ...(rotatorOf === null ? {} : { rotatorOf }),
    ...(owners === null ? {} : { ownerOf: owners.ownerOf })
  })
  if (owners === null) return desk
  const { informed } = owners
  return {
    ...desk,
    record: (writer, sequence, seen, now) => desk.record(writer, sequence, seen.map(informed), now),
    ledger: {
      ...desk.ledger,
      recordFrom: (origin, numbered, next, now) => {
        const known = numbered.map((one) => ({ ...one, seen: informed(one.seen) }))
        return desk.ledger.recordFrom(origin, known, next, now)
      }
    }
  }
}

/** Hooks are loaded only where there are any. */
async function rotatorWith({ rotation }: TicketsConfig, owners: Owners | null) {
  if (rotation === null || owners === null) return null
  return (await import('./tickets-rotation.ts')).rotatorOf(rotation, owners)
}

/** Loaded only where there are any. */
async function openChannels(config: TicketsConfig): Promise<ServedChannel[]> {
  if (config.channels.length === 0) return []
  const { openChannel } = await import('./tickets-channels.ts')
  const webhookSecret = () => madeSecret(config, 'webhook.secret', newWebhookSecret)
  return config.channels.map((channel) => openChannel(channel, webhookSecret))
}

/** Who owns what was seen; null: nobody knows. Without an inventory nothing is loaded that reads one. */
async function ownersOf({ inventory }: TicketsConfig, { trouble }: DeskEvents): Promise<Owners | null> {
  if (inventory === null) return null
  return (await import('../inventory/owners.ts')).openOwners(inventory, trouble)
}

/** Throws `LEDGER_FAILED`. The driver of PostgreSQL is loaded only when it is needed. */
export async function openDatabase({ directory, postgres }: TicketsConfig, synced = true): Promise<Database> {
  if (postgres !== null) return (await import('../tickets/postgres.ts')).openPostgres(postgres)
  return openSqlite(join(directory as string, 'tickets.db'), synced)
}

export function policyOf(config: TicketsConfig): LedgerPolicy {
  const { slaHours, classificationHours, quietDays, closeDays, retentionDays, stormPerMinute } = config
  const { critical, high, medium, low } = slaHours
  return {
    slaMs: { critical: critical * hourMs, high: high * hourMs, medium: medium * hourMs, low: low * hourMs },
    classificationSlaMs: Object.fromEntries(
      Object.entries(classificationHours).map(([name, hours]) => [name, hours * hourMs])
    ),
    quietMs: quietDays * dayMs,
    closeMs: closeDays * dayMs,
    retentionMs: retentionDays * dayMs,
    stormPerMinute
  }
}

/** A delivery ends within 30 s, which the lease outlasts. */
function deliveryOf({ retry }: TicketsConfig): DeliveryPolicy {
  return { ...retry, leaseMs: 60_000, inFlight: 16 }
}
