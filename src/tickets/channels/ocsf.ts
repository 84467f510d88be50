import {
  isOver,
  type Severity,
  type Ticket,
  type TicketDigest,
  type TicketEvent,
  type TicketState
} from '../../model.ts'
import { messageOf, oneLine } from './message.ts'

/** OCSF 1.3, class Data Security Finding (2006): https://schema.ocsf.io/1.3.0/classes/data_security_finding. Times are ms since 1970. */
export interface OcsfFinding {
  readonly class_uid: 2006
  readonly category_uid: 2
  /** 1 Create, 2 Update, 3 Close. */
  readonly activity_id: 1 | 2 | 3
  readonly type_uid: number
  readonly time: number
  readonly severity_id: number
  readonly status_id: number
  readonly metadata: {
    readonly uid: string
    readonly version: string
    readonly product: object
    readonly tenant_uid: string
  }
  readonly finding_info: { readonly uid: string; readonly title: string; readonly [name: string]: unknown }
  readonly [name: string]: unknown
}

/** 2 Low, 3 Medium, 4 High, 5 Critical. */
export const ocsfSeverities: Readonly<Record<Severity, number>> = { low: 2, medium: 3, high: 4, critical: 5 }
const confidences: Readonly<Record<string, number>> = { possible: 1, likely: 2, confirmed: 3 }

/** 1 New, 2 In Progress, 3 Suppressed, 4 Resolved. */
const statuses: Readonly<Record<TicketState, number>> = {
  open: 1,
  acknowledged: 2,
  rotating: 2,
  rotated: 2,
  verified: 4,
  closed: 4,
  'false-positive': 3,
  'accepted-risk': 3
}

/** `metadata.uid` is the same however often it is told. Never `pattern_match`: that would be the secret. */
export function ocsfOf(event: TicketEvent | TicketDigest): OcsfFinding {
  return event.kind === 'digest' ? findingOfDigest(event) : findingOfEvent(event)
}

function findingOfEvent(event: TicketEvent): OcsfFinding {
  const { at, kind, reason, actor, ticket } = event
  const { title, news, runbook } = messageOf(event)
  const { key, tenant, detector, count, first, last, opened, state, confidence, fingerprint } = ticket
  const activity = kind === 'opened' ? 1 : isOver(state) ? 3 : 2
  return {
    ...common(event.id, tenant, activity, at),
    severity_id: ocsfSeverities[ticket.severity],
    status_id: statuses[state],
    confidence_id: confidences[confidence],
    is_alert: !isOver(state),
    message: `${title}: ${news}`,
    comment: oneLine(`${actor}: ${reason}`, 500),
    finding_info: {
      uid: key,
      title,
      types: ['Leaked secret'],
      analytic: { uid: detector, name: detector, type_id: 1 },
      created_time: opened,
      modified_time: at,
      first_seen_time: first,
      last_seen_time: last,
      related_events_count: count
    },
    data_security: dataSecurity(detector),
    resources: resourcesOf(ticket),
    ...(runbook === null ? {} : { remediation: { desc: 'Rotate the secret', references: [runbook] } }),
    unmapped: { state, fingerprint, ticket: ticket.id }
  }
}

/** 6: security; 2: in transit; 99: none of the list. */
function dataSecurity(detector: string): object {
  return {
    category_id: 6,
    data_lifecycle_state_id: 2,
    detection_pattern: detector,
    detection_system_id: 99,
    detection_system: 'logveil'
  }
}

function resourcesOf({ places, owner }: Ticket): object[] {
  return places.slice(0, 10).flatMap(({ place: { trace: _, ...names } }) =>
    Object.entries(names).map(([type, name]) => ({
      type,
      name: oneLine(name, 200),
      ...(owner === null ? {} : { owner: { name: oneLine(owner, 200) } })
    }))
  )
}

function findingOfDigest(digest: TicketDigest): OcsfFinding {
  const { id, at, tenant, count, detectors } = digest
  const { title, news } = messageOf(digest)
  return {
    ...common(id, tenant, 1, at),
    severity_id: ocsfSeverities.critical,
    status_id: statuses.open,
    message: news,
    finding_info: { uid: id, title, types: ['Leaked secrets'], created_time: at, related_events_count: count },
    data_security: dataSecurity(Object.keys(detectors).join(', ')),
    unmapped: { detectors }
  }
}

function common(uid: string, tenant: string, activity: 1 | 2 | 3, time: number) {
  return {
    class_uid: 2006,
    category_uid: 2,
    activity_id: activity,
    type_uid: 200_600 + activity,
    time,
    metadata: { uid, version: '1.3.0', product: { name: 'logveil', vendor_name: 'logveil' }, tenant_uid: tenant }
  } as const
}
