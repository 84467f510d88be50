import type { TicketState } from '../model.ts'
import { ticketData } from '../tickets/cloud-event.ts'
import type { Outcome } from './detectors.ts'
import type { TicketsArguments } from './tickets.ts'
import { ticketNamed, withLedger } from './tickets-ledger.ts'

/** `logveil tickets ack ID` and so on. Channels hear of it when a process that serves them looks next. */
export async function changeTicket(to: TicketState, args: TicketsArguments): Promise<Outcome> {
  const id = ticketNamed(args)
  const { by, reason, until: expires, json } = args
  const ticket = await withLedger(args, (ledger) => ledger.change(id, { to, by, reason, at: Date.now(), expires }))
  if (json) return { text: `${JSON.stringify(ticketData(ticket), null, 2)}\n`, status: 0 }
  return { text: `${ticket.id}: ${ticket.state}\n`, status: 0 }
}
