import type { Severity, TicketState } from '../model.ts'
import type { Transaction } from './database.ts'
import { severities } from './places.ts'

/** Tickets whose secret is not rotated, and those of them whose time is over. */
export type OpenTickets = Readonly<Record<Severity, { readonly open: number; readonly overdue: number }>>

const unrotated: readonly TicketState[] = ['open', 'acknowledged', 'rotating']

/** Counts them in an index. */
export async function countOpen({ all }: Transaction, now: number): Promise<OpenTickets> {
  const rows = await all(
    `select severity, count(*) as open, sum(case when due <= $1 then 1 else 0 end) as overdue from tickets
     where state in (${unrotated.map((_, i) => `$${i + 2}`).join(', ')}) group by severity`,
    [now, ...unrotated]
  )
  const counts = severities.map((severity) => {
    const row = rows.find((one) => one.severity === severity)
    return [severity, { open: Number(row?.open ?? 0), overdue: Number(row?.overdue ?? 0) }]
  })
  return Object.fromEntries(counts)
}
