import type { TicketsConfig } from '../config/tickets-schema.ts'
import type { ErrorCode } from '../errors.ts'
import type { DeskEvents } from '../tickets/desk.ts'
import type { Allowance, Ledger } from '../tickets/ledger.ts'
import type { OpenTickets } from '../tickets/open-tickets.ts'

/** What the thread of the ledger is started with. */
export type DeskData = TicketsConfig

/** What may be asked of a ledger beside what is found. */
export const asked = ['list', 'get', 'history', 'change', 'allowances', 'recordFrom'] as const
export type Asked = (typeof asked)[number]
export type AskedLedger = Pick<Ledger, Asked>

/** To the thread. */
export type DeskOrder =
  | { readonly type: 'record'; readonly batch: Parameters<Ledger['record']> }
  | { readonly type: 'ask'; readonly method: Asked; readonly args: readonly unknown[] }
  | { readonly type: 'close'; readonly ms: number }

/** Of an error. */
export interface Told {
  readonly code: ErrorCode
  readonly message: string
  readonly retryable: boolean
}

/** From the thread. There is one `recorded` for each `record` and one `answered` for each `ask`, in their order. */
export type DeskNews =
  | { readonly type: 'ready' }
  | { readonly type: 'failed'; readonly error: Told }
  | { readonly type: 'recorded'; readonly error: Told | null }
  | { readonly type: 'answered'; readonly error: Told | null; readonly result: unknown }
  | { readonly type: 'delivered'; readonly channel: string }
  | { readonly type: 'refused'; readonly channel: string; readonly final: boolean; readonly message: string }
  | {
      readonly type: 'backlog'
      readonly channel: string
      readonly waiting: number
      readonly dead: number
      readonly oldestMs: number
    }
  | { readonly type: 'open'; readonly counts: OpenTickets }
  | { readonly type: 'allowances'; readonly entries: readonly Allowance[] }
  | { readonly type: 'trouble'; readonly message: string }

/** What a desk tells, as news. */
export function newsOf(tell: (news: DeskNews) => void): DeskEvents {
  return {
    delivered: (channel) => tell({ type: 'delivered', channel }),
    failed: (channel, final, message) => tell({ type: 'refused', channel, final, message }),
    backlog: (channel, waiting, dead, oldestMs) => tell({ type: 'backlog', channel, waiting, dead, oldestMs }),
    open: (counts) => tell({ type: 'open', counts }),
    allowances: (entries) => tell({ type: 'allowances', entries }),
    trouble: (message) => tell({ type: 'trouble', message })
  }
}
