import type { TicketsService } from '../admin/tickets-api.ts'
import { allowanceData, historyData, ticketData } from './tickets-data.ts'
import type { AskedLedger } from './tickets-messages.ts'

/** What the API answers, out of the ledger. `redact`: what people write may hold a secret. */
export function createTicketsService(ledger: AskedLedger, redact: (text: string) => string): TicketsService {
  return {
    async list({ state, detector, tenant, limit, after }) {
      const [last, id] = after?.split('.') ?? []
      const filter = {
        states: state,
        limit,
        ...(detector !== undefined && { detector }),
        ...(tenant !== undefined && { tenant }),
        ...(last !== undefined && { after: { last: Number(last), id } })
      }
      const tickets = await ledger.list(filter)
      const end = tickets.length === limit ? tickets.at(-1) : undefined
      return { tickets: tickets.map(ticketData), next: end === undefined ? null : `${end.last}.${end.id}` }
    },
    async show(id) {
      const [ticket, history] = await Promise.all([ledger.get(id), ledger.history(id)])
      return { ...ticketData(ticket), history: history.map(historyData) }
    },
    history: async (id) => (await ledger.history(id)).map(historyData),
    change: async (id, { reason, ...change }) =>
      ticketData(await ledger.change(id, { ...change, reason: redact(reason), at: Date.now() })),
    allowlist: async () => (await ledger.allowances()).map((one) => allowanceData(one, Date.now()))
  }
}
