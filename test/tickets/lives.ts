// A process of deliverer.ts that is killed again and again, until all is told.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import type { Ticket } from '../../src/model.ts'
import { openLedger } from '../../src/tickets/ledger.ts'
import { createOutbox } from '../../src/tickets/outbox.ts'
import { openAt, policy } from './backends.ts'

const deliverer = fileURLToPath(new URL('./deliverer.ts', import.meta.url))

/** Kills until `enough`, and lets the last life finish. Resolves to how often, and to the tickets in the ledger. */
export async function killUntilTold(
  where: string,
  channels: readonly { readonly name: string }[],
  tickets: number,
  enough: () => boolean
): Promise<{ readonly kills: number; readonly tickets: readonly Ticket[] }> {
  let kills = 0
  const begin = () =>
    spawn(process.execPath, [deliverer, where, JSON.stringify(channels), String(tickets)], {
      stdio: ['ignore', 'pipe', 'inherit']
    })
  for (const end = performance.now() + 90_000; !enough() && performance.now() < end; kills++) {
    const child = begin()
    await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])
    // Lives get longer, so that a busy machine comes to an end, too.
    await new Promise((resolve) => setTimeout(resolve, Math.random() * (300 + 100 * kills)))
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  }
  // Not in this thread: two connections in one would wait for each other.
  const last = begin()
  const database = openAt(where)
  const outbox = createOutbox(database)
  const waiting = async () => {
    const backlogs = await Promise.all(channels.map(async ({ name }) => ({ name, ...(await outbox.backlog(name)) })))
    return backlogs.flatMap(({ name, waiting }) => (waiting > 0 ? [`${name}: ${waiting}`] : []))
  }
  await expect.poll(waiting, { timeout: 180_000, interval: 50 }).toEqual([])
  expect(await outbox.dead()).toEqual([])
  const all = await (await openLedger(database, policy)).list({})
  last.kill('SIGKILL')
  await once(last, 'exit')
  await database.close()
  return { kills, tickets: all }
}
