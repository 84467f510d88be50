import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createWebhook } from '../../src/tickets/channels/webhook.ts'
import { type DeskEvents, openDesk } from '../../src/tickets/desk.ts'
import type { DeliveryPolicy } from '../../src/tickets/dispatcher.ts'
import { createOutbox } from '../../src/tickets/outbox.ts'
import { openAt, policy, sightingOf } from './backends.ts'
import { killUntilTold } from './lives.ts'
import { type Answer, receiveWebhooks } from './webhook-receiver.ts'

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const quick: DeliveryPolicy = { initialMs: 20, maxMs: 100, attempts: 5, leaseMs: 5000, inFlight: 4 }
let folder: string
let files = 0

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'logveil-outbox-'))
})
afterAll(() => rmSync(folder, { recursive: true }), 60_000)

function fresh(): string {
  files++
  return join(folder, `${files}.db`)
}

async function until(done: () => boolean | Promise<boolean>): Promise<void> {
  await expect.poll(done).toBe(true)
}

/** Tells of tickets in this process; what the desk says is counted. */
async function deliver(url: string, where = fresh(), delivery = quick, perSecond = 1000) {
  const counts = { delivered: 0, failed: 0, dead: 0, messages: [] as string[] }
  const events: DeskEvents = {
    delivered: () => counts.delivered++,
    failed(_, final, message) {
      if (final) counts.dead++
      else counts.failed++
      counts.messages.push(message)
    },
    backlog() {},
    open() {},
    allowances() {},
    trouble: (message) => counts.messages.push(message)
  }
  const channel = createWebhook({ name: 'fake', url, secrets: [secret], headers: {}, now: Date.now })
  const desk = await openDesk({
    database: openAt(where),
    channels: [{ channel, perSecond }],
    policy,
    delivery,
    events
  })
  return { desk, counts, where }
}

test('killed at random moments: each event of each ticket arrives, under one id, in order', async () => {
  const tickets = 40
  // Every seventh is refused for now, every eleventh is taken and the answer lost, which nobody can tell from a failure.
  const receiver = await receiveWebhooks(secret, (n) => {
    const ms = n % 5
    return n % 7 === 3 ? { status: 503 } : n % 11 === 5 ? { status: 200, broken: true } : { status: 204, ms }
  })
  const where = fresh()
  const arrived = () => new Set(receiver.taken.map(({ id }) => id)).size
  const channel = { type: 'webhook', name: 'fake', url: receiver.url, secrets: [secret], perSecond: 1000 }
  const { kills, tickets: all } = await killUntilTold(where, [channel], tickets, () => arrived() >= 3 * tickets)
  await receiver.close()
  expect(receiver.faults).toEqual([])
  expect(kills).toBeGreaterThan(0)
  expect(all.map(({ count }) => count)).toEqual(Array(tickets).fill(1110))
  const byTicket = Map.groupBy(receiver.taken, ({ subject }) => subject)
  expect(byTicket.size).toBe(tickets)
  // By its id a receiver drops what it has; what is left is each event once, in the order of the ticket's life.
  for (const { id } of all)
    expect([...new Set(byTicket.get(id)?.map((event) => event.id))]).toEqual([`${id}.1`, `${id}.2`, `${id}.3`])
  expect(receiver.taken.length).toBeGreaterThanOrEqual(3 * tickets)
}, 360_000)

test.each<[string, Answer]>([
  ['429 with Retry-After', { status: 429, headers: { 'retry-after': '1' } }],
  ['503', { status: 503 }],
  ['408', { status: 408 }],
  ['a broken connection', { status: 200, broken: true }]
])('%s: it is tried again later', async (_, answer) => {
  const times: number[] = []
  const receiver = await receiveWebhooks(secret, (n) => {
    times.push(performance.now())
    return n < 2 ? answer : null
  })
  const { desk, counts } = await deliver(receiver.url)
  await desk.record('w', 1, [sightingOf(1, Date.now())], Date.now())
  await until(() => counts.delivered === 1)
  await desk.close(0)
  await receiver.close()
  expect([counts.failed, counts.dead, receiver.faults]).toEqual([2, 0, []])
  expect(new Set(receiver.taken.map(({ id }) => id)).size).toBe(1)
  if (answer.status === 429) expect(times[1] - times[0]).toBeGreaterThanOrEqual(990)
})

test.each([400, 401, 404, 410, 301])(
  '%d: a dead letter, which holds up nothing, and can be replayed',
  async (status) => {
    let refuses = true
    const receiver = await receiveWebhooks(secret, () => (refuses ? { status, headers: { location: '/x' } } : null))
    const { desk, counts, where } = await deliver(receiver.url)
    await desk.record('w', 1, [sightingOf(1, Date.now())], Date.now())
    await until(() => counts.dead === 1)
    const database = openAt(where)
    const outbox = createOutbox(database)
    expect(await outbox.dead()).toEqual([expect.objectContaining({ channel: 'fake', error: `fake answers ${status}` })])
    expect(counts.messages).toEqual([`fake answers ${status}`])
    refuses = false
    expect(await outbox.replay('another', Date.now())).toBe(0)
    expect(await outbox.replay('fake', Date.now())).toBe(1)
    await until(() => counts.delivered === 1)
    expect(await outbox.dead()).toEqual([])
    await Promise.all([desk.close(0), database.close()])
    await receiver.close()
    expect(receiver.taken).toHaveLength(1)
  }
)

test('after so many tries it is a dead letter', async () => {
  const receiver = await receiveWebhooks(secret, () => ({ status: 500 }))
  const { desk, counts } = await deliver(receiver.url)
  await desk.record('w', 1, [sightingOf(1, Date.now())], Date.now())
  await until(() => counts.dead === 1)
  await desk.close(0)
  await receiver.close()
  expect([counts.failed, receiver.raw.length]).toEqual([4, 5])
})

test('no more in a second than the channel takes', async () => {
  const receiver = await receiveWebhooks(secret)
  const { desk, counts } = await deliver(receiver.url, fresh(), quick, 10)
  const begin = performance.now()
  const seen = Array.from({ length: 25 }, (_, i) => sightingOf(i, Date.now()))
  await desk.record('w', 1, seen, Date.now())
  await until(() => counts.delivered === 25)
  // 10 at once, then one every 100 ms.
  expect(performance.now() - begin).toBeGreaterThan(1300)
  await desk.close(0)
  await receiver.close()
})

test('a service that asks for fewer requests is left alone: what else waits for it is not tried in vain', async () => {
  const times: number[] = []
  const receiver = await receiveWebhooks(secret, (n) => {
    times.push(performance.now())
    return n === 0 ? { status: 429, headers: { 'retry-after': '1' } } : null
  })
  const { desk, counts } = await deliver(receiver.url, fresh(), { ...quick, inFlight: 1 })
  const seen = Array.from({ length: 10 }, (_, i) => sightingOf(i, Date.now()))
  await desk.record('w', 1, seen, Date.now())
  await until(() => counts.delivered === 10)
  await desk.close(0)
  await receiver.close()
  expect([counts.failed, counts.dead, receiver.faults]).toEqual([1, 0, []])
  expect(times[1] - times[0]).toBeGreaterThanOrEqual(990)
})
