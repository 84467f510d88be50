import { type Channel, isOver, type Severity, type Ticket, type TicketDigest, type TicketEvent } from '../../model.ts'
import { ticketData } from '../cloud-event.ts'
import { messageOf, oneLine } from './message.ts'
import { beginCalls } from './request.ts'
import { isOldNews, readTold, writeTold } from './told.ts'

export interface PagerDutyOptions {
  /** In the outbox and in metrics. */
  readonly name: string
  readonly url: string
  /** Of an integration of a service: 32 characters. */
  readonly routingKey: string
}

/**
 * PagerDuty, Events API v2. The ticket's key is `dedup_key`: a trigger that comes again updates the alert there is, and opens one where that was
 * resolved, as at a regression. An acknowledgement of what PagerDuty does not know is dropped there, so that it is triggered first.
 */
export function createPagerDuty({ name, url, routingKey }: PagerDutyOptions): Channel {
  return {
    name,
    async deliver(event, reference) {
      const calls = beginCalls({ name, url, headers: {} })
      const send = (body: object) => calls.send({ body: { routing_key: routingKey, ...body } })
      if (event.kind === 'digest') {
        await send(triggerOfDigest(event))
        return null
      }
      const { key, revision, state } = event.ticket
      const told = readTold(reference)
      if (isOldNews(told, event.ticket)) return reference
      const action = actionOf(event)
      if (action === 'trigger' || (action === 'acknowledge' && (told === null || told.over)))
        await send(triggerOf(event))
      if (action !== 'trigger') await send({ event_action: action, dedup_key: key })
      return writeTold({ key, revision, over: isOver(state) })
    },
    async close() {}
  }
}

function actionOf({ kind, ticket: { state } }: TicketEvent): 'trigger' | 'acknowledge' | 'resolve' {
  if (isOver(state)) return 'resolve'
  return kind === 'changed' && state !== 'open' ? 'acknowledge' : 'trigger'
}

const severities: Readonly<Record<Severity, string>> = {
  critical: 'critical',
  high: 'error',
  medium: 'warning',
  low: 'info'
}

function triggerOf(event: TicketEvent): object {
  const { at, ticket } = event
  const { key, detector, severity, tenant } = ticket
  const { title, news, runbook } = messageOf(event)
  return {
    event_action: 'trigger',
    dedup_key: key,
    client: 'logveil',
    ...(runbook === null ? {} : { links: [{ href: runbook, text: 'Runbook' }] }),
    payload: {
      summary: `${title}, ${news}`,
      source: sourceOf(ticket),
      severity: severities[severity],
      timestamp: new Date(at).toISOString(),
      component: detector,
      group: tenant,
      class: 'leaked-secret',
      custom_details: ticketData(ticket)
    }
  }
}

/** Where it was seen last. */
function sourceOf({ places, tenant }: Ticket): string {
  const { service, pod, file, topic } = places[0]?.place ?? {}
  return oneLine(service ?? pod ?? file ?? topic ?? tenant, 200)
}

function triggerOfDigest({ id, at, tenant, count, detectors, tickets }: TicketDigest): object {
  return {
    event_action: 'trigger',
    dedup_key: id,
    client: 'logveil',
    payload: {
      summary: `${count} leaked secrets within a minute`,
      source: tenant,
      severity: severities.critical,
      timestamp: new Date(at).toISOString(),
      group: tenant,
      class: 'leaked-secret',
      custom_details: { count, detectors, tickets }
    }
  }
}
