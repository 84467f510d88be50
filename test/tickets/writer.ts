// A process that sees secrets and writes them into a shared ledger, as a daemon does: writer.ts WHERE NAME SIGHTINGS SECRETS
import { openLedger } from '../../src/tickets/ledger.ts'
import { createRecorder } from '../../src/tickets/recorder.ts'
import { createSpotter } from '../../src/tickets/spotter.ts'
import { openAt, policy } from './backends.ts'

const [where, name, sightings, secrets] = process.argv.slice(2)
const database = openAt(where)
const ledger = await openLedger(database, policy)
const totals = { recorded: 0, lost: 0, troubles: 0 }
const recorder = createRecorder(ledger.record, name, {
  recorded: (count) => {
    totals.recorded += count
  },
  lost: (count) => {
    totals.lost += count
  },
  trouble: () => totals.troubles++
})
const spotter = createSpotter({
  tenant: 'default',
  minConfidence: 'possible',
  except: [],
  now: Date.now,
  take: recorder.take
})
const findings = Array.from({ length: Number(secrets) }, (_, i) => ({
  detector: `toy-${i % 7}`,
  confidence: 'likely' as const,
  severity: 'high' as const,
  record: 0,
  path: '',
  span: [0, 1] as const,
  length: 1,
  fingerprint: `k1.${String(i).padStart(16, 'A')}`,
  action: 'label' as const,
  hints: {}
}))
const begin = performance.now()
for (let next = 0; next < Number(sightings); next++) {
  spotter.spot([findings[next % findings.length]] as never, () => ({ service: `service-${next % 30}` }))
  // So that writing goes on beside it, in many small transactions.
  if (next % 500 === 499) {
    spotter.flush()
    await new Promise((resolve) => setImmediate(resolve))
  }
}
spotter.flush()
await recorder.close(60_000)
await database.close()
const rss = Math.round(process.memoryUsage().rss / 2 ** 20)
process.stdout.write(`${JSON.stringify({ ...totals, ms: Math.round(performance.now() - begin), rss })}\n`)
