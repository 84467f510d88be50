import { randomUUID } from 'node:crypto'
import { LogveilError } from '../errors.ts'
import type { Metrics } from '../metrics.ts'
import type { Sighting } from '../model.ts'
import type { Database } from './database.ts'
import { type DeliveryPolicy, type ServedChannel, startDispatcher } from './dispatcher.ts'
import { type LedgerPolicy, type OwnerOf, openLedger } from './ledger.ts'
import { createOutbox } from './outbox.ts'
import { createRecorder } from './recorder.ts'

export interface DeskOptions {
  readonly database: Database
  readonly channels: readonly ServedChannel[]
  readonly policy: LedgerPolicy
  readonly delivery: DeliveryPolicy
  readonly ownerOf?: OwnerOf
  readonly metrics: Pick<Metrics, 'ticketSightings' | 'ticketDeliveries' | 'ticketTrouble' | 'ticketBacklog'>
  /** Told once for each kind of trouble until it is over. */
  readonly warn: (message: string, facts: Readonly<Record<string, string>>) => void
}

/** Where sightings become tickets, and people are told of them: one for a process. */
export interface Desk {
  take(sightings: readonly Sighting[]): void
  /** Writes down what there is, and delivers what is due, as far as that takes `ms` at most; the rest stays for the next start. */
  close(ms: number): Promise<void>
}

const tickMs = 5000

/** Throws `LEDGER_FAILED`. The database is closed with it. */
export async function openDesk(options: DeskOptions): Promise<Desk> {
  const { database, channels, policy, delivery, metrics, warn } = options
  const ledger = await openLedger(database, policy, options.ownerOf)
  const outbox = createOutbox(database)
  const names = channels.map(({ channel }) => channel.name)
  await outbox.register(names, Date.now())
  const troubles = new Set<string>()
  const trouble = (message: string): void => {
    metrics.ticketTrouble.inc()
    if (!troubles.has(message) && troubles.size < 100) warn(message, {})
    troubles.add(message)
  }
  const dispatcher = startDispatcher(channels, outbox, delivery, {
    delivered: (channel) => metrics.ticketDeliveries.inc({ channel, outcome: 'delivered' }),
    failed(channel, final, message) {
      metrics.ticketDeliveries.inc({ channel, outcome: final ? 'dead' : 'failed' })
      if (final) warn('something to tell of a ticket is a dead letter', { channel, reason: message })
    },
    trouble
  })
  const recorder = createRecorder(ledger, randomUUID(), dispatcher.nudge, {
    recorded(sightings) {
      troubles.clear()
      metrics.ticketSightings.inc({ outcome: 'recorded' }, sightings)
    },
    lost: (sightings) => metrics.ticketSightings.inc({ outcome: 'lost' }, sightings),
    trouble
  })
  let ticking: Promise<void> = Promise.resolve()
  const timer = setInterval(() => {
    ticking = tick()
  }, tickMs).unref()

  async function tick(): Promise<void> {
    try {
      const now = Date.now()
      await ledger.tick(now)
      await outbox.register(names, now)
      for (const channel of names) {
        const { waiting, dead } = await outbox.backlog(channel)
        metrics.ticketBacklog.set({ channel, kind: 'waiting' }, waiting)
        metrics.ticketBacklog.set({ channel, kind: 'dead' }, dead)
      }
      dispatcher.nudge()
    } catch (error) {
      trouble(error instanceof LogveilError ? error.message : 'a bug in logveil')
    }
  }

  return {
    take: recorder.take,
    async close(ms) {
      const end = Date.now() + ms
      clearInterval(timer)
      await recorder.close(ms)
      await dispatcher.drain(end - Date.now())
      await Promise.all([ticking, dispatcher.close()])
      await database.close()
    }
  }
}
