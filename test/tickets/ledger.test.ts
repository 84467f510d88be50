import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { TicketDigest, TicketEvent } from '../../src/model.ts'
import type { Database } from '../../src/tickets/database.ts'
import { type Ledger, openLedger } from '../../src/tickets/ledger.ts'
import { createOutbox, type Outbox } from '../../src/tickets/outbox.ts'
import { run } from '../cli/spawn.ts'
import { backends, dayMs, hourMs, openAt, policy, sightingOf } from './backends.ts'

const begin = Date.UTC(2026, 10, 1)
const writer = fileURLToPath(new URL('./writer.ts', import.meta.url))
/** The bar is a million. */
const sightings = Number(process.env.LOGVEIL_TICKET_SIGHTINGS ?? 100_000)

describe.each(backends)('the ledger in $name', ({ missing, begin: startBackend, end, fresh }) => {
  let where: string
  let database: Database
  let ledger: Ledger
  let outbox: Outbox

  beforeAll(async () => {
    if (missing === '') await startBackend()
  })
  afterAll(async () => {
    if (missing === '') await end()
  })
  beforeEach(async (context) => {
    if (missing !== '') return context.skip(missing)
    where = await fresh()
    database = openAt(where)
    ledger = await openLedger(database, policy)
    outbox = createOutbox(database)
    await outbox.register(['one'], begin)
  })
  afterEach(async () => {
    await database?.close()
  })

  /** What waits to be told, all of it taken. */
  async function told(now: number): Promise<(TicketEvent | TicketDigest)[]> {
    const events: (TicketEvent | TicketDigest)[] = []
    for (;;) {
      const parcels = await outbox.claim('one', now, 60_000, 100)
      if (parcels.length === 0) return events
      for (const parcel of parcels) {
        events.push(parcel.event)
        await outbox.delivered('one', parcel, null)
      }
    }
  }

  test('how many are not rotated, and how many of those are late, by severity; how long news wait', async () => {
    const none = { open: 0, overdue: 0 }
    const all = { critical: none, high: none, medium: none, low: none }
    expect(await ledger.open(begin)).toEqual(all)
    expect(await outbox.backlog('one')).toEqual({ waiting: 0, dead: 0, oldest: null })
    const secrets = [
      sightingOf(1, begin, { severity: 'high' }),
      sightingOf(2, begin + 5, { severity: 'high' }),
      sightingOf(3, begin, { severity: 'low' })
    ]
    await ledger.record('w', 1, secrets, begin)
    expect(await outbox.backlog('one')).toEqual({ waiting: 3, dead: 0, oldest: begin })
    const { slaMs } = policy
    expect(await ledger.open(begin + slaMs.high - 1)).toEqual({
      ...all,
      high: { open: 2, overdue: 0 },
      low: { open: 1, overdue: 0 }
    })
    expect(await ledger.open(begin + slaMs.high)).toEqual({
      ...all,
      high: { open: 2, overdue: 1 },
      low: { open: 1, overdue: 0 }
    })
    const [{ id }] = (await ledger.list({})).filter(({ first, severity }) => first === begin && severity === 'high')
    await ledger.change(id, { to: 'rotated', by: 'me', reason: 'done', at: begin + 10 })
    expect(await ledger.open(begin + 2 * slaMs.high)).toEqual({
      ...all,
      high: { open: 1, overdue: 1 },
      low: { open: 1, overdue: 0 }
    })
    const [parcel] = await outbox.claim('one', begin, 60_000, 1)
    await outbox.failed(parcel, begin, null, 'no')
    expect(await outbox.backlog('one')).toMatchObject({ waiting: 3, dead: 1 })
  })

  test('one ticket for a secret: counts, times, places and hints of all its sightings', async () => {
    const place = { service: 'pay', trace: '0af7' }
    const first = sightingOf(1, begin, {
      hints: { account: 'a' },
      places: [{ place, count: 1, first: begin, last: begin }]
    })
    const later = sightingOf(1, begin + 5, {
      count: 4,
      first: begin - 5,
      severity: 'critical',
      confidence: 'confirmed',
      hints: { account: 'b', host: 'h' },
      places: [
        { place: { service: 'pay', trace: '0bf8' }, count: 3, first: begin - 5, last: begin + 5 },
        { place: { file: 'x.log' }, count: 1, first: begin, last: begin }
      ]
    })
    await ledger.record('w', 1, [first, sightingOf(2, begin)], begin)
    await ledger.record('w', 2, [later], begin)
    await ledger.record('w', 3, [sightingOf(1, begin, { tenant: 'other' })], begin)
    await ledger.record('w', 4, [sightingOf(1, begin, { detector: 'another' })], begin)
    const all = await ledger.list({})
    expect(all.map(({ count }) => count).sort()).toEqual([1, 1, 1, 5])
    const [ticket] = all
    expect(ticket).toEqual({
      id: ticket.id,
      key: 'v1.default.k1.AAAAAAAAAAAAAAA1.toy-token',
      tenant: 'default',
      detector: 'toy-token',
      fingerprint: 'k1.AAAAAAAAAAAAAAA1',
      state: 'open',
      since: begin,
      revision: 2,
      severity: 'critical',
      confidence: 'confirmed',
      hints: { account: 'a', host: 'h' },
      count: 5,
      first: begin - 5,
      last: begin + 5,
      places: [
        { place: { service: 'pay', trace: '0bf8' }, count: 4, first: begin - 5, last: begin + 5 },
        { place: { file: 'x.log' }, count: 1, first: begin, last: begin }
      ],
      classification: null,
      owner: null,
      runbook: null,
      opened: begin,
      due: begin + 4 * hourMs,
      notices: 0,
      stale: null,
      expires: null
    })
    expect(await ledger.list({ tenant: 'other' })).toHaveLength(1)
    expect(await ledger.list({ detector: 'another', states: ['open', 'rotated'] })).toHaveLength(1)
    expect(await ledger.list({ states: ['closed'] })).toEqual([])
    expect(await ledger.list({ limit: 2 })).toHaveLength(2)
    const [one, two, ...rest] = await ledger.list({})
    expect(await ledger.list({ after: two })).toEqual(rest)
    expect(await ledger.list({ after: one, limit: 1 })).toEqual([two])
    // What is told of a ticket waits for what was told before.
    const kinds = (await told(begin)).map(({ kind }) => kind)
    expect(kinds).toEqual(['opened', 'opened', 'opened', 'opened', 'updated'])
  })

  test('the same call again counts once', async () => {
    await ledger.record('a', 1, [sightingOf(1, begin)], begin)
    await ledger.record('a', 1, [sightingOf(1, begin)], begin)
    await ledger.record('b', 1, [sightingOf(1, begin)], begin)
    await ledger.record('a', 2, [sightingOf(1, begin)], begin)
    await ledger.record('a', 1, [sightingOf(1, begin)], begin)
    expect((await ledger.list({})).map(({ count }) => count)).toEqual([3])
  })

  test('what is numbered elsewhere counts once, however it comes again, unless its origin began anew', async () => {
    const numbered = (from: number, to: number, at = begin) =>
      Array.from({ length: to - from }, (_, i) => ({ number: from + i, at, seen: sightingOf((from + i) % 2, begin) }))
    const counts = async () => (await ledger.list({})).map(({ count }) => count).sort()
    await ledger.recordFrom('a', numbered(0, 10), 10, begin + 1)
    await ledger.recordFrom('a', numbered(0, 14), 14, begin + 2)
    await ledger.recordFrom('a', numbered(12, 14), 14, begin + 3)
    expect(await counts()).toEqual([7, 7])
    await ledger.recordFrom('a', numbered(0, 4), 4, begin + 3)
    await ledger.recordFrom('a', numbered(4, 14), 14, begin + 3)
    expect(await counts()).toEqual([7, 7])
    await ledger.recordFrom('b', numbered(0, 2), 2, begin + 4)
    expect(await counts()).toEqual([8, 8])
    await Promise.all([1, 2, 3].map(() => ledger.recordFrom('c', numbered(0, 6), 6, begin + 5)))
    expect(await counts()).toEqual([11, 11])
    await ledger.recordFrom('a', numbered(0, 4, begin + 9), 4, begin + 10)
    await ledger.recordFrom('a', numbered(4, 6, begin + 9), 6, begin + 11)
    expect(await counts()).toEqual([14, 14])
    await ledger.recordFrom('a', [], 8, begin + 12)
    await ledger.recordFrom('a', numbered(6, 8, begin + 9), 8, begin + 13)
    expect(await counts()).toEqual([14, 14])
  })

  test('at most 20 places: those seen last', async () => {
    const places = Array.from({ length: 30 }, (_, i) => {
      return { place: { service: `s${i}` }, count: 1, first: begin + i, last: begin + i }
    })
    await ledger.record('w', 1, [sightingOf(1, begin, { places: places.slice(0, 25) })], begin)
    await ledger.record('w', 2, [sightingOf(1, begin, { places: places.slice(25) })], begin)
    const [{ places: kept }] = await ledger.list({})
    expect(kept.map(({ place }) => place.service)).toEqual(Array.from({ length: 20 }, (_, i) => `s${29 - i}`))
  })

  test('changes by hand: ids cut short, a history of who and why, refusals', async () => {
    await ledger.record('w', 1, [sightingOf(1, begin)], begin)
    const [{ id }] = await ledger.list({})
    const by = { by: 'ada', reason: 'mine', at: begin + 1 }
    expect(await ledger.change(id.slice(0, 4), { ...by, to: 'acknowledged' })).toMatchObject({
      id,
      state: 'acknowledged'
    })
    expect(await ledger.get(id)).toMatchObject({ state: 'acknowledged', since: begin + 1, revision: 2 })
    expect(await ledger.history(id)).toEqual([
      { at: begin, actor: 'logveil', kind: 'opened', from: null, to: 'open', reason: 'seen for the first time' },
      { at: begin + 1, actor: 'ada', kind: 'changed', from: 'open', to: 'acknowledged', reason: 'mine' }
    ])
    const refused = { code: 'TICKET_INVALID' }
    await expect(ledger.change(id, { ...by, to: 'verified' })).rejects.toMatchObject(refused)
    await expect(ledger.change(id, { ...by, to: 'closed', reason: '' })).rejects.toMatchObject(refused)
    await expect(ledger.change(id, { ...by, to: 'accepted-risk' })).rejects.toMatchObject(refused)
    const unknown = { code: 'TICKET_UNKNOWN' }
    await expect(ledger.get('000')).rejects.toMatchObject(unknown)
    await expect(ledger.get(id.startsWith('0000') ? '1111' : '0000')).rejects.toMatchObject(unknown)
    await expect(ledger.get("a' or 1=1")).rejects.toMatchObject(unknown)
    expect(await ledger.history(id)).toHaveLength(2)
  })

  test('a false positive is an allowance, with owner, reason and expiry, until it is none any more', async () => {
    await ledger.record('w', 1, [sightingOf(1, begin)], begin)
    const [{ id, fingerprint }] = await ledger.list({})
    const expires = begin + dayMs
    await ledger.change(id, { to: 'false-positive', by: 'ada', reason: 'an example', at: begin + 1, expires })
    expect(await ledger.allowances()).toEqual([
      { tenant: 'default', detector: 'toy-token', fingerprint, owner: 'ada', reason: 'an example', expires }
    ])
    await ledger.change(id, { to: 'open', by: 'ada', reason: 'no', at: begin + 2 })
    expect(await ledger.allowances()).toEqual([])
  })

  test('time brings reminder and escalation, verification, closing, and in the end deletion', async () => {
    await ledger.record('w', 1, [sightingOf(1, begin)], begin)
    const [{ id }] = await ledger.list({})
    await ledger.tick(begin + 5 * hourMs)
    await ledger.tick(begin + 6 * hourMs)
    await ledger.tick(begin + 7 * hourMs)
    await ledger.tick(begin + 9 * hourMs)
    const rotated = begin + 10 * hourMs
    await ledger.change(id, { to: 'rotated', by: 'ada', reason: '', at: rotated })
    await ledger.tick(rotated + policy.quietMs - 1)
    expect((await ledger.get(id)).state).toBe('rotated')
    const verified = rotated + policy.quietMs
    await outbox.register(['one'], verified)
    await ledger.tick(verified)
    expect((await ledger.get(id)).state).toBe('verified')
    await ledger.tick(verified + policy.closeMs)
    expect((await ledger.history(id)).map(({ kind, to }) => `${kind} ${to}`)).toEqual([
      'opened open',
      'reminder open',
      'escalated open',
      'changed rotated',
      'changed verified',
      'changed closed'
    ])
    await ledger.tick(verified + policy.closeMs + policy.retentionMs)
    expect(await ledger.list({})).toHaveLength(1)
    await ledger.tick(verified + policy.closeMs + policy.retentionMs + 1)
    expect(await ledger.list({})).toEqual([])
    expect((await told(verified + 1000 * dayMs)).map(({ kind }) => kind)).toEqual([
      'opened',
      'reminder',
      'escalated',
      'changed',
      'changed',
      'changed'
    ])
  })

  test('a storm of new secrets is one message, with counts by detector', async () => {
    const calm = await openLedger(database, { ...policy, stormPerMinute: 5 })
    const storm = Array.from({ length: 40 }, (_, i) => sightingOf(i, begin, { detector: i < 30 ? 'toy-a' : 'toy-b' }))
    await calm.record('w', 1, storm, begin)
    expect((await told(begin)).map(({ kind }) => kind)).toEqual(Array(5).fill('opened'))
    await calm.tick(begin + 59_999)
    expect(await told(begin + 60_000)).toEqual([])
    await calm.tick(begin + 60_000)
    const [digest, ...others] = await told(begin + 60_000)
    expect(others).toEqual([])
    expect(digest).toMatchObject({
      kind: 'digest',
      tenant: 'default',
      count: 35,
      detectors: { 'toy-a': 25, 'toy-b': 10 }
    })
    expect(await calm.list({})).toHaveLength(40)
    await calm.tick(begin + 120_000)
    expect(await told(begin + 120_000)).toEqual([])
  })

  test('several that begin at once make the tables once; what a newer logveil wrote is left alone', async () => {
    const place = await fresh()
    const ended = await Promise.all(['a', 'b', 'c', 'd'].map((name) => run(writer, [place, name, '10', '1'])))
    expect(ended.map(({ stderr }) => stderr)).toEqual(['', '', '', ''])
    const opened = openAt(place)
    expect((await (await openLedger(opened, policy)).list({})).map(({ count }) => count)).toEqual([40])
    await opened.transact(({ all }) => all('insert into versions values (99)'))
    await expect(openLedger(opened, policy)).rejects.toMatchObject({ code: 'LEDGER_FAILED', retryable: false })
    await opened.close()
  })

  test('a transaction that fails leaves nothing, and holds nothing up', async () => {
    await expect(
      database.transact(async ({ all }) => {
        await all('insert into writers (id, sequence, at) values ($1, $2, $3)', ['x', 1, 1])
        throw new Error('no')
      })
    ).rejects.toThrow('no')
    const rows = await database.transact(({ all }) => all('select * from writers'))
    expect(rows).toEqual([])
  })

  test(`${sightings} sightings of 100 secrets from 4 processes are 100 tickets with exact counts`, async () => {
    await outbox.register(['one'], Date.now())
    const started = performance.now()
    const each = String(sightings / 4)
    const ended = await Promise.all(
      ['a', 'b', 'c', 'd'].map((name) => run(writer, [where, name, each, '100'], '', { PATH: process.env.PATH }))
    )
    const reports = ended.map(({ stdout }) => JSON.parse(stdout))
    if (process.env.LOGVEIL_TICKET_SIGHTINGS !== undefined)
      process.stdout.write(`${JSON.stringify({ ms: Math.round(performance.now() - started), reports })}\n`)
    expect(reports.map(({ recorded, lost }) => [recorded, lost])).toEqual(Array(4).fill([sightings / 4, 0]))
    const all = await ledger.list({})
    expect(all.map(({ count }) => count)).toEqual(Array(100).fill(sightings / 100))
    const events = await told(Date.now() + 1)
    expect(events.filter(({ kind }) => kind === 'opened')).toHaveLength(100)
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length)
  }, 300_000)
})
