import type { ConsoleService } from '../admin/console-api.ts'
import type { ConsoleFiles } from '../admin/console-page.ts'
import { actions } from '../admin/ticket-shapes.ts'
import consoleFiles from '../generated/console.json' with { type: 'json' }
import { loadInventory } from '../inventory/load.ts'
import { complaints, reportOf } from '../inventory/report.ts'
import { type Detector, type TicketState, ticketStates } from '../model.ts'
import { leadsTo } from '../tickets/lifecycle.ts'
import type { AskedLedger } from './tickets-messages.ts'
import { version } from './version.ts'

export const files: ConsoleFiles = consoleFiles

export interface ConsoleParts {
  readonly detectors: readonly Detector[]
  /** Path of the inventory; null: there is none. */
  readonly inventory: string | null
  /** null: there are no tickets, or no API of them. */
  readonly ledger: Pick<AskedLedger, 'list'> | null
}

const withinDays = 30
const mostTickets = 10_000

export function createConsoleService({ detectors, inventory, ledger }: ConsoleParts): ConsoleService {
  const listed = detectors.map(({ id, name, provider, severity }) => ({ id, name, provider, severity }))
  return {
    about: (caller) => ({
      version: version(),
      user: caller === null ? null : { name: caller.name, access: caller.access },
      tickets: ledger !== null,
      inventory: inventory !== null,
      states: ticketStates,
      actions: actionList,
      detectors: listed
    }),
    async inventory() {
      if (inventory === null) return { secrets: 0, withinDays, rows: [] }
      const known = loadInventory(inventory)
      const tickets = (await ledger?.list({ limit: mostTickets })) ?? []
      const rows = reportOf(known, { now: Date.now(), withinDays, tickets })
      const told = rows.map((row) => ({ ...row, title: complaints[row.complaint] }))
      return { secrets: known.secrets.length, withinDays, rows: told }
    }
  }
}

/** What can be done, and in which states. */
const actionList = Object.entries(actions).map(([name, { to, summary, expires }]) => ({
  name,
  to,
  summary,
  expires,
  from: ticketStates.filter((state: TicketState) => leadsTo[state].includes(to))
}))
