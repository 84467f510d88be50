// The ledger against a model, on both databases: random sequences of sightings, changes, time, calls that come again, and new starts.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ticketStates } from '../../src/model.ts'
import type { Database } from '../../src/tickets/database.ts'
import { type Ledger, openLedger } from '../../src/tickets/ledger.ts'
import fc from '../property.ts'
import { type Backend, backends, dayMs, hourMs, openAt, policy, sightingOf } from './backends.ts'
import { hand, type Model, seen, time } from './ticket-model.ts'

/** What should be there: tickets by the number of their secret. */
interface Expected {
  readonly tickets: Map<number, Model>
}

/** The ledger, and a clock that only goes forth. */
interface Real {
  ledger: Ledger
  readonly tenant: string
  readonly clock: { now: number }
  readonly writer: { sequence: number; last: Parameters<Ledger['record']> | null }
  reopen(): Promise<void>
}

type Command = fc.AsyncCommand<Expected, Real>

const secretNumber = fc.integer({ min: 0, max: 3 })

const sightings: fc.Arbitrary<Command> = fc
  .array(fc.record({ secret: secretNumber, count: fc.integer({ min: 1, max: 50 }) }), { minLength: 1, maxLength: 4 })
  .map((all) =>
    commandOf(`seen ${all.map(({ secret, count }) => `${secret}x${count}`)}`, async ({ tickets }, real) => {
      const at = real.clock.now
      const batch = all.map(({ secret, count }) => sightingOf(secret, at, { tenant: real.tenant, count }))
      for (const { secret, count } of all) {
        const known = tickets.get(secret)
        if (known === undefined) tickets.set(secret, { state: 'open', since: at, last: at, count, expires: null })
        else seen(known, at, count)
      }
      real.writer.sequence++
      real.writer.last = [`w-${real.tenant}`, real.writer.sequence, batch, at]
      await real.ledger.record(...real.writer.last)
    })
  )

const again: fc.Arbitrary<Command> = fc.constant(
  commandOf('the last call again', async (_, { ledger, writer }) => {
    if (writer.last !== null) await ledger.record(...writer.last)
  })
)

const byHand: fc.Arbitrary<Command> = fc
  .record({
    secret: secretNumber,
    to: fc.constantFrom(...ticketStates),
    reason: fc.constantFrom('', 'why'),
    days: fc.constantFrom(null, -1, 2, 30)
  })
  .map(({ secret, to, reason, days }) =>
    commandOf(`${secret} becomes ${to} (${reason}, ${days})`, async ({ tickets }, { ledger, tenant, clock }) => {
      const ticket = tickets.get(secret)
      if (ticket === undefined) return
      const id = (await ledger.list({ tenant })).find(({ fingerprint }) => numberOf(fingerprint) === secret)?.id ?? ''
      const expires = days === null ? null : clock.now + days * dayMs
      const change = ledger.change(id, { to, by: 'ada', reason, at: clock.now, expires })
      const events = hand(ticket, { kind: 'by hand', to, reason, days }, clock.now)
      if (events === null) await expect(change).rejects.toMatchObject({ code: 'TICKET_INVALID' })
      else expect((await change).state).toBe(to)
    })
  )

const passing: fc.Arbitrary<Command> = fc
  .constantFrom(1, hourMs, 9 * hourMs, 3 * dayMs, 8 * dayMs, 120 * dayMs)
  .map((ms) =>
    commandOf(`${ms} ms pass`, async ({ tickets }, { ledger, clock, writer }) => {
      clock.now += ms
      // After a month nobody is known to have written.
      if (ms > 30 * dayMs) writer.last = null
      await ledger.tick(clock.now)
      for (const ticket of tickets.values()) while (time(ticket, clock.now).length > 0);
      const old = clock.now - policy.retentionMs
      for (const [secret, { state, last, since }] of tickets)
        if ((state === 'closed' || state === 'false-positive') && last < old && since < old) tickets.delete(secret)
    })
  )

const restart: fc.Arbitrary<Command> = fc.constant(commandOf('a new start', (_, real) => real.reopen()))

/** Whatever was done, the ledger is as the model then. */
function commandOf(name: string, work: (expected: Expected, real: Real) => Promise<void>): Command {
  return {
    check: () => true,
    toString: () => name,
    async run(expected, real) {
      real.clock.now += 1000
      await work(expected, real)
      await compare(expected, real)
    }
  }
}

async function compare({ tickets }: Expected, { ledger, tenant, clock }: Real): Promise<void> {
  const all = await ledger.list({ tenant })
  const states = all.map(({ fingerprint, state, since, last, count, expires }) => {
    return [numberOf(fingerprint), { state, since, last, count, expires }] as const
  })
  expect(new Map(states)).toEqual(tickets)
  for (const { id, state, revision } of all) {
    const history = await ledger.history(id)
    // The audit trail is without a gap: each entry begins where the one before ended, and there is one for each revision.
    expect(history.map(({ from }) => from)).toEqual([null, ...history.slice(0, -1).map(({ to }) => to)])
    expect([history.at(-1)?.to, history.length]).toEqual([state, revision])
  }
  const allowed = (await ledger.allowances()).filter((one) => one.tenant === tenant)
  const positives = [...tickets].filter(
    ([, { state, expires }]) => state === 'false-positive' && (expires ?? 0) > clock.now
  )
  const valid = allowed.filter(({ expires }) => expires > clock.now)
  expect(valid.map(({ fingerprint }) => numberOf(fingerprint)).sort()).toEqual(
    positives.map(([secret]) => secret).sort()
  )
}

function numberOf(fingerprint: string): number {
  return Number(fingerprint.at(-1))
}

describe.each(backends)('in $name', ({ name, missing, begin, end, fresh }: Backend) => {
  let where: string
  let database: Database
  beforeAll(async () => {
    if (missing !== '') return
    await begin()
    where = await fresh()
    database = openAt(where)
  })
  afterAll(async () => {
    if (missing !== '') return
    await database.close()
    await end()
  })

  test('the ledger does what the model does, whatever happens', async (context) => {
    if (missing !== '') return context.skip(missing)
    const clock = { now: Date.UTC(2026, 0, 1) }
    let runs = 0
    const all = [sightings, sightings, byHand, byHand, passing, again, restart]
    await fc.assert(
      fc.asyncProperty(fc.commands(all, { maxCommands: 30 }), async (commands) => {
        runs++
        const real: Real = {
          ledger: await openLedger(database, policy),
          tenant: `t${runs}`,
          clock,
          writer: { sequence: 0, last: null },
          async reopen() {
            await database.close()
            database = openAt(where)
            real.ledger = await openLedger(database, policy)
          }
        }
        await fc.asyncModelRun(() => ({ model: { tickets: new Map<number, Model>() }, real }), commands)
      }),
      { numRuns: name === 'sqlite' ? 60 : 25 }
    )
  })
})
