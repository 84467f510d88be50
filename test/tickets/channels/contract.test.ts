// What every channel has to do, against a strict fake of its service.
import { afterEach, describe, expect, test } from 'vitest'
import type { Channel, Ticket, TicketEvent, TicketEventKind, TicketState } from '../../../src/model.ts'
import { changed, sighted } from '../../../src/tickets/lifecycle.ts'
import { policy, sightingOf } from '../backends.ts'
import { type ChannelCase, type ChannelInput, cases, openCase } from './cases.ts'
import type { Failure, Fake } from './fake-service.ts'

const at = Date.now() - 60_000
const owner = { classification: 'internal', owner: 'payments', runbook: 'https://runbook.example/x?y=1' }
const [opening] = sighted(null, sightingOf(1, at, { places: placesOf(2) }), owner, policy).events
const { id } = opening.ticket

function placesOf(number: number, name = 'pay'): Ticket['places'] {
  return Array.from({ length: number }, (_, i) => ({
    place: { service: name, pod: `${name}-${i}`, trace: '0af7651916cd43dd8448eb211c80319c' },
    count: 3,
    first: at,
    last: at
  }))
}

let open: { fake: Fake; channel: Channel } | null = null
afterEach(async () => {
  await open?.channel.close()
  await open?.fake.close()
  open = null
})

async function start(one: ChannelCase) {
  const fake = await one.start(false)
  open = { fake, channel: openCase(one.config(fake.url)) }
  return open
}

function next(
  before: TicketEvent,
  kind: TicketEventKind,
  state: TicketState,
  others: Partial<Ticket> = {}
): TicketEvent {
  const revision = before.ticket.revision + 1
  const ticket = { ...before.ticket, ...others, state, revision }
  return {
    ...before,
    id: `${id}.${revision}`,
    kind,
    from: before.ticket.state,
    actor: 'ada',
    reason: 'so it is',
    ticket
  }
}

type Progress = 0 | 1 | 2 | 3 | 'again'

/** A whole life, and the state of its thing after each event: 0 open, 1 in work, 2 over, 3 passed over, 'again': seen by whoever is told of openings. */
function life(): [TicketEvent, Progress][] {
  const steps: [TicketEventKind, TicketState, Progress, Partial<Ticket>?][] = [
    ['changed', 'acknowledged', 1],
    ['updated', 'acknowledged', 1, { severity: 'critical', count: 1000 }],
    ['changed', 'rotating', 1],
    ['escalated', 'rotating', 1],
    ['changed', 'rotated', 1],
    ['stale-consumer', 'rotated', 1],
    ['changed', 'verified', 2],
    ['stale-consumer', 'rotated', 'again'],
    ['changed', 'verified', 2],
    ['changed', 'closed', 2],
    ['regression', 'open', 0],
    ['changed', 'false-positive', 3],
    ['expired', 'open', 0],
    ['changed', 'accepted-risk', 3],
    ['changed', 'acknowledged', 1]
  ]
  let last = opening
  return [
    [opening, 0],
    ...steps.map(([kind, state, progress, others]): [TicketEvent, Progress] => {
      last = next(last, kind, state, others)
      return [last, progress]
    })
  ]
}

describe.each(cases.filter(({ kind }) => kind === 'tracker' || kind === 'alert'))('$type', (one) => {
  test('one thing from the opening to the end, each event told once, although all are delivered twice', async () => {
    const { fake, channel } = await start(one)
    let reference: string | null = null
    const told: string[] = []
    for (const [event, progress] of life()) {
      // As when the process dies before it has written down what it did.
      await channel.deliver(event, reference)
      reference = await channel.deliver(event, reference)
      told.push(event.id)
      const events = one.kind === 'tracker' ? told : []
      const state = one.states[progress === 'again' ? (one.kind === 'alert' ? 0 : 1) : progress]
      expect(fake.things(), event.id).toEqual([{ ticket: id, state, events }])
    }
    expect(fake.faults).toEqual([])
  })

  test('found again without what was remembered; nothing is made for what is over', async () => {
    const { fake, channel } = await start(one)
    const over = next(opening, 'changed', 'false-positive')
    expect(await channel.deliver(over, null)).toBe(null)
    expect(fake.things()).toEqual([])
    // News of a ticket that the channel does not know open it.
    await channel.deliver(next(opening, 'changed', 'rotating'), null)
    await channel.deliver(next(over, 'stale-consumer', 'rotated'), null)
    expect(fake.things()).toMatchObject([{ ticket: id, state: one.states[1] }])
    expect(fake.faults).toEqual([])
  })

  test('what comes late, as a dead letter that is replayed, undoes nothing', async () => {
    const { fake, channel } = await start(one)
    const [acknowledged] = changed(opening.ticket, { to: 'acknowledged', by: 'ada', reason: '', at }).events
    const closed = next(acknowledged, 'changed', 'closed')
    const regression = next(closed, 'regression', 'open')
    const reference = await channel.deliver(opening, null)
    const latest = await channel.deliver(regression, await channel.deliver(acknowledged, reference))
    await channel.deliver(closed, latest)
    expect(fake.things().map(({ state }) => state === one.states[2])).toEqual([false])
    expect(fake.faults).toEqual([])
  })
})

