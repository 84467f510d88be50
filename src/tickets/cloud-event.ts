import { isOver, type Severity, type Ticket, type TicketDigest, type TicketEvent, type TicketState } from '../model.ts'

/** What channels send where nothing else is asked for: CloudEvents 1.0, structured mode, in JSON. */
export interface CloudEvent {
  readonly specversion: '1.0'
  /** With `source` the same however often it is sent. */
  readonly id: string
  readonly source: string
  /** `logveil.ticket.opened`, `logveil.ticket.changed`, ..., `logveil.tickets.digest`. */
  readonly type: string
  /** The ticket's id. */
  readonly subject: string
  readonly time: string
  readonly datacontenttype: 'application/json'
  readonly data: TicketData | DigestData
}

/** A ticket for other programs: times as ISO 8601, nothing that is only of use to us. */
export interface TicketData {
  readonly id: string
  readonly key: string
  readonly revision: number
  readonly tenant: string
  readonly detector: string
  readonly fingerprint: string
  readonly state: TicketState
  readonly previousState: TicketState | null
  readonly over: boolean
  readonly actor: string
  readonly reason: string
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
  readonly places: readonly Readonly<Record<string, string | number>>[]
}

export interface DigestData {
  readonly tenant: string
  readonly count: number
  readonly detectors: Readonly<Record<string, number>>
  readonly tickets: readonly string[]
}

export function cloudEventOf(event: TicketEvent | TicketDigest): CloudEvent {
  const common = {
    specversion: '1.0',
    id: event.id,
    time: iso(event.at),
    datacontenttype: 'application/json'
  } as const
  if (event.kind === 'digest') {
    const { tenant, count, detectors, tickets } = event
    const data = { tenant, count, detectors, tickets }
    return { ...common, source: sourceOf(tenant), type: 'logveil.tickets.digest', subject: event.id, data }
  }
  const { ticket, kind } = event
  return {
    ...common,
    source: sourceOf(ticket.tenant),
    type: `logveil.ticket.${kind}`,
    subject: ticket.id,
    data: dataOf(event)
  }
}

/** URI-reference. */
function sourceOf(tenant: string): string {
  return `/logveil/${encodeURIComponent(tenant)}`
}

function dataOf({ ticket, from, actor, reason }: TicketEvent): TicketData {
  const { first, last, places, since: _, opened: __, notices: ___, stale: ____, due, expires, ...others } = ticket
  return {
    ...others,
    previousState: from,
    over: isOver(ticket.state),
    actor,
    reason,
    firstSeen: iso(first),
    lastSeen: iso(last),
    due: iso(due),
    expires: expires === null ? null : iso(expires),
    places: places.map(({ place, count, first, last }) => ({
      ...place,
      count,
      firstSeen: iso(first),
      lastSeen: iso(last)
    }))
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}

/** For lists and messages: times as ISO 8601. */
export function ticketData(ticket: Ticket): Omit<TicketData, 'previousState' | 'actor' | 'reason'> {
  const event = { id: '', kind: 'updated', at: 0, actor: '', reason: '', from: null, ticket } as const
  const { previousState: _, actor: __, reason: ___, ...data } = dataOf(event)
  return data
}
