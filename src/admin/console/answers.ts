// What the admin port answers: /v1/console of our own, the tickets as /v1/openapi.json tells.

export type Severity = 'critical' | 'high' | 'medium' | 'low'

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

export interface Ticket {
  readonly id: string
  readonly detector: string
  readonly fingerprint: string
  readonly state: string
  readonly over: boolean
  readonly severity: Severity
  readonly confidence: string
  readonly classification: string | null
  readonly owner: string | null
  readonly runbook: string | null
  readonly hints: Readonly<Record<string, string>>
  readonly count: number
  readonly firstSeen: string
  readonly lastSeen: string
  readonly due: string
  readonly expires: string | null
  readonly places: readonly Place[]
}

export interface Place {
  readonly service?: string
  readonly pod?: string
  readonly file?: string
  readonly topic?: string
  readonly trace?: string
  readonly count: number
  readonly lastSeen: string
}

export interface WholeTicket extends Ticket {
  readonly history: readonly {
    readonly at: string
    readonly actor: string
    readonly kind: string
    readonly from: string | null
    readonly to: string
    readonly reason: string
  }[]
}

export interface TicketPage {
  readonly tickets: readonly Ticket[]
  readonly next: string | null
}

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
