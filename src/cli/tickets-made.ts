import { randomBytes } from 'node:crypto'
import { plainTickets, urlMistake } from '../config/tickets-defaults.ts'
import type { TicketsConfig } from '../config/tickets-schema.ts'
import { LogveilError } from '../errors.ts'
import { madeSecret } from './tickets-keys.ts'
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

/** The same as a part of a configuration. Who looks at tickets on the page for people needs a token: one is made. */
export function madeTickets(values: TicketValues & { readonly console?: boolean | undefined }): {
  readonly tickets?: TicketsConfig
  readonly console?: boolean
} {
  const { console = false } = values
  const tickets = ticketsOf(values)
  if (tickets === null) return { console }
  return { console, tickets: console ? { ...tickets, api: { tokens: [madeToken(tickets)] } } : tickets }
}

/** Stands in the directory of the tickets, for its owner only. */
export function madeToken(tickets: TicketsConfig) {
  const token = madeSecret(tickets, 'api.token', () => randomBytes(32).toString('base64url'))
  return { name: 'api', token, access: 'change' as const }
}
