import { LogveilError } from '../errors.ts'
import type { TicketState } from '../model.ts'
import { nearest } from '../scan/load/nearest.ts'
import { type Outcome, print } from './outcome.ts'
import { parseTickets, type TicketsArguments } from './tickets-arguments.ts'
import { ticketsHelp } from './tickets-help.ts'

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
  return print(await runTickets(args), args.length === 0 ? process.stderr : process.stdout)
}

/** The same without printing. */
export async function runTickets(args: readonly string[]): Promise<Outcome> {
  const [name, ...rest] = args
  if (name === undefined) return { text: ticketsHelp, status: 2 }
  if (name === '--help' || name === '-h' || rest.includes('--help')) return { text: ticketsHelp, status: 0 }
  if (name === 'openapi') return (await import('./tickets-openapi.ts')).showOpenApi()
  if (Object.hasOwn(commands, name)) return commands[name](parseTickets(rest))
  const guess = nearest(name, [...Object.keys(commands), 'serve', 'openapi'])
  const hint = guess === null ? 'see `logveil tickets --help`' : `did you mean \`logveil tickets ${guess}\`?`
  throw new LogveilError('USAGE_INVALID', `there is no command "tickets ${name}"; ${hint}`)
}
