// A process that opens tickets and tells of them until it is killed: deliverer.ts DATABASE URL SECRET TICKETS
import { createWebhook } from '../../src/tickets/channels/webhook.ts'
import { openDesk } from '../../src/tickets/desk.ts'
import { openAt, policy, sightingOf } from './backends.ts'

const [where, url, secret, tickets] = process.argv.slice(2)
const channel = createWebhook({ name: 'fake', url, secrets: [secret], headers: {}, now: Date.now })
const ignore = (): void => {}
const desk = await openDesk({
  database: openAt(where),
  channels: [{ channel, perSecond: 1000 }],
  policy,
  delivery: { initialMs: 20, maxMs: 200, attempts: 1000, leaseMs: 400, inFlight: 8 },
  events: { delivered: ignore, failed: ignore, backlog: ignore, allowances: () => {}, trouble: ignore }
})
// The same calls in every life: what a life before had written down counts once.
for (let round = 1; round <= 3; round++) {
  const seen = Array.from({ length: Number(tickets) }, (_, i) => sightingOf(i, Date.now(), { count: 10 ** round }))
  await desk.record('writer', round, seen, Date.now())
}
