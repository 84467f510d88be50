// Exactly once, whatever happens to the instances. LOGVEIL_CHAOS_RECORDS sets how many records, LOGVEIL_CHAOS_SECONDS over how long they come: things
// happen every few seconds.
import { expect, test } from 'vitest'
import { clients, requireClient, useBroker } from './broker.ts'
import { runChaos } from './chaos.ts'

const records = Number(process.env.LOGVEIL_CHAOS_RECORDS ?? 60_000)
const produceMs = Number(process.env.LOGVEIL_CHAOS_SECONDS ?? 30) * 1000
const timeoutMs = 240_000 + produceMs + records / 2

const broker = useBroker()

test.for(clients)(
  '%s: killed, stopped, frozen and woken, the broker gone for a while: every record once, in order, without a secret',
  { timeout: timeoutMs + 60_000 },
  async (client, { skip }) => {
    requireClient(client, skip)
    const seed = Number(process.env.LOGVEIL_CHAOS_SEED ?? 1)
    const result = await runChaos(broker, {
      client,
      records,
      partitions: 12,
      instances: 3,
      faults: 'all',
      sessionMs: 6000,
      produceMs,
      seed,
      timeoutMs
    })
    process.stdout.write(
      `${client}: ${records} records, ${result.seconds.toFixed(0)} s, faults ${JSON.stringify(result.faults)}\n`
    )
    expect(result).toMatchObject({ missing: 0, duplicates: 0, disordered: 0, leaks: [], deadLetters: 0, findings: 0 })
    expect(result.metrics).toBeGreaterThan(0)
  }
)
