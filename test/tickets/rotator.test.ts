// What has secrets rotated: only what may be, once, within limits, and all of it told; on both databases.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { LogveilError } from '../../src/errors.ts'
import type { RotationHook, RotationOrder, TicketEvent, TicketState } from '../../src/model.ts'
import type { Database } from '../../src/tickets/database.ts'
import { type Ledger, openLedger } from '../../src/tickets/ledger.ts'
import { createOutbox, type Outbox } from '../../src/tickets/outbox.ts'
import { createRotator, type RotatableSecret, type RotatorOptions } from '../../src/tickets/rotator.ts'
import { backends, dayMs, hourMs, openAt, policy, sightingOf } from './backends.ts'

const begin = Date.UTC(2026, 0, 1)

describe.each(backends)('in $name', ({ missing, begin: start, end, fresh }) => {
  let database: Database
  let ledger: Ledger
  let outbox: Outbox
  let now = begin
  let ran: string[] = []
  let failure: Error | null = null

  beforeAll(async () => {
    if (missing === '') await start()
  })
  afterAll(async () => {
    if (missing === '') await end()
  })
  beforeEach(async (context) => {
    if (missing !== '') return context.skip(missing)
    database = openAt(await fresh())
    ledger = await openLedger(database, policy)
    outbox = createOutbox(database)
    await outbox.register(['rotation'], begin)
    now = begin
    ran = []
    failure = null
  })
  afterEach(async () => {
    await database?.close()
  })

  function hookOf(others: Partial<RotationHook> = {}): RotationHook {
    const work = async (what: string, { id, secret, target }: RotationOrder): Promise<void> => {
      ran.push(`${what} ${id.split('.')[1]} ${secret} ${target}`)
      if (failure !== null) throw failure
    }
    return {
      name: 'hook',
      repeatable: true,
      completes: false,
      plan: async (order) => {
        await work('plan', order)
        return `would rotate ${order.target}`
      },
      run: (order) => work('run', order),
      ...others
    }
  }

  const listed: RotatableSecret = { name: 'pay/db', dual: true, used: true, hook: { name: 'hook', target: 'db' } }

  function rotatorOf(others: Partial<RotatorOptions> = {}) {
    return createRotator({
      ledger,
      hooks: [hookOf()],
      secretOf: () => listed,
      dryRun: false,
      automatic: false,
      perHour: 2,
      pauseMs: dayMs,
      now: () => now,
      ...others
    })
  }

  /** Delivers what waits, as the dispatcher does; what is refused for now stays. */
  async function deliver(rotator: ReturnType<typeof rotatorOf>): Promise<void> {
    for (;;) {
      const parcels = await outbox.claim('rotation', now, 0, 100)
      if (parcels.length === 0) return
      for (const parcel of parcels) {
        await rotator.deliver(parcel.event as TicketEvent, null)
        await outbox.delivered('rotation', parcel, null)
      }
    }
  }

  async function leaked(...secrets: number[]): Promise<string[]> {
    await ledger.record(
      `w${now}`,
      now,
      secrets.map((number) => sightingOf(number, now)),
      now
    )
    const all = await ledger.list({})
    return secrets.map(
      (number) => all.find(({ fingerprint }) => fingerprint === sightingOf(number, 0).fingerprint)?.id ?? ''
    )
  }

  const rotate = (id: string, to: TicketState = 'rotating') => ledger.change(id, { to, by: 'ada', reason: '', at: now })
  const told = async (id: string) =>
    (await ledger.history(id)).slice(1).map(({ actor, to, reason }) => `${actor} ${to} ${reason}`.trim())

  test('a dry run tells what it would do, and leaves the ticket as it is', async () => {
    const [id] = await leaked(1)
    await deliver(rotatorOf({ dryRun: true }))
    expect(ran).toEqual([])
    await rotate(id)
    await deliver(rotatorOf({ dryRun: true, hooks: [hookOf({ completes: true })] }))
    expect(ran).toEqual(['plan 2 pay/db db'])
    expect(await told(id)).toEqual(['ada rotating', 'hook hook rotating dry run: would rotate db'])
  })

  test.each([
    [false, 'rotating'],
    [true, 'rotated']
  ])('a hook that completes: %s', async (completes, state) => {
    const [id] = await leaked(1)
    await rotate(id)
    await deliver(rotatorOf({ hooks: [hookOf({ completes })] }))
    expect(ran).toEqual(['run 2 pay/db db'])
    expect(await told(id)).toEqual(['ada rotating', `hook hook ${state} its rotation hook took the order for pay/db`])
    // What it told is no reason to do it again, nor is the same event.
    const event = {
      kind: 'changed',
      from: 'open',
      id: `${id}.2`,
      ticket: { ...(await ledger.get(id)), state: 'rotating' }
    }
    await rotatorOf().deliver(event as TicketEvent, null)
    expect(ran).toHaveLength(1)
    expect((await ledger.get(id)).state).toBe(state)
  })

  test('automatically: as soon as it leaks; in a dry run without another state', async () => {
    const [id] = await leaked(1)
    await deliver(rotatorOf({ automatic: true, dryRun: true }))
    expect(await told(id)).toEqual(['hook hook open dry run: would rotate db'])
    now += dayMs
    const [other] = await leaked(2)
    await deliver(rotatorOf({ automatic: true }))
    expect(ran).toEqual(['plan 1 pay/db db', 'run 2 pay/db db'])
    expect(await told(other)).toEqual([
      'logveil rotating it is rotated automatically',
      'hook hook rotating its rotation hook took the order for pay/db'
    ])
  })

  test.each<[string, Partial<RotatableSecret> | null, string | null]>([
    ['not listed', null, null],
    ['without a hook', { hook: null }, null],
    [
      'of one phase',
      { dual: false },
      'its old value does not stay valid until the new one is in use (rotation.phases: dual)'
    ],
    ['not in use', { used: false }, 'it is not in use any more'],
    ['with a hook that is not there', { hook: { name: 'x', target: 'y' } }, 'no such hook is configured']
  ])('a secret that is %s is not rotated', async (_, secret, reason) => {
    const options = { secretOf: () => (secret === null ? null : { ...listed, ...secret }) }
    const [id] = await leaked(1)
    await rotate(id)
    await deliver(rotatorOf(options))
    expect(ran).toEqual([])
    const actor = secret?.hook?.name ?? 'hook'
    const refused = reason === null ? [] : [`hook ${actor} rotating its rotation hook does not run: ${reason}`]
    expect(await told(id)).toEqual(['ada rotating', ...refused])
  })

  test('limits: one run for a secret in a day, so many of all in an hour', async () => {
    const ids = await leaked(1, 2, 3, 4)
    const secretOf = (fingerprint: string) => ({ ...listed, name: `s${fingerprint.at(-1)}` })
    for (const id of ids) await rotate(id)
    await deliver(rotatorOf({ secretOf }))
    expect(ran).toHaveLength(2)
    const reasons = (await Promise.all(ids.map(told))).map((lines) => lines[1])
    expect(reasons.filter((text) => text.endsWith('too many ran within this hour'))).toHaveLength(2)
    now += 2 * hourMs
    const [first] = ids.filter((_, i) => reasons[i].includes('took the order'))
    await rotate(first, 'open')
    await rotate(first)
    await deliver(rotatorOf({ secretOf }))
    expect((await told(first)).at(-1)).toBe(
      'hook hook rotating its rotation hook does not run: it ran a short while ago'
    )
    now += dayMs
    await rotate(first, 'open')
    await rotate(first)
    await deliver(rotatorOf({ secretOf }))
    expect(ran).toHaveLength(3)
  })

  test('what somebody else settled meanwhile is left alone', async () => {
    const [id] = await leaked(1)
    await rotate(id)
    await rotate(id, 'rotated')
    await deliver(rotatorOf())
    expect(ran).toEqual([])
  })

  test('a failure is told; one that passes is tried again, and counts once', async () => {
    const [one, two] = await leaked(1, 2)
    const secretOf = (fingerprint: string) => ({ ...listed, name: `s${fingerprint.at(-1)}` })
    await rotate(one)
    failure = new LogveilError('DELIVERY_FAILED', 'vault answers 403')
    await deliver(rotatorOf({ secretOf }))
    expect((await told(one)).at(-1)).toBe('hook hook rotating its rotation hook failed: vault answers 403')
    await rotate(two)
    failure = new LogveilError('DELIVERY_FAILED', 'vault answers 503', { retryable: true })
    await expect(deliver(rotatorOf({ secretOf }))).rejects.toThrow('503')
    failure = null
    await deliver(rotatorOf({ secretOf }))
    expect(ran.map((line) => line.slice(0, 5))).toEqual(['run 2', 'run 2', 'run 2'])
    expect((await told(two)).slice(1)).toEqual(['hook hook rotating its rotation hook took the order for s2'])
  })

  test.each([true, false])('a crash while it ran; it may be repeated: %s', async (repeatable) => {
    const [id] = await leaked(1)
    await rotate(id)
    const run = { id: `${id}.2`, ticket: id, secret: 'pay/db', hook: 'hook', dry: false, perHour: 2, pauseMs: dayMs }
    expect(await ledger.beginRotation(run, now)).toBe('begun')
    await deliver(rotatorOf({ hooks: [hookOf({ repeatable })] }))
    expect(ran).toHaveLength(repeatable ? 1 : 0)
    const end = repeatable
      ? 'its rotation hook took the order for pay/db'
      : 'nobody knows whether its rotation hook ran: have a look'
    expect(await told(id)).toEqual(['ada rotating', `hook hook rotating ${end}`])
  })

  test('tables of the first version are brought up to date, with what is in them', async () => {
    const [id] = await leaked(1)
    await database.transact(async ({ all }) => {
      await all('drop table rotations')
      await all('drop index tickets_due')
      await all('alter table tickets drop column due')
      await all('delete from versions where version > 1')
    })
    ledger = await openLedger(database, policy)
    const { due, severity } = await ledger.get(id)
    const countAt = async (now: number) => (await ledger.open(now))[severity]
    expect([await countAt(due - 1), await countAt(due)]).toEqual([
      { open: 1, overdue: 0 },
      { open: 1, overdue: 1 }
    ])
    await rotate(id)
    await deliver(rotatorOf())
    expect(ran).toEqual(['run 2 pay/db db'])
  })
})
