import type { Outcome } from './outcome.ts'
import { table } from './table.ts'
import type { TicketsArguments } from './tickets-arguments.ts'
import { withLedger } from './tickets-ledger.ts'

/** `logveil tickets dead`: what no channel took. */
export async function listDead(args: TicketsArguments): Promise<Outcome> {
  const dead = await withLedger(args, (_, outbox) => outbox.dead())
  const shown = dead.map((letter) => ({ ...letter, at: new Date(letter.at).toISOString() }))
  return table(args.json, shown, ['channel', 'event', 'kind', 'attempts', 'at', 'error'])
}

/** `logveil tickets replay [CHANNEL]`: is delivered when a process that serves the channel looks next. */
export async function replayDead(args: TicketsArguments): Promise<Outcome> {
  const [channel = null] = args.positionals
  const count = await withLedger(args, (_, outbox) => outbox.replay(channel, Date.now()))
  return { text: `${count} to be delivered again\n`, status: 0 }
}
