import { LogveilError } from '../errors.ts'
import type { Channel } from '../model.ts'
import type { Database } from './database.ts'
import { type DeliveryPolicy, type ServedChannel, startDispatcher } from './dispatcher.ts'
import { type Allowance, type Ledger, type LedgerPolicy, type OwnerOf, openLedger } from './ledger.ts'
import type { OpenTickets } from './open-tickets.ts'
import { createOutbox } from './outbox.ts'

export interface DeskOptions {
  readonly database: Database
  readonly channels: readonly ServedChannel[]
  readonly policy: LedgerPolicy
  readonly delivery: DeliveryPolicy
  readonly ownerOf?: OwnerOf
  /** Rotates what leaked. */
  readonly rotatorOf?: (ledger: Ledger) => Channel
  readonly events: DeskEvents
}

/** What there is to tell of a desk: names and numbers. */
export interface DeskEvents {
  delivered(channel: string): void
  /** `final`: it is a dead letter now. */
  failed(channel: string, final: boolean, message: string): void
  /** `oldestMs`: how long what waits longest does. */
  backlog(channel: string, waiting: number, dead: number, oldestMs: number): void
  /** All that are not rotated. */
  open(counts: OpenTickets): void
  /** All there are: at the start, and when they are others than before. */
  allowances(entries: readonly Allowance[]): void
  /** The database does not do what it should. */
  trouble(message: string): void
}

/** Where sightings become tickets, and people are told of them: one for a process. */
export interface Desk {
  readonly record: Ledger['record']
  /** Looks and changes; what that has to tell is delivered at once. */
  readonly ledger: Ledger
  /** Delivers what is due, as far as that takes `ms` at most; the rest stays for the next start. */
  close(ms: number): Promise<void>
}

const tickMs = 5000
const rotationsPerSecond = 5

/** Throws `LEDGER_FAILED`. The database is closed with it. */
export async function openDesk(options: DeskOptions): Promise<Desk> {
  const { database, policy, delivery, ownerOf, rotatorOf, events } = options
  const ledger = await openLedger(database, policy, ownerOf)
  const rotator = rotatorOf === undefined ? [] : [{ channel: rotatorOf(ledger), perSecond: rotationsPerSecond }]
  const channels = [...options.channels, ...rotator]
  const outbox = createOutbox(database)
  const names = channels.map(({ channel }) => channel.name)
  await outbox.register(names, Date.now())
  const dispatcher = startDispatcher(channels, outbox, delivery, events)
  let allowed = ''
  await tellAllowances()
  let ticking: Promise<void> = Promise.resolve()
  const timer = setInterval(() => {
    ticking = ticking.then(tick)
  }, tickMs).unref()

  async function tick(): Promise<void> {
    try {
      const now = Date.now()
      await ledger.tick(now)
      await outbox.register(names, now)
      for (const channel of names) {
        const { waiting, dead, oldest } = await outbox.backlog(channel)
        events.backlog(channel, waiting, dead, oldest === null ? 0 : Math.max(0, now - oldest))
      }
      events.open(await ledger.open(now))
      await tellAllowances()
      dispatcher.nudge()
    } catch (error) {
      events.trouble(error instanceof LogveilError ? error.message : 'a bug in logveil')
    }
  }

  async function tellAllowances(): Promise<void> {
    const entries = await ledger.allowances()
    const text = JSON.stringify(entries)
    if (text !== allowed) events.allowances(entries)
    allowed = text
  }

  function nudging<A extends unknown[], T>(work: (...args: A) => Promise<T>): (...args: A) => Promise<T> {
    return async (...args) => {
      const result = await work(...args)
      dispatcher.nudge()
      return result
    }
  }

  return {
    record: nudging(ledger.record),
    ledger: {
      ...ledger,
      recordFrom: nudging(ledger.recordFrom),
      async change(...args) {
        const ticket = await nudging(ledger.change)(...args)
        await tellAllowances()
        return ticket
      }
    },
    async close(ms) {
      clearInterval(timer)
      await dispatcher.drain(Date.now() + ms)
      await Promise.all([ticking, dispatcher.close()])
      await database.close()
    }
  }
}
