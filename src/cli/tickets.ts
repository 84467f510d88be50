import { userInfo } from 'node:os'
import { parseArgs } from 'node:util'
import { loadConfig } from '../config/config-load.ts'
import { type TicketsConfig, ticketsSchema } from '../config/tickets-schema.ts'
import { LogveilError } from '../errors.ts'
import { type TicketState, ticketStates } from '../model.ts'
import { nearest } from '../scan/load/nearest.ts'
import type { Outcome } from './outcome.ts'
import { parseOptions } from './run-options.ts'
import { ticketsHelp } from './tickets-help.ts'

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

const change = (to: TicketState) => async (args: TicketsArguments) =>
  (await import('./tickets-change.ts')).changeTicket(to, args)

const commands: Record<string, (args: TicketsArguments) => Promise<Outcome>> = {
  list: async (args) => (await import('./tickets-list.ts')).listTickets(args),
  show: async (args) => (await import('./tickets-list.ts')).showTicket(args),
  history: async (args) => (await import('./tickets-list.ts')).showHistory(args),
  allowlist: async (args) => (await import('./tickets-list.ts')).listAllowances(args),
  ack: change('acknowledged'),
  rotate: change('rotating'),
  rotated: change('rotated'),
  verify: change('verified'),
  close: change('closed'),
  reopen: change('open'),
  'false-positive': change('false-positive'),
  accept: change('accepted-risk'),
  'accept-risk': change('accepted-risk'),
  dead: async (args) => (await import('./tickets-dead.ts')).listDead(args),
  replay: async (args) => (await import('./tickets-dead.ts')).replayDead(args)
}

/** `logveil tickets ...`; resolves to the exit status. Throws `USAGE_INVALID`, `TICKET_INVALID`, `LEDGER_FAILED`. */
export async function ticketsCommand(args: readonly string[]): Promise<number> {
  if (args[0] === 'serve' && !args.includes('--help') && !args.includes('-h'))
    return (await import('./tickets-serve.ts')).serveTickets(args.slice(1))
  const { text, status } = await runTickets(args)
  process.stdout.on('error', ignoreClosedPipe)
  ;(args.length === 0 ? process.stderr : process.stdout).write(text)
  return status
}

/** The same without printing. */
export async function runTickets(args: readonly string[]): Promise<Outcome> {
  const [name, ...rest] = args
  if (name === undefined) return { text: ticketsHelp, status: 2 }
  if (name === '--help' || name === '-h' || rest.includes('--help')) return { text: ticketsHelp, status: 0 }
  if (name === 'openapi') return (await import('./tickets-openapi.ts')).showOpenApi()
  if (Object.hasOwn(commands, name)) return commands[name](parse(rest))
  const guess = nearest(name, [...Object.keys(commands), 'serve', 'openapi'])
  const hint = guess === null ? 'see `logveil tickets --help`' : `did you mean \`logveil tickets ${guess}\`?`
  throw new LogveilError('USAGE_INVALID', `there is no command "tickets ${name}"; ${hint}`)
}

/** `logveil tickets list | head` */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
}

function parse(args: readonly string[]): TicketsArguments {
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
