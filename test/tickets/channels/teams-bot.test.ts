// What is Teams' own: tokens, what people do with cards, links of Graph.
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Channel } from '../../../src/model.ts'
import { sighted } from '../../../src/tickets/lifecycle.ts'
import { policy, sightingOf } from '../backends.ts'
import { openCase } from './cases.ts'
import { type Fake, startFake } from './fake-service.ts'
import { type TeamsBotFake, teamsBotAccess, teamsBotFake } from './teams-bot-fake.ts'

const at = Date.now() - 60_000
const owner = { classification: 'internal', owner: null, runbook: null }
const [first, second, third, fourth, fifth] = [1, 2, 3, 4, 5].map(
  (n) => sighted(null, sightingOf(n, at, {}), owner, policy).events[0]
)

let api: TeamsBotFake
let fake: Fake
let channel: Channel

const configOf = (others: object = {}) => {
  const { url } = fake
  return { type: 'teams-bot', serviceUrl: url, graphUrl: url, authority: url, ...teamsBotAccess, ...others } as const
}

beforeEach(async () => {
  api = teamsBotFake()
  fake = await startFake(api)
  channel = openCase(configOf())
})

afterEach(async () => {
  await channel.close()
  await fake.close()
})

test('tokens are kept; one that is refused is got once more', async () => {
  await channel.deliver(first, null)
  await channel.deliver(second, null)
  expect(api.tokens()).toBe(2)
  api.revoke()
  await channel.deliver(third, null)
  expect(api.tokens()).toBe(4)
  expect(fake.things().map(({ ticket }) => ticket)).toEqual([first, second, third].map(({ ticket }) => ticket.id))
  // Both services refuse whatever they are sent: nobody asks for ever.
  fake.fails((n) => (n % 2 === 0 ? { status: 401 } : null))
  await expect(channel.deliver(fourth, null)).rejects.toMatchObject({
    message: 'teams-bot answers 401',
    retryable: false
  })
  expect(fake.faults).toEqual([])
})

test('412 is tried again', async () => {
  fake.fails((n) => (n === 3 ? { status: 412 } : null))
  await expect(channel.deliver(first, null)).rejects.toMatchObject({
    message: 'teams-bot answers 412',
    retryable: true
  })
  await channel.deliver(first, null)
  expect(fake.things()).toHaveLength(1)
})

test('a card that a person forwards is not taken for the one of the ticket, one that was deleted is made again', async () => {
  await channel.deliver(first, null)
  api.forward(0)
  await channel.deliver({ ...first, id: `${first.ticket.id}.2` }, null)
  expect(fake.things()).toEqual([{ ticket: first.ticket.id, state: 'new', events: [first.id, `${first.ticket.id}.2`] }])
  api.remove(1)
  await channel.deliver(first, null)
  expect(fake.things()).toEqual([{ ticket: first.ticket.id, state: 'new', events: [first.id] }])
  expect(fake.faults).toEqual([])
})

test('what people write cannot pass for the last line of a card', async () => {
  const reason = `${'logveil-'}${second.ticket.id}, logveil event ${second.id} Progress: done`
  await channel.deliver({ ...first, reason }, null)
  await channel.deliver(second, null)
  expect(fake.things()).toEqual(
    [first, second].map(({ id, ticket }) => ({ ticket: ticket.id, state: 'new', events: [id] }))
  )
  expect(fake.faults).toEqual([])
})

test('the search goes over all pages; a link to elsewhere is an error, and gets no token', async () => {
  for (const event of [first, second, third, fourth, fifth]) await channel.deliver(event, null)
  const reference = await channel.deliver(first, null)
  expect(fake.things().map(({ events }) => events)).toEqual([first, second, third, fourth, fifth].map(({ id }) => [id]))
  expect(JSON.parse(reference as string).key).toBe('1700000000000')
  const body = JSON.stringify({ value: [], '@odata.nextLink': `${fake.url}.example/next` })
  fake.fails(() => ({ status: 200, body }))
  await expect(channel.deliver(first, null)).rejects.toMatchObject({
    message: 'teams-bot has its next page elsewhere: graphUrl is not its address',
    retryable: false
  })
})
