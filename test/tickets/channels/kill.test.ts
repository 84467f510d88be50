// `kill -9` at random moments of the outbox, while services are slow, refuse, and lose answers: each has each ticket exactly once in the end.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { channelSchema } from '../../../src/config/channels-schema.ts'
import { killUntilTold } from '../lives.ts'
import { cases } from './cases.ts'
import type { Failure } from './fake-service.ts'

const tickets = 8

/** Every ninth request is refused for now, every eleventh is done and its answer lost, which nobody can tell from a failure. */
function failureOf(n: number, http: boolean): Failure | null {
  const ms = n % 4
  if (n % 9 === 4) return { status: http ? (n % 2 === 0 ? 503 : 429) : 451, headers: { 'retry-after': '0' } }
  return n % 11 === 6 ? { status: null, broken: true, ms } : { status: null, ms }
}

test('killed at random moments: every service has each ticket exactly once, and each event of it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'logveil-kill-'))
  const services = await Promise.all(
    cases.map(async (one) => {
      const fake = await one.start(true)
      fake.fails((n) => failureOf(n, one.http))
      return { one, fake, config: { ...channelSchema.parse(one.config(fake.url)), perSecond: 1000 } }
    })
  )
  const told = () => services.every(({ fake }) => fake.things().length >= tickets)
  const configs = services.map(({ config }) => config as typeof config & { name: string })
  const { kills, tickets: all } = await killUntilTold(join(folder, 'tickets.db'), configs, tickets, told)
  expect(kills).toBeGreaterThan(0)
  for (const { one, fake } of services) {
    expect([one.type, fake.faults]).toEqual([one.type, []])
    const things = fake.things().map(({ ticket, events }) => ({ ticket, events: [...events].sort() }))
    const eventsOf = (id: string) => [`${id}.1`, `${id}.2`, `${id}.3`]
    if (one.kind === 'chat') {
      // Nobody there drops what comes again after a crash: each at least once.
      const told = things.map(({ ticket, events }) => `${ticket} ${events.join()}`)
      const expected = all.flatMap(({ id }) => eventsOf(id).map((event) => `${id} ${event}`))
      expect([one.type, [...new Set(told)].sort()]).toEqual([one.type, expected.sort()])
    } else {
      const expected = all.map(({ id }) => ({ ticket: id, events: one.kind === 'alert' ? [] : eventsOf(id) }))
      const byTicket = (a: { ticket: string }, b: { ticket: string }) => a.ticket.localeCompare(b.ticket)
      expect([one.type, things.sort(byTicket)]).toEqual([one.type, expected.sort(byTicket)])
    }
    await fake.close()
  }
  rmSync(folder, { recursive: true })
}, 360_000)
