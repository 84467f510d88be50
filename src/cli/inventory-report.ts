import { ticketsSchema } from '../config/tickets-schema.ts'
import { LogveilError } from '../errors.ts'
import { loadInventory } from '../inventory/load.ts'
import { type ReportRow, reportOf } from '../inventory/report.ts'
import { reportHtml, reportMarkdown, summary } from '../inventory/report-formats.ts'
import type { Ticket } from '../model.ts'
import type { InventoryArguments } from './inventory-arguments.ts'
import type { Outcome } from './outcome.ts'
import { table } from './table.ts'

/** `logveil inventory report FILE`. */
export async function reportInventory({ positionals, values }: InventoryArguments): Promise<Outcome> {
  const [path, ...rest] = positionals
  if (path === undefined || rest.length > 0)
    throw new LogveilError('USAGE_INVALID', 'say `logveil inventory report FILE`')
  const inventory = loadInventory(path)
  const tickets = await ticketsOf(values.tickets, values.config)
  const rows = reportOf(inventory, { now: Date.now(), withinDays: daysOf(values.within), tickets })
  const text = write(values.json ? 'json' : (values.format ?? 'table'), rows, inventory.secrets.length)
  return { text, status: values['fail-on-findings'] && rows.length > 0 ? 1 : 0 }
}

/** Throws `USAGE_INVALID`. */
function write(format: string, rows: readonly ReportRow[], secrets: number): string {
  if (format === 'json') return table(true, rows, []).text
  if (format === 'markdown') return reportMarkdown(rows, secrets)
  if (format === 'html') return reportHtml(rows, secrets)
  if (format !== 'table') throw new LogveilError('USAGE_INVALID', '--format is one of table, json, markdown, html')
  if (rows.length === 0) return `${summary(rows, secrets)}\n`
  const cells = rows.map((row) => ({
    ...row,
    owner: row.owner ?? '-',
    application: row.application ?? '-',
    environment: row.environment ?? '-',
    detail: row.detail || '-'
  }))
  return `${table(false, cells, ['complaint', 'name', 'owner', 'application', 'environment', 'detail']).text}${summary(rows, secrets)}\n`
}

const mostTickets = 1_000_000

async function ticketsOf(directory: string | undefined, config: string | undefined): Promise<readonly Ticket[]> {
  if (directory === undefined && config === undefined) return []
  const { withLedger } = await import('./tickets-ledger.ts')
  const tickets = directory === undefined ? await configured(config as string) : ticketsSchema.parse({ directory })
  return withLedger({ tickets }, (ledger) => ledger.list({ limit: mostTickets }))
}

async function configured(path: string) {
  const { tickets } = (await import('../config/config-load.ts')).loadConfig(path)
  if (tickets === null) throw new LogveilError('USAGE_INVALID', `${path} has no section tickets`)
  return tickets
}

function daysOf(text = '30d'): number {
  const [, days] = /^(\d{1,4})d?$/.exec(text) ?? []
  if (days === undefined) throw new LogveilError('USAGE_INVALID', '--within is a number of days: 30d')
  return Number(days)
}
