// A process that opens tickets and tells of them until it is killed: deliverer.ts DATABASE CHANNELS TICKETS, channels as in a configuration, in JSON.
import { openChannel } from '../../src/cli/tickets-channels.ts'
import { channelSchema } from '../../src/config/channels-schema.ts'
import { openDesk } from '../../src/tickets/desk.ts'
import { openAt, policy, sightingOf } from './backends.ts'

const [where, channels, tickets] = process.argv.slice(2)
const ignore = (): void => {}
const desk = await openDesk({
  database: openAt(where),
  channels: JSON.parse(channels).map((config: unknown) => openChannel(channelSchema.parse(config), () => '')),
  policy,
  delivery: { initialMs: 20, maxMs: 200, attempts: 1000, leaseMs: 600, inFlight: 8 },
  events: { delivered: ignore, failed: ignore, backlog: ignore, open: () => {}, allowances: () => {}, trouble: ignore }
})
process.stdout.write('begins\n')
// A desk holds nothing up by itself.
setInterval(ignore, 60_000)
// The same calls in every life: what a life before had written down counts once.
for (let round = 1; round <= 3; round++) {
  const seen = Array.from({ length: Number(tickets) }, (_, i) => sightingOf(i, Date.now(), { count: 10 ** round }))
  await desk.record('writer', round, seen, Date.now())
}
