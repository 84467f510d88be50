import { LogveilError } from '../errors.ts'
import type { Sighting, Ticket, TicketDigest, TicketEvent, TicketOwner, TicketState } from '../model.ts'
import type { Database, Transaction } from './database.ts'
import {
  type Change,
  changed,
  idOf,
  keyOf,
  type LifecyclePolicy,
  noted,
  passed,
  type Step,
  sighted,
  wakesAt
} from './lifecycle.ts'
import { migrate } from './migrations.ts'
import { countOpen, type OpenTickets } from './open-tickets.ts'
import { enqueue } from './outbox.ts'
import {
  addRotation,
  type RotationOf,
  type RotationRun,
  type RotationStart,
  rotationLimit,
  rotationState
} from './rotations.ts'
import { createTally } from './tally.ts'

export interface LedgerPolicy extends LifecyclePolicy {
  /** Beyond so many new tickets of a tenant in a minute they are told as one. */
  readonly stormPerMinute: number
  /** What is over and was not seen for so long is deleted, with its history. */
  readonly retentionMs: number
}

/** What the inventory knows of a secret; nobody knows it: all null. */
export type OwnerOf = (seen: Sighting) => TicketOwner

/** One line of a ticket's history. */
export interface HistoryEntry {
  readonly at: number
  readonly actor: string
  readonly kind: string
  readonly from: TicketState | null
  readonly to: TicketState
  readonly reason: string
}

/** A false positive that was decided on: nothing more is told of it until it expires. */
export interface Allowance {
  readonly tenant: string
  readonly detector: string
  readonly fingerprint: string
  readonly owner: string
  readonly reason: string
  readonly expires: number
}

export interface TicketFilter {
  readonly states?: readonly TicketState[]
  readonly tenant?: string
  readonly detector?: string
  /** Default 1000: those seen last. */
  readonly limit?: number
  /** Only what follows this one. */
  readonly after?: Pick<Ticket, 'last' | 'id'>
}

/** One of many sightings that come in order from elsewhere, such as the records of a partition. */
export interface NumberedSighting {
  readonly number: number
  /** When it was written there, ms since 1970. */
  readonly at: number
  readonly seen: Sighting
}

/** All tickets, in a database that several instances may share. What rejects does so with `LEDGER_FAILED`, `TICKET_UNKNOWN` or `TICKET_INVALID`. */
export interface Ledger {
  /**
   * Counts sightings. `writer` is one process's own name, `sequence` grows with every call of it: the same call again, as nobody knows whether it
   * worked, counts once.
   */
  record(writer: string, sequence: number, sightings: readonly Sighting[], now: number): Promise<void>
  /**
   * Counts what comes from elsewhere in numbered order, `next` being the number behind the last: each once, also when they come again, or from
   * several processes. What is numbered as something before, but written after that was counted, is something else: its origin began anew.
   */
  recordFrom(origin: string, numbered: readonly NumberedSighting[], next: number, now: number): Promise<void>
  /** `id` may be cut short, to no fewer than 4 characters, as long as one ticket fits. */
  change(id: string, change: Change): Promise<Ticket>
  get(id: string): Promise<Ticket>
  list(filter: TicketFilter): Promise<readonly Ticket[]>
  history(id: string): Promise<readonly HistoryEntry[]>
  allowances(): Promise<readonly Allowance[]>
  /** How many there are to rotate. */
  open(now: number): Promise<OpenTickets>
  /** Whether a hook may run, which is written down; what is beyond the limits is told, and `over`. */
  beginRotation(run: RotationRun, now: number): Promise<RotationStart>
  /** What came of it, told once; `to`: the state that the ticket has then. */
  endRotation(id: string, reason: string, to: TicketState | null, now: number): Promise<void>
  /** Why no hook runs for a ticket, told once for each `id`. */
  refuseRotation(run: RotationOf, reason: string, now: number): Promise<void>
  /** Does what time brings: reminders, verification, digests, deletion. Any number of instances may do so. */
  tick(now: number): Promise<void>
}

const unknownOwner: TicketOwner = { classification: null, owner: null, runbook: null }

