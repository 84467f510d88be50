// What the admin port answers: /v1/console of our own, the tickets as /v1/openapi.json tells.
import type { z } from 'zod'
import type { ticketPageShape, ticketShape, wholeTicketShape } from '../ticket-shapes.ts'

export type Severity = Ticket['severity']

export interface About {
  readonly version: string
  readonly user: { readonly name: string; readonly access: 'read' | 'change' } | null
  readonly tickets: boolean
  readonly inventory: boolean
  readonly states: readonly string[]
  readonly actions: readonly Action[]
  readonly detectors: readonly DetectorRow[]
}

export interface Action {
  readonly name: string
  readonly to: string
  readonly summary: string
  /** Needs a reason and an end. */
  readonly expires: boolean
  readonly from: readonly string[]
}

export interface DetectorRow {
  readonly id: string
  readonly name: string
  readonly provider: string
  readonly severity: Severity
}

export type Ticket = z.infer<typeof ticketShape>
export type WholeTicket = z.infer<typeof wholeTicketShape>
export type TicketPage = z.infer<typeof ticketPageShape>

export interface InventoryReport {
  readonly secrets: number
  readonly withinDays: number
  readonly rows: readonly InventoryRow[]
}

export interface InventoryRow {
  readonly complaint: string
  readonly title: string
  readonly name: string
  readonly owner: string | null
  readonly application: string | null
  readonly environment: string | null
  readonly detail: string
}
