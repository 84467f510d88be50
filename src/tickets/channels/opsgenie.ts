import { type Channel, isOver, type Severity, type TicketDigest, type TicketEvent } from '../../model.ts'
import { type Message, messageOf, oneLine } from './message.ts'
import { beginCalls } from './request.ts'
import { plainText } from './texts.ts'
import { isOldNews, readTold, writeTold } from './told.ts'

export interface OpsgenieOptions {
  readonly name: string
  /** `https://api.opsgenie.com`, in Europe `https://api.eu.opsgenie.com`; or Jira Service Management's that stands in for it. */
  readonly url: string
  /** Of an API integration. */
  readonly apiKey: string
  /** Who is told: names of teams; none: as the integration has it. */
  readonly teams: readonly string[]
  readonly timeoutMs?: number | undefined
}

interface Step {
  readonly path: string
  readonly body: object
}

/**
 * Opsgenie, Alert API. The ticket's key is the alias: while an alert with it is open another one is counted there, and one that was closed is followed by
 * a new one, as at a regression. All that is asked is done some time later, in order.
 */
export function createOpsgenie(options: OpsgenieOptions): Channel {
  const { name, url, apiKey, timeoutMs } = options
  return {
    name,
    async deliver(event, reference) {
      const told = readTold(reference)
      if (event.kind !== 'digest' && isOldNews(told, event.ticket)) return reference
      const { send } = beginCalls({ name, url, headers: { authorization: `GenieKey ${apiKey}` }, timeoutMs })
      for (const step of stepsOf(event, told === null || told.over, options)) await send(step)
      if (event.kind === 'digest') return null
      const { key, revision, state } = event.ticket
      return writeTold({ key, revision, over: isOver(state) })
    },
    async close() {}
  }
}

const alerts = '/v2/alerts'

/** `fresh`: there is no alert that is open. */
function stepsOf(event: TicketEvent | TicketDigest, fresh: boolean, options: OpsgenieOptions): Step[] {
  const message = messageOf(event)
  if (event.kind === 'digest') return [{ path: alerts, body: alertOf(event, message, options) }]
  const { key, state } = event.ticket
  const of = (action: string): Step => ({
    path: `${alerts}/${encodeURIComponent(key)}/${action}?identifierType=alias`,
    body: { note: oneLine(message.news, longestNote), source: 'logveil' }
  })
  if (isOver(state)) return [of('close')]
  const changed = event.kind === 'changed' && state !== 'open'
  const create = { path: alerts, body: alertOf(event, message, options) }
  if (!fresh && changed) return [of('acknowledge')]
  return [create, ...(changed ? [of('acknowledge')] : []), ...(fresh || changed ? [] : [of('notes')])]
}

const priorities: Readonly<Record<Severity, string>> = { critical: 'P1', high: 'P2', medium: 'P3', low: 'P4' }
const longestMessage = 130
const longestAlias = 512
const longestDescription = 15_000
const longestNote = 25_000
const longestTag = 50
const longestDetails = 6000

function alertOf(event: TicketEvent | TicketDigest, message: Message, { teams }: OpsgenieOptions): object {
  const isDigest = event.kind === 'digest'
  const [alias, severity] = isDigest ? [event.id, 'critical' as const] : [event.ticket.key, event.ticket.severity]
  const { tenant } = isDigest ? event : event.ticket
  return {
    message: oneLine(message.title, longestMessage),
    alias: alias.slice(0, longestAlias),
    description: plainText(message, longestDescription),
    priority: priorities[severity],
    source: 'logveil',
    entity: oneLine(isDigest ? tenant : event.ticket.detector, longestAlias),
    tags: ['leaked-secret', severity, oneLine(tenant, longestTag)],
    details: detailsOf(message),
    ...(teams.length === 0 ? {} : { responders: teams.map((name) => ({ name, type: 'team' })) })
  }
}

/** As many facts as there is room for. */
function detailsOf({ facts, mark }: Message): Record<string, string> {
  const details: Record<string, string> = { mark }
  let length = mark.length
  for (const [name, value] of facts) {
    length += name.length + value.length
    if (length <= longestDetails) details[name] ??= value
  }
  return details
}
