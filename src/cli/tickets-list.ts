import type { Ticket } from '../model.ts'
import type { Outcome } from './outcome.ts'
import { table } from './table.ts'
import type { TicketsArguments } from './tickets-arguments.ts'
import { allowanceData, historyData, isoTime, ticketData } from './tickets-data.ts'
import { ticketNamed, withLedger } from './tickets-ledger.ts'

/** `logveil tickets list`. */
export async function listTickets(args: TicketsArguments): Promise<Outcome> {
  const { states, detector, json } = args
  const filter = { states, ...(detector === null ? {} : { detector }) }
  const tickets = await withLedger(args, (ledger) => ledger.list(filter))
  if (json) return table(true, tickets.map(ticketData), [])
  return table(false, tickets.map(row), ['id', 'state', 'severity', 'detector', 'count', 'last', 'due', 'places'])
}

/** `logveil tickets show ID`. */
export async function showTicket(args: TicketsArguments): Promise<Outcome> {
  const id = ticketNamed(args)
  const [ticket, history] = await withLedger(args, async (ledger) => [await ledger.get(id), await ledger.history(id)])
  const whole = { ...ticketData(ticket), history: history.map(historyData) }
  if (args.json) return { text: `${JSON.stringify(whole, null, 2)}\n`, status: 0 }
  const { places, hints, history: _, ...facts } = whole
  const lines = [
    ...Object.entries({ ...facts, ...hints }).map(([name, value]) => `${name.padEnd(16)} ${value ?? '-'}`),
    ...places.map(
      (place) =>
        `${'place'.padEnd(16)} ${Object.entries(place)
          .map(([k, v]) => `${k}=${v}`)
          .join(' ')}`
    ),
    ...history.map(
      (one) => `${isoTime(one.at)} ${one.kind} by ${one.actor}: ${one.from ?? 'new'} -> ${one.to} (${one.reason})`
    )
  ]
  return { text: `${lines.join('\n').replace(/[^\P{Cc}\n]/gu, '?')}\n`, status: 0 }
}

/** `logveil tickets history ID`. */
export async function showHistory(args: TicketsArguments): Promise<Outcome> {
  const id = ticketNamed(args)
  const history = await withLedger(args, (ledger) => ledger.history(id))
  return table(args.json, history.map(historyData), ['at', 'kind', 'from', 'to', 'actor', 'reason'])
}

/** `logveil tickets allowlist`: what was decided to be no secret, with owner, reason and expiry. */
export async function listAllowances(args: TicketsArguments): Promise<Outcome> {
  const rows = await withLedger(args, (ledger) => ledger.allowances())
  const now = Date.now()
  const shown = rows.map((one) => allowanceData(one, now))
  return table(args.json, shown, ['detector', 'fingerprint', 'owner', 'expires', 'expired', 'reason'])
}

function row({ id, state, severity, detector, count, last, due, places }: Ticket) {
  const names = places.map(({ place: { service, pod, file, topic } }) => service ?? pod ?? file ?? topic ?? '-')
  return { id, state, severity, detector, count, last: isoTime(last), due: isoTime(due), places: [...new Set(names)] }
}
