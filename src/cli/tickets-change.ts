import type { TicketState } from '../model.ts'
import type { Outcome } from './outcome.ts'
import type { TicketsArguments } from './tickets-arguments.ts'
import { ticketData } from './tickets-data.ts'
import { ticketNamed, withLedger } from './tickets-ledger.ts'

/** `logveil tickets ack ID` and so on. Channels hear of it when a process that serves them looks next. */
export async function changeTicket(to: TicketState, args: TicketsArguments): Promise<Outcome> {
  const id = ticketNamed(args)
  const { by, until: expires, json } = args
  const reason = await redacted(args.reason)
  const ticket = await withLedger(args, (ledger) => ledger.change(id, { to, by, reason, at: Date.now(), expires }))
  if (json) return { text: `${JSON.stringify(ticketData(ticket), null, 2)}\n`, status: 0 }
  return { text: `${ticket.id}: ${ticket.state}\n`, status: 0 }
}

/** A secret that somebody writes as a reason is not kept. */
async function redacted(text: string): Promise<string> {
  if (text === '') return text
  const { createRedactor } = await import('../index.ts')
  return Buffer.from(createRedactor().redact(Buffer.from(text)).payload).toString()
}
