// The life of a ticket against a model of it: any order of sightings, changes by hand and time.

import { expect, test } from 'vitest'
import { type Ticket, type TicketEvent, ticketStates } from '../../src/model.ts'
import { changed, passed, type Step, sighted } from '../../src/tickets/lifecycle.ts'
import fc from '../property.ts'
import { dayMs, hourMs, policy, sightingOf } from './backends.ts'
import { hand, type Model, type Move, seen, time } from './ticket-model.ts'

const nobody = { classification: null, owner: null, runbook: null }

const move: fc.Arbitrary<Move> = fc.oneof(
  fc.record({
    kind: fc.constant('seen' as const),
    count: fc.integer({ min: 1, max: 1000 }),
    late: fc.constantFrom(0, 0, 0, hourMs, 10 * dayMs)
  }),
  fc.record({
    kind: fc.constant('by hand' as const),
    to: fc.constantFrom(...ticketStates),
    reason: fc.constantFrom('', 'why'),
    days: fc.constantFrom(null, -1, 2, 30)
  }),
  fc.record({
    kind: fc.constant('time' as const),
    ms: fc.constantFrom(1, hourMs, 9 * hourMs, 3 * dayMs, 8 * dayMs, 40 * dayMs)
  })
)

/** Told of counts, limits of time and old values that are still used, which change no state. */
const asides = ['updated', 'reminder', 'escalated', 'stale-consumer']

test('whatever happens in whatever order, states are those of the model, and every change is told once', () => {
  fc.assert(
    fc.property(fc.array(move, { maxLength: 40 }), (moves) => {
      let now = Date.UTC(2026, 0, 1)
      const { ticket: first, events } = sighted(null, sightingOf(1, now), nobody, policy)
      expect(events.map(({ kind }) => kind)).toEqual(['opened'])
      let ticket: Ticket = first
      const model: Model = { state: 'open', since: now, last: now, count: 1, expires: null }
      const told: TicketEvent[] = [...events]
      const step = (next: Step, expected: string[]): void => {
        const kinds = next.events.map(({ kind }) => kind)
        const mattering = kinds.filter((kind) => !asides.includes(kind) || expected.includes(kind))
        expect(mattering).toEqual(expected)
        expect(kinds.length).toBeLessThanOrEqual(1)
        // What anybody is told is the ticket as it is right after that.
        for (const { from, ticket: after } of next.events) {
          expect(after).toBe(next.ticket)
          expect(from).toBe(ticket.state)
        }
        if (next.ticket.state !== ticket.state) expect(kinds).toHaveLength(1)
        told.push(...next.events)
        ticket = next.ticket
      }
      for (const one of moves) {
        now += 1000
        if (one.kind === 'seen') {
          const at = now - one.late
          const seenThen = sightingOf(1, at, { count: one.count })
          step(sighted(ticket, seenThen, nobody, policy), seen(model, at, one.count))
        } else if (one.kind === 'by hand') {
          const expires = one.days === null ? null : now + one.days * dayMs
          const change = { to: one.to, by: 'ada', reason: one.reason, at: now, expires }
          const expected = hand(model, one, now)
          if (expected === null) expect(() => changed(ticket, change)).toThrow()
          else step(changed(ticket, change), expected)
        } else {
          now += one.ms
          for (let more = true; more; ) {
            const next = passed(ticket, now, policy)
            step(next, time(model, now))
            more = next.events.length > 0
          }
        }
        const { state, since, last, count, expires } = ticket
        expect({ state, since, last, count, expires }).toEqual(model)
      }
      expect(told.map(({ id }) => id)).toEqual(told.map((_, i) => `${ticket.id}.${i + 1}`))
    }),
    { numRuns: 2000 }
  )
})

test('a rotated secret that is seen is told once a day, and is verified a quiet period after the last sighting', () => {
  const at = Date.UTC(2026, 0, 1)
  const step = (ticket: Ticket, time: number) =>
    sighted(
      ticket,
      sightingOf(1, time, { places: [{ place: { service: 'pay' }, count: 1, first: time, last: time }] }),
      nobody,
      policy
    )
  const { ticket: opened } = sighted(null, sightingOf(1, at), nobody, policy)
  const { ticket: rotated } = changed(opened, { to: 'rotated', by: 'ada', reason: '', at: at + 1 })
  const first = step(rotated, at + hourMs)
  expect(first.events.map(({ kind, reason }) => [kind, reason])).toEqual([
    ['stale-consumer', 'the old value is still used by pay']
  ])
  const second = step(first.ticket, at + 2 * hourMs)
  expect(second.events).toEqual([])
  const third = step(second.ticket, at + hourMs + dayMs)
  expect(third.events.map(({ kind }) => kind)).toEqual(['stale-consumer'])
  const quiet = at + hourMs + dayMs + policy.quietMs
  expect(passed(third.ticket, quiet - 1, policy).events).toEqual([])
  expect(passed(third.ticket, quiet, policy).ticket.state).toBe('verified')
})

test('break-glass is critical at once, with the time limit of its classification', () => {
  const at = Date.UTC(2026, 0, 1)
  const owner = { classification: 'break-glass', owner: 'team', runbook: 'https://runbook.example' }
  const { ticket } = sighted(null, sightingOf(1, at, { severity: 'low' }), owner, policy)
  expect(ticket).toMatchObject({ ...owner, severity: 'critical', due: at + hourMs })
})

test('what is classified only later is critical, and due, from then on; what is less urgent changes nothing', () => {
  const at = Date.UTC(2026, 0, 1)
  const { ticket: low } = sighted(null, sightingOf(1, at, { severity: 'low' }), nobody, policy)
  expect(low.due).toBe(at + 32 * hourMs)
  const owner = { classification: 'break-glass', owner: 'team', runbook: null }
  const { ticket, events } = sighted(low, sightingOf(1, at + 5, { severity: 'low' }), owner, policy)
  expect(ticket).toMatchObject({ severity: 'critical', classification: 'break-glass', due: at + hourMs })
  expect(events.map(({ kind }) => kind)).toEqual(['updated'])
  const again = sighted(ticket, sightingOf(1, at + 9, { severity: 'low' }), nobody, policy)
  expect(again).toMatchObject({ ticket: { severity: 'critical', due: at + hourMs }, events: [] })
  const relaxed = { ...policy, classificationSlaMs: { internal: 100 * hourMs } }
  const internal = { classification: 'internal', owner: null, runbook: null }
  expect(sighted(low, sightingOf(1, at + 5), internal, relaxed).ticket.due).toBe(at + 32 * hourMs)
})
