import { isOver, type Ticket, type TicketDigest, type TicketEvent, ticketStates } from '../model.ts'
import type { Database, Transaction } from './database.ts'

/** Something to deliver to one channel; ours until its lease ends. */
export interface Parcel {
  readonly position: number
  readonly event: TicketEvent | TicketDigest
  /** How often it was tried before. */
  readonly attempts: number
  /** What the last delivery for its ticket resolved to. */
  readonly reference: string | null
}

/** What could not be delivered, for people. */
export interface DeadLetter {
  readonly position: number
  readonly channel: string
  readonly ticket: string
  readonly event: string
  readonly kind: string
  readonly attempts: number
  readonly at: number
  readonly error: string
}

/** What waits to be told, in the database of the tickets: an event is there when its ticket's change is. */
export interface Outbox {
  /** What channels there are from now on: what is told of tickets waits for each. */
  register(channels: readonly string[], now: number): Promise<void>
  /** At most `limit` that are due, none of one ticket before the one ahead of it is settled. */
  claim(channel: string, now: number, leaseMs: number, limit: number): Promise<readonly Parcel[]>
  delivered(channel: string, parcel: Parcel, reference: string | null): Promise<void>
  /** It is tried again at `due`; null: never, unless it is replayed. `error` is told to people. */
  failed(parcel: Parcel, now: number, due: number | null, error: string): Promise<void>
  dead(): Promise<readonly DeadLetter[]>
  /** Dead letters of a channel, or of all, are tried again; resolves to how many. */
  replay(channel: string | null, now: number): Promise<number>
  /** Tickets that the channel was told of and that are not over, in the order of their ids: the next ones after one. */
  alive(channel: string, after: string): Promise<readonly Ticket[]>
  /** `oldest`: when that happened which waits longest to be told; null: nothing waits. */
  backlog(channel: string): Promise<{ readonly waiting: number; readonly dead: number; readonly oldest: number | null }>
}

/** A channel that nobody has served for so long is not written for any more. */
const forgottenMs = 7 * 86_400_000

/** For SQL. */
const alive = ticketStates.flatMap((state) => (isOver(state) ? [] : `'${state}'`)).join(', ')

export function createOutbox(database: Database): Outbox {
  const { transact, dialect } = database
  return {
    register: (channels, now) =>
      transact(async ({ all }) => {
        for (const name of channels)
          await all(
            'insert into channels (name, seen) values ($1, $2) on conflict (name) do update set seen = excluded.seen',
            [name, now]
          )
      }),
    claim: (channel, now, leaseMs, limit) =>
      transact(async ({ all }) => {
        const rows = await all(
          `select o.position, o.attempts, o.body, l.reference from outbox o
             left join links l on l.ticket = o.ticket and l.channel = o.channel
           where o.channel = $1 and o.dead is null and o.due <= $2 and o.leased <= $2 and not exists (
             select 1 from outbox e where e.channel = o.channel and e.ticket = o.ticket and e.position < o.position and e.dead is null)
           order by o.position limit $3 ${dialect.forUpdateFree.replace('update', 'update of o')}`,
          [channel, now, limit]
        )
        for (const { position } of rows)
          await all('update outbox set leased = $1 where position = $2', [now + leaseMs, position])
        return rows.map(({ position, attempts, body, reference }) => ({
          position: Number(position),
          attempts: Number(attempts),
          event: JSON.parse(String(body)),
          reference: reference === null ? null : String(reference)
        }))
      }),
    delivered: (channel, { position, event }, reference) =>
      transact(async ({ all }) => {
        await all('delete from outbox where position = $1', [position])
        if (reference !== null && 'ticket' in event)
          await all(
            `insert into links (ticket, channel, reference) values ($1, $2, $3)
             on conflict (ticket, channel) do update set reference = excluded.reference`,
            [event.ticket.id, channel, reference]
          )
      }),
    failed: ({ position }, now, due, error) =>
      transact(async ({ all }) => {
        await all(
          'update outbox set attempts = attempts + 1, leased = 0, due = $1, dead = $2, error = $3 where position = $4',
          [due ?? 0, due === null ? now : null, error, position]
        )
      }),
    dead: () =>
      transact(async ({ all }) => {
        const rows = await all(
          `select position, channel, ticket, event, kind, attempts, dead as at, coalesce(error, '') as error from outbox
           where dead is not null order by position limit 1000`
        )
        return rows as never as readonly DeadLetter[]
      }),
    replay: (channel, now) =>
      transact(async ({ all }) => {
        const rows = await all(
          `update outbox set dead = null, attempts = 0, leased = 0, due = $1
           where dead is not null and channel = coalesce($2, channel) returning position`,
          [now, channel]
        )
        return rows.length
      }),
    alive: (channel, after) =>
      transact(async ({ all }) => {
        const rows = await all(
          `select t.document from links l join tickets t on t.id = l.ticket
           where l.channel = $1 and l.ticket > $2 and t.state in (${alive}) order by l.ticket limit 500`,
          [channel, after]
        )
        return rows.map(({ document }) => JSON.parse(String(document)))
      }),
    backlog: (channel) =>
      transact(async ({ all }) => {
        const [{ waiting, dead }] = await all(
          'select count(*) - count(dead) as waiting, count(dead) as dead from outbox where channel = $1',
          [channel]
        )
        const [first] = await all(
          'select body from outbox where channel = $1 and dead is null order by position limit 1',
          [channel]
        )
        const oldest = first === undefined ? null : (JSON.parse(String(first.body)) as TicketEvent).at
        return { waiting: Number(waiting), dead: Number(dead), oldest }
      })
  }
}

/** Written in the transaction that changes the ticket. Their order is that of their rows. */
export async function enqueue({ all }: Transaction, event: TicketEvent | TicketDigest, now: number): Promise<void> {
  const ticket = 'ticket' in event ? event.ticket.id : `digest.${event.tenant}`
  await all(
    `insert into outbox (ticket, channel, event, kind, body, attempts, due, leased)
     select $1, name, $2, $3, $4, 0, 0, 0 from channels where seen > $5
     on conflict (channel, event) do nothing`,
    [ticket, event.id, event.kind, JSON.stringify(event), now - forgottenMs]
  )
}