/** Brings the tables up to date. */
export async function openLedger(
  database: Database,
  policy: LedgerPolicy,
  ownerOf: OwnerOf = () => unknownOwner
): Promise<Ledger> {
  await migrate(database)
  const { transact, dialect } = database

  /** In one order, so that two instances cannot wait for each other. */
  async function count(transaction: Transaction, sightings: readonly Sighting[], now: number): Promise<void> {
    const keyed = sightings.map((seen) => ({ key: keyOf(seen), seen })).sort((a, b) => (a.key < b.key ? -1 : 1))
    for (const { key, seen } of keyed) {
      const before = await lockTicket(transaction, key, seen)
      await keep(transaction, before, sighted(before, seen, ownerOf(seen), policy), now)
    }
  }

  /** The ticket, or null for a new one, whose row is made: in either case it is ours until the transaction ends. */
  async function lockTicket(transaction: Transaction, key: string, seen: Sighting): Promise<Ticket | null> {
    const { tenant, detector, fingerprint } = seen
    const known = await lockKnown(transaction, seen)
    if (known !== null) return known
    const made = await transaction.all(
      `insert into tickets (id, tenant, detector, fingerprint, state, severity, first_seen, last_seen, opened, since, document)
       values ($1, $2, $3, $4, 'open', '', 0, 0, 0, 0, '') on conflict do nothing returning id`,
      [idOf(key), tenant, detector, fingerprint]
    )
    // Another instance may have been quicker.
    return made.length > 0 ? null : lockKnown(transaction, seen)
  }

  async function lockKnown({ all }: Transaction, { tenant, detector, fingerprint }: Sighting): Promise<Ticket | null> {
    const rows = await all(
      `select document from tickets where tenant = $1 and detector = $2 and fingerprint = $3 ${dialect.forUpdate}`,
      [tenant, detector, fingerprint]
    )
    return rows.length === 0 ? null : JSON.parse(String(rows[0].document))
  }

  /** Writes what became of a ticket, and what there is to tell. */
  async function keep(
    transaction: Transaction,
    before: Ticket | null,
    { ticket, events }: Step,
    now: number
  ): Promise<void> {
    const { id, state, severity, first, last, opened, since, due } = ticket
    await transaction.all(
      `update tickets set state = $1, severity = $2, first_seen = $3, last_seen = $4, opened = $5, since = $6, wakes = $7, due = $8,
       document = $9 where id = $10`,
      [state, severity, first, last, opened, since, wakesAt(ticket, policy), due, JSON.stringify(ticket), id]
    )
    if (before?.state !== state) await allow(transaction, ticket, events)
    for (const event of events) await tell(transaction, event, now)
  }

  async function tell(transaction: Transaction, event: TicketEvent, now: number): Promise<void> {
    const { id, state, tenant, detector, opened } = event.ticket
    await transaction.all(
      'insert into history (ticket, at, actor, kind, from_state, to_state, reason) values ($1, $2, $3, $4, $5, $6, $7)',
      [id, event.at, event.actor, event.kind, event.from, state, event.reason]
    )
    if (event.kind === 'opened' && (await storms(transaction, tenant, opened)))
      await transaction.all('insert into storms (tenant, detector, ticket, at) values ($1, $2, $3, $4)', [
        tenant,
        detector,
        id,
        now
      ])
    else await enqueue(transaction, event, now)
  }

  async function storms({ all }: Transaction, tenant: string, opened: number): Promise<boolean> {
    // No more are counted than are needed to know: in a storm that would be all of them, for each of them.
    const [{ fresh }] = await all(
      `select count(*) as fresh from
       (select 1 from tickets where tenant = $1 and opened > $2 and opened <= $3 limit $4) as enough`,
      [tenant, opened - minuteMs, opened, policy.stormPerMinute + 1]
    )
    return Number(fresh) > policy.stormPerMinute
  }

  async function byId({ all }: Transaction, id: string, lock: boolean): Promise<Ticket> {
    if (!/^[0-9a-f]{4,16}$/.test(id)) throw noTicket('a ticket is named by 4 to 16 hexadecimal digits of its id')
    const rows = await all(
      `select document from tickets where id >= $1 and id <= $2 order by id limit 2 ${lock ? dialect.forUpdate : ''}`,
      [id, `${id}g`]
    )
    if (rows.length === 0) throw noTicket(`there is no ticket ${id}`)
    if (rows.length > 1) throw noTicket(`several tickets begin with ${id}: write more of it`)
    return JSON.parse(String(rows[0].document))
  }

  /** What was counted of an origin, which is ours until the transaction ends. */
  async function lockOrigin({ all }: Transaction, origin: string): Promise<{ next: number; at: number }> {
    await all('insert into writers (id, sequence, at) values ($1, 0, 0) on conflict do nothing', [origin])
    const [{ sequence, at }] = await all(`select sequence, at from writers where id = $1 ${dialect.forUpdate}`, [
      origin
    ])
    return { next: Number(sequence), at: Number(at) }
  }

  return {
    record: (writer, sequence, sightings, now) =>
      transact(async (transaction) => {
        const fresh = await transaction.all(
          `insert into writers (id, sequence, at) values ($1, $2, $3) on conflict (id)
           do update set sequence = excluded.sequence, at = excluded.at where writers.sequence < excluded.sequence returning id`,
          [writer, sequence, now]
        )
        if (fresh.length > 0) await count(transaction, sightings, now)
      }),
    recordFrom: (origin, numbered, next, now) =>
      transact(async (transaction) => {
        const counted = await lockOrigin(transaction, origin)
        const fresh = numbered.filter(({ number, at }) => number >= counted.next || at > counted.at)
        const sightings = createTally(fresh.length)
        for (const { seen } of fresh) sightings.add(seen)
        await count(transaction, sightings.take(fresh.length), now)
        // A part of what was counted may come again: that is no reason to count the rest again.
        const anew = fresh.some(({ number }) => number < counted.next)
        const upTo = anew ? next : Math.max(next, counted.next)
        await transaction.all('update writers set sequence = $1, at = $2 where id = $3', [upTo, now, origin])
      }),
    change: (id, change) =>
      transact(async (transaction) => {
        const before = await byId(transaction, id, true)
        const step = changed(before, change)
        await keep(transaction, before, step, change.at)
        return step.ticket
      }),
    get: (id) => transact((transaction) => byId(transaction, id, false)),
    list: ({ states = [], tenant = null, detector = null, limit = 1000, after = null }) =>
      transact(async ({ all }) => {
        const named = states.map((_, i) => `$${i + 6}`).join(', ')
        const rows = await all(
          `select document from tickets where tenant = coalesce($1, tenant) and detector = coalesce($2, detector)
           and (last_seen < $3 or last_seen = $3 and id > $4)
           ${states.length === 0 ? '' : `and state in (${named})`} order by last_seen desc, id limit $5`,
          [tenant, detector, after?.last ?? Number.MAX_SAFE_INTEGER, after?.id ?? '', limit, ...states]
        )
        return rows.map(({ document }) => JSON.parse(String(document)))
      }),
    history: (id) =>
      transact(async (transaction) => {
        const ticket = await byId(transaction, id, false)
        const rows = await transaction.all('select * from history where ticket = $1 order by position', [ticket.id])
        return rows.map(({ at, actor, kind, from_state: from, to_state: to, reason }) => {
          return { at, actor, kind, from, to, reason } as HistoryEntry
        })
      }),
    allowances: () =>
      transact(async ({ all }) => {
        const rows = await all('select * from allowances order by tenant, detector, fingerprint')
        return rows as never as readonly Allowance[]
      }),
    open: (now) => transact((transaction) => countOpen(transaction, now)),
    beginRotation: (run, now) =>
      transact(async (transaction) => {
        const known = await rotationState(transaction, dialect, run.id)
        if (known !== null) return known === 'begun' ? 'again' : 'over'
        const reason = run.dry ? null : await rotationLimit(transaction, dialect, run, now)
        await addRotation(transaction, run, reason === null ? 'begun' : 'refused', now)
        if (reason === null) return 'begun'
        await note(transaction, run.ticket, run.hook, `its rotation hook does not run: ${reason}`, now)
        return 'over'
      }),
    endRotation: (id, reason, to, now) =>
      transact(async (transaction) => {
        const { all } = transaction
        const rows = await all(
          "update rotations set state = 'ended' where id = $1 and state = 'begun' returning ticket, hook",
          [id]
        )
        for (const { ticket, hook } of rows) {
          const by = `hook ${hook}`
          if (to === null) await note(transaction, String(ticket), String(hook), reason, now)
          else await moveOn(transaction, String(ticket), { to, by, reason, at: now }, now)
        }
      }),
    refuseRotation: (run, reason, now) =>
      transact(async (transaction) => {
        if ((await rotationState(transaction, dialect, run.id)) !== null) return
        await addRotation(transaction, run, 'refused', now)
        await note(transaction, run.ticket, run.hook, `its rotation hook does not run: ${reason}`, now)
      }),
    async tick(now) {
      while (await wake(now)) {}
      await tellStorms(now)
      await clean(now)
    }
  }

  async function note(transaction: Transaction, id: string, hook: string, reason: string, now: number): Promise<void> {
    const before = await byId(transaction, id, true)
    await keep(transaction, before, noted(before, `hook ${hook}`, reason, now), now)
  }

  /** Somebody may have been quicker: then it is only noted. */
  async function moveOn(transaction: Transaction, id: string, change: Change, now: number): Promise<void> {
    const before = await byId(transaction, id, true)
    const { by, reason } = change
    const step = before.state === 'rotating' ? changed(before, change) : noted(before, by, reason, now)
    await keep(transaction, before, step, now)
  }

  /** A bounded number at once; true when there may be more. */
  async function wake(now: number): Promise<boolean> {
    return transact(async (transaction) => {
      const rows = await transaction.all(
        `select document from tickets where wakes <= $1 order by wakes limit ${atOnce} ${dialect.forUpdateFree}`,
        [now]
      )
      for (const { document } of rows) {
        const before: Ticket = JSON.parse(String(document))
        await keep(transaction, before, passed(before, now, policy), now)
      }
      return rows.length === atOnce
    })
  }

  /** What stormed for a minute becomes one message. */
  async function tellStorms(now: number): Promise<void> {
    await transact(async (transaction) => {
      const over = await transaction.all(
        'select tenant, min(at) as at from storms group by tenant having min(at) <= $1',
        [now - minuteMs]
      )
      for (const { tenant, at } of over) {
        const rows = await transaction.all('delete from storms where tenant = $1 returning detector, ticket', [tenant])
        if (rows.length > 0) await enqueue(transaction, digestOf(String(tenant), Number(at), rows as never, now), now)
      }
    })
  }

  async function clean(now: number): Promise<void> {
    const old = now - policy.retentionMs
    await transact(async ({ all }) => {
      const gone = await all(
        `select id from tickets where last_seen < $1 and since < $2 and state in ('closed', 'false-positive') limit ${atOnce} ${dialect.forUpdateFree}`,
        [old, old]
      )
      for (const { id } of gone) {
        for (const table of ['history', 'links', 'rotations']) await all(`delete from ${table} where ticket = $1`, [id])
        await all('delete from tickets where id = $1', [id])
      }
      await all('delete from outbox where dead < $1', [old])
      await all('delete from allowances where expires < $1', [old])
      await all('delete from writers where at < $1', [now - writerMs])
    })
  }
}

