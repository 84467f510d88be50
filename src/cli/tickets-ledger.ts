import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { LogveilError } from '../errors.ts'
import { type Ledger, openLedger } from '../tickets/ledger.ts'
import { createOutbox, type Outbox } from '../tickets/outbox.ts'
import type { TicketsArguments } from './tickets-arguments.ts'
import { openDatabase, policyOf } from './tickets-open.ts'

/** For one look or change; a directory that holds none is a mistake, not an empty ledger. */
export async function withLedger<T>(
  { tickets }: Pick<TicketsArguments, 'tickets'>,
  work: (ledger: Ledger, outbox: Outbox) => Promise<T>
): Promise<T> {
  const { directory, postgres } = tickets
  if (postgres === null && !existsSync(join(directory as string, 'tickets.db')))
    throw new LogveilError('LEDGER_FAILED', `there are no tickets in ${directory}`)
  const database = await openDatabase(tickets)
  try {
    return await work(await openLedger(database, policyOf(tickets)), createOutbox(database))
  } finally {
    await database.close()
  }
}

/** The one ticket that is named. Throws `USAGE_INVALID`. */
export function ticketNamed({ positionals }: TicketsArguments): string {
  if (positionals.length === 1) return positionals[0].toLowerCase()
  throw new LogveilError('USAGE_INVALID', 'name one ticket, by its id')
}
