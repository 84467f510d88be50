import { plainTickets, urlMistake } from '../config/tickets-defaults.ts'
import type { TicketsConfig } from '../config/tickets-schema.ts'
import { LogveilError } from '../errors.ts'
import type { TicketValues } from './tickets-options.ts'

/** The section `tickets` of a configuration, made of options; null: none. Throws `USAGE_INVALID`. */
export function ticketsOf({ tickets, webhook = [] }: TicketValues): TicketsConfig | null {
  if (tickets === undefined && webhook.length === 0) return null
  if (tickets === undefined)
    throw new LogveilError('USAGE_INVALID', '--webhook needs --tickets DIR, where tickets are kept')
  if (tickets === '') throw new LogveilError('USAGE_INVALID', '--tickets is the name of a directory')
  const mistake = webhook.map(urlMistake).find((one) => one !== null)
  if (mistake !== undefined) throw new LogveilError('USAGE_INVALID', `--webhook: ${mistake}`)
  return plainTickets(tickets, webhook)
}

/** The same as a part of a configuration. */
export function madeTickets(values: TicketValues): { readonly tickets?: TicketsConfig } {
  const tickets = ticketsOf(values)
  return tickets === null ? {} : { tickets }
}
