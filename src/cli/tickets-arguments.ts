import { userInfo } from 'node:os'
import { parseArgs } from 'node:util'
import { loadConfig } from '../config/config-load.ts'
import { type TicketsConfig, ticketsSchema } from '../config/tickets-schema.ts'
import { LogveilError } from '../errors.ts'
import { type TicketState, ticketStates } from '../model.ts'
import { parseOptions } from './run-options.ts'

/** What the subcommands share. */
export interface TicketsArguments {
  readonly positionals: readonly string[]
  readonly tickets: TicketsConfig
  readonly json: boolean
  readonly states: readonly TicketState[]
  readonly detector: string | null
  readonly by: string
  readonly reason: string
  /** ms since 1970. */
  readonly until: number | null
}

/** Throws `USAGE_INVALID`, `CONFIG_INVALID`. */
export function parseTickets(args: readonly string[]): TicketsArguments {
  const { values, positionals } = parseOptions('tickets', () =>
    parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        tickets: { type: 'string' },
        config: { type: 'string', short: 'c' },
        json: { type: 'boolean' },
        state: { type: 'string', multiple: true },
        detector: { type: 'string' },
        by: { type: 'string' },
        reason: { type: 'string' },
        until: { type: 'string' }
      }
    })
  )
  return {
    positionals,
    tickets: whichTickets(values.tickets, values.config),
    json: values.json ?? false,
    states: (values.state ?? []).map(stateOf),
    detector: values.detector ?? null,
    by: values.by ?? userName(),
    reason: values.reason ?? '',
    until: values.until === undefined ? null : timeOf(values.until)
  }
}

function whichTickets(directory: string | undefined, config: string | undefined): TicketsConfig {
  if ((directory === undefined) === (config === undefined))
    throw new LogveilError('USAGE_INVALID', 'say where the tickets are: --tickets DIR, or --config FILE')
  if (directory !== undefined) return ticketsSchema.parse({ directory })
  const { tickets } = loadConfig(config as string)
  if (tickets === null) throw new LogveilError('USAGE_INVALID', `${config} has no section tickets`)
  return tickets
}

function stateOf(text: string): TicketState {
  const state = ticketStates.find((one) => one === text)
  if (state !== undefined) return state
  throw new LogveilError('USAGE_INVALID', `--state is one of ${ticketStates.join(', ')}`)
}

/** A date, or a number of days. */
function timeOf(text: string): number {
  const [, days] = /^(\d{1,4})d$/.exec(text) ?? []
  const at = days === undefined ? Date.parse(text) : Date.now() + Number(days) * 86_400_000
  if (!Number.isNaN(at)) return at
  throw new LogveilError('USAGE_INVALID', '--until is a date (2027-03-31) or a number of days (90d)')
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    return 'unknown'
  }
}
