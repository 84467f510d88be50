import { randomBytes } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ChannelConfig, TicketsConfig } from '../config/tickets-schema.ts'
import { LogveilError } from '../errors.ts'
import type { FingerprintKey } from '../redact/fingerprint.ts'
import { createPagerDuty } from '../tickets/channels/pagerduty.ts'
import { createWebhook } from '../tickets/channels/webhook.ts'
import type { Database } from '../tickets/database.ts'
import { type Desk, type DeskEvents, openDesk } from '../tickets/desk.ts'
import type { DeliveryPolicy, ServedChannel } from '../tickets/dispatcher.ts'
import type { LedgerPolicy } from '../tickets/ledger.ts'
import { openSqlite } from '../tickets/sqlite.ts'
import { parseKeys } from './keys.ts'
import { systemMessage } from './system-message.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** Opens the ledger and begins to deliver, in this thread. Throws `LEDGER_FAILED`, `KEY_INVALID`, `CONFIG_INVALID`, `OUTPUT_FAILED`. */
export async function openTicketDesk(config: TicketsConfig, events: DeskEvents): Promise<Desk> {
  const channels = config.channels.map((channel) => openChannel(channel, config))
  const names = channels.map(({ channel }) => channel.name)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) throw new LogveilError('CONFIG_INVALID', `tickets.channels: two are named ${twice}`)
  const database = await openDatabase(config)
  return openDesk({ database, channels, policy: policyOf(config), delivery: deliveryOf(config), events })
}

/** Throws `LEDGER_FAILED`. The driver of PostgreSQL is loaded only when it is needed. */
export async function openDatabase({ directory, postgres }: TicketsConfig): Promise<Database> {
  if (postgres !== null) return (await import('../tickets/postgres.ts')).openPostgres(postgres)
  return openSqlite(join(directory as string, 'tickets.db'))
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

function openChannel(channel: ChannelConfig, tickets: TicketsConfig): ServedChannel {
  const { perSecond } = channel
  if (channel.type === 'pagerduty') return { perSecond, channel: createPagerDuty(channel) }
  const secrets =
    channel.secrets.length > 0 ? channel.secrets : [madeSecret(tickets, 'webhook.secret', newWebhookSecret)]
  return { perSecond, channel: createWebhook({ ...channel, secrets, now: Date.now }) }
}

/**
 * Without a key there are no fingerprints, and without them no tickets: where no other is configured, one is made in the directory. Throws
 * `KEY_INVALID`, `KEY_MISSING`, `OUTPUT_FAILED`.
 */
export function withTicketKey<T extends { readonly keys?: readonly FingerprintKey[] }>(
  settings: T,
  tickets: TicketsConfig | null
): T {
  if (tickets === null || (settings.keys ?? []).length > 0) return settings
  const name = 'fingerprint.key'
  return { ...settings, keys: parseKeys(madeSecret(tickets, name, newFingerprintKey), name) }
}

function newFingerprintKey(): string {
  return randomBytes(32).toString('base64')
}

function newWebhookSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`
}

/** What stands in a file of the directory, for its owner only; made at the first use. Two that begin at once get the same. */
function madeSecret({ directory }: TicketsConfig, name: string, make: () => string): string {
  if (directory === null) throw new LogveilError('KEY_MISSING', `tickets: without a directory there is no ${name}`)
  const path = join(directory, name)
  try {
    return readIfThere(path) ?? create(directory, path, make())
  } catch (cause) {
    throw new LogveilError('OUTPUT_FAILED', `cannot make ${path}: ${systemMessage(cause)}`, { cause })
  }
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** It has its name only when all of it is there. */
function create(directory: string, path: string, text: string): string {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const draft = `${path}.${randomBytes(6).toString('hex')}`
  writeFileSync(draft, `${text}\n`, { mode: 0o600, flush: true })
  try {
    linkSync(draft, path)
    return text
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return readFileSync(path, 'utf8').trim()
  } finally {
    unlinkSync(draft)
  }
}
