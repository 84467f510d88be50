import { type Channel, isOver, type Ticket, type TicketDigest, type TicketEvent } from '../../model.ts'
import { isoOf, type Message, messageOf, oneLine, placeText } from './message.ts'
import { beginCalls } from './request.ts'
import { isOldNews, readTold, writeTold } from './told.ts'

export interface AlertmanagerOptions {
  readonly name: string
  /** Of every member of a cluster: they do not tell each other of alerts. Without `/api/v2`. */
  readonly urls: readonly string[]
  readonly headers: Readonly<Record<string, string>>
  /** Of every alert, beside our own. */
  readonly labels: Readonly<Record<string, string>>
  /** How often alerts are sent again, as an Alertmanager that begins anew knows none. */
  readonly resendMs: number
  /** An alert that is not sent again for so long resolves: longer than we may be away. */
  readonly holdMs: number
  readonly now: () => number
  readonly timeoutMs?: number | undefined
}

/** API v2: https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml */
export interface PostableAlert {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly startsAt: string
  readonly endsAt: string
}

const digestMs = 3_600_000

/**
 * Prometheus' Alertmanager. An alert is its labels: sent again it is the same one, and one whose labels change (found to be worse, another owner) is
 * resolved as it was, and fires as it is now, in one request. It was taken when one of the cluster has it: the others get it when it is sent again.
 */
export function createAlertmanager(options: AlertmanagerOptions): Channel {
  const { name, urls, headers, labels, now, resendMs, holdMs, timeoutMs } = options

  async function post(alerts: readonly PostableAlert[]): Promise<void> {
    const sent = urls.map((url) => {
      const path = '/api/v2/alerts'
      return beginCalls({ name, url, headers, timeoutMs }).send({ path, body: alerts })
    })
    const outcomes = await Promise.allSettled(sent)
    const failed = outcomes.find((outcome) => outcome.status === 'rejected')
    if (failed !== undefined && outcomes.every(({ status }) => status === 'rejected')) throw failed.reason
  }

  return {
    name,
    async deliver(event, reference) {
      if (event.kind === 'digest') {
        await post([alertOfDigest(event, labels, now())])
        return null
      }
      const { ticket } = event
      const { revision } = ticket
      const told = readTold(reference)
      if (isOldNews(told, ticket)) return reference
      const over = isOver(ticket.state)
      const alert = alertOf(event, labels, over ? now() : now() + holdMs)
      const key = JSON.stringify(alert.labels)
      const before = told === null || told.over || told.key === key ? [] : [resolvedAs(alert, told.key, now())]
      await post([...before, alert])
      return writeTold({ key, revision, over })
    },
    keep: {
      everyMs: resendMs,
      async alive(tickets) {
        const endsAt = now() + holdMs
        await post(tickets.map((ticket) => alertOf(eventOf(ticket), labels, endsAt)))
      }
    },
    async close() {}
  }
}

/** What is kept alive tells of no news. */
function eventOf(ticket: Ticket): TicketEvent {
  const { since: at, state: from } = ticket
  return { id: '', kind: 'updated', at, actor: '', reason: '', from, ticket }
}

function alertOf(event: TicketEvent, labels: Readonly<Record<string, string>>, endsAt: number): PostableAlert {
  const { ticket } = event
  const { id, tenant, detector, severity, owner, opened } = ticket
  return {
    labels: {
      ...labels,
      alertname: 'LeakedSecret',
      ticket: id,
      tenant,
      detector,
      severity,
      ...(owner === null ? {} : { owner: oneLine(owner, 200) })
    },
    annotations: annotationsOf(messageOf(event), ticket),
    startsAt: isoOf(Math.min(opened, endsAt)),
    endsAt: isoOf(endsAt)
  }
}

function annotationsOf({ title, runbook }: Message, ticket: Ticket): Record<string, string> {
  const { state, count, first, last, due, places, confidence, fingerprint, classification } = ticket
  return {
    summary: title,
    description: `${state}, seen ${count} times, last at ${isoOf(last)}; rotate by ${isoOf(due)}`,
    state,
    confidence,
    fingerprint,
    first_seen: isoOf(first),
    ...(classification === null ? {} : { classification: oneLine(classification, 200) }),
    ...(places.length === 0 ? {} : { places: oneLine(places.slice(0, 5).map(placeText).join('; '), 2000) }),
    ...(runbook === null ? {} : { runbook_url: runbook })
  }
}

/** The alert with other labels, over now. */
function resolvedAs({ annotations, startsAt }: PostableAlert, labels: string, now: number): PostableAlert {
  return { labels: JSON.parse(labels), annotations, startsAt, endsAt: isoOf(now) }
}

function alertOfDigest(digest: TicketDigest, labels: Readonly<Record<string, string>>, now: number): PostableAlert {
  const { title, news } = messageOf(digest)
  const { id, tenant, at } = digest
  return {
    labels: { ...labels, alertname: 'LeakedSecretStorm', digest: id, tenant, severity: 'critical' },
    annotations: { summary: title, description: news },
    startsAt: isoOf(Math.min(at, now)),
    endsAt: isoOf(now + digestMs)
  }
}
