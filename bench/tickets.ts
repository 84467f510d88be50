// What tickets cost the data: a log, 1 % of whose lines hold a secret, is redacted in turns with and without them, its ledger beside it.
// node bench/tickets.ts: 3 to 4 % on two shared virtual cores
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSpots } from '../src/cli/run-tickets.ts'
import { openDesk } from '../src/cli/tickets-desk.ts'
import { ticketsSchema } from '../src/config/tickets-schema.ts'
import { createRedactors } from '../src/index.ts'
import { createMetrics } from '../src/metrics.ts'
import type { Envelope, Sighting } from '../src/model.ts'
import { cutBatches, generateLog } from './corpus.ts'
import { median } from './measure.ts'
import { plant } from './plant.ts'

const rounds = 60
const { lines } = createRedactors({ keys: [{ id: 'bench', key: new Uint8Array(32) }] })
const batches = cutBatches(plant(generateLog(2 ** 23), 0.01).bytes)
const directory = mkdtempSync(join(tmpdir(), 'logveil-bench-'))
const tickets = ticketsSchema.parse({ directory })
const desk = openDesk(tickets, {
  metrics: createMetrics(),
  warn: (message) => process.stderr.write(`${message}\n`),
  onAllowances: () => {},
  place: 'thread'
})
await desk.ready
let counted = 0
const spots = createSpots(
  tickets,
  (text) => text,
  (sightings: readonly Sighting[]) => {
    for (const { count } of sightings) counted += count
    desk.take(sightings)
  }
)
const origin = { resource: { 'log.file.path': '/var/log/app.log' }, format: 'plain' } as const
const times: [number[], number[]] = [[], []]
let found = 0
for (let round = 0; round < 2 * rounds; round++) {
  const withTickets = round % 2 === 1
  const begin = performance.now()
  for (const { bytes: payload } of batches) {
    const { findings } = lines.redact(payload)
    if (!withTickets) continue
    found += findings.length
    spots.batch(findings, { payload, format: 'lines', signal: null, origin } as Partial<Envelope> as Envelope)
  }
  if (round >= 10) times[round % 2].push(performance.now() - begin)
  // As a source does between batches: timers and messages have their turn.
  await new Promise((resolve) => setImmediate(resolve))
}
spots.flush()
const lost = await desk.close(10_000)
rmSync(directory, { recursive: true })
if (lost > 0 || counted !== found) throw new Error(`${found} findings, ${counted} in sightings, ${lost} lost`)
const [without, having] = times.map(median)
process.stdout.write(
  `${JSON.stringify({ findings: found, withoutMs: without, withMs: having, costPercent: (having / without - 1) * 100 })}\n`
)