const minuteMs = 60_000
const atOnce = 100
/** A process that has not written for so long is not there any more, nor does what it last wrote come again. */
const writerMs = 30 * 86_400_000

/** A false positive is allowed from now on, and what is none any more is not. */
async function allow({ all }: Transaction, ticket: Ticket, events: readonly TicketEvent[]): Promise<void> {
  const { tenant, detector, fingerprint, state, expires } = ticket
  await all('delete from allowances where tenant = $1 and detector = $2 and fingerprint = $3', [
    tenant,
    detector,
    fingerprint
  ])
  const [event] = events
  if (state !== 'false-positive' || event === undefined) return
  await all(
    'insert into allowances (tenant, detector, fingerprint, owner, reason, expires) values ($1, $2, $3, $4, $5, $6)',
    [tenant, detector, fingerprint, event.actor, event.reason, expires]
  )
}

/** The same id when two instances make it. */
function digestOf(
  tenant: string,
  begin: number,
  rows: readonly { readonly detector: string; readonly ticket: string }[],
  at: number
): TicketDigest {
  const counts = new Map<string, number>()
  for (const { detector } of rows) counts.set(detector, (counts.get(detector) ?? 0) + 1)
  const most = [...counts].sort(([, a], [, b]) => b - a).slice(0, 50)
  return {
    id: `digest.${tenant}.${begin}`,
    kind: 'digest',
    at,
    tenant,
    count: rows.length,
    detectors: Object.fromEntries(most),
    tickets: rows.slice(0, 100).map(({ ticket }) => ticket)
  }
}

function noTicket(message: string): LogveilError {
  return new LogveilError('TICKET_UNKNOWN', message)
}