describe.each(cases.filter(({ kind }) => kind === 'log' || kind === 'chat'))('$type', (one) => {
  test('every event is told, under one id, in order', async () => {
    const { fake, channel } = await start(one)
    const told: string[] = []
    for (const [event] of life()) {
      expect(await channel.deliver(event, null)).toBe(null)
      if (one.kind === 'log') await channel.deliver(event, null)
      told.push(event.id)
    }
    const events = fake.things().flatMap(({ ticket, events }) => [ticket, ...events])
    expect(events).toEqual(one.kind === 'log' ? [id, ...told] : told.flatMap((event) => [id, event]))
    expect(fake.faults).toEqual([])
  })
})

describe.each(cases)('$type', (one) => {
  test('the largest ticket that there can be, with all that breaks formats', async () => {
    const { fake, channel } = await start(one)
    const evil = '😀"\\`*_~<b>@all [x](y) </script> {{x}} #1 \n\r\t\u0000 \u2028 \ud800 % & ^ | 漢字 '.repeat(9)
    const place = { service: evil, pod: evil, file: evil, topic: evil, trace: 'a'.repeat(32) }
    const ticket: Ticket = {
      ...opening.ticket,
      detector: `d${'e'.repeat(199)}`,
      owner: evil,
      runbook: 'javascript:alert(1)',
      hints: Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`hint ${i} ${evil}`, evil])),
      places: Array.from({ length: 20 }, () => ({ place, count: 2 ** 40, first: at, last: at }))
    }
    const event = { ...opening, reason: evil, actor: evil, ticket }
    const reference = await channel.deliver(event, null)
    await channel.deliver(next(event, 'changed', 'acknowledged', { severity: 'low' }), reference)
    expect(new Set(fake.things().map(({ ticket }) => ticket))).toEqual(new Set([id]))
    expect(fake.faults).toEqual([])
  })

  test('a digest is one thing of its own', async () => {
    const { fake, channel } = await start(one)
    const detectors = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`detector-${i}`, i]))
    const tickets = Array.from({ length: 100 }, (_, i) => String(i).padStart(16, '0'))
    const digest = {
      id: 'digest.default.1',
      kind: 'digest',
      at,
      tenant: 'default',
      count: 500,
      detectors,
      tickets
    } as const
    expect(await channel.deliver(digest, null)).toBe(null)
    if (one.kind !== 'chat') await channel.deliver(digest, null)
    expect(fake.things()).toMatchObject([{ ticket: 'digest.default.1', state: one.states[0] }])
    expect(fake.faults).toEqual([])
  })
})

describe.each(cases.filter(({ http }) => http))('$type', (one) => {
  const retryAfter = { 'retry-after': '7' }
  test.each<[string, Failure, object]>([
    ['400', { status: 400 }, { code: 'DELIVERY_FAILED', retryable: false }],
    ['403', { status: 403 }, { code: 'DELIVERY_FAILED', retryable: false }],
    ['a redirect', { status: 302, headers: { location: '/' } }, { code: 'DELIVERY_FAILED', retryable: false }],
    [
      '429 with Retry-After',
      { status: 429, headers: retryAfter },
      { code: 'OVERLOADED', retryable: true, retryAfterMs: 7000 }
    ],
    ['408', { status: 408 }, { code: 'DELIVERY_FAILED', retryable: true }],
    ['500', { status: 500 }, { code: 'DELIVERY_FAILED', retryable: true }],
    ['503 with Retry-After', { status: 503, headers: retryAfter }, { retryable: true, retryAfterMs: 7000 }],
    ['a connection that ends', { status: null, broken: true }, { code: 'DELIVERY_FAILED', retryable: true }]
  ])('%s: told as such, nothing is quoted, and it works afterwards', async (_, failure, error) => {
    const { fake, channel } = await start(one)
    fake.fails(() => ({ ...failure, body: 'echo of a secret' }))
    const rejected = await channel.deliver(opening, null).catch((reason) => reason)
    expect(rejected).toMatchObject(error)
    expect(rejected.message).toMatch(
      new RegExp(`^${channel.name} (answers \\d{3}|does not answer \\(\\w+( \\w+)?\\))$`)
    )
    fake.fails(() => null)
    await channel.deliver(opening, null)
    expect(fake.things().at(-1)).toMatchObject({ ticket: id })
  })

  test('credentials that are not good, and answers that are none, are errors', async () => {
    const { fake, channel } = await start(one)
    const locked = openCase(one.locked(fake.url) as ChannelInput)
    const message = `${channel.name} ${one.refused}`
    await expect(locked.deliver(opening, null)).rejects.toMatchObject({ message, retryable: false })
    await locked.close()
    fake.fails(() => ({ status: 200, body: '<html>echo of a secret' }))
    const rejected = await channel.deliver(opening, null).catch(({ message, retryable }) => ({ message, retryable }))
    if (one.kind === 'tracker')
      expect(rejected).toEqual({ message: `${channel.name} answers what its API does not say`, retryable: true })
    expect(fake.things()).toEqual([])
  })
})
