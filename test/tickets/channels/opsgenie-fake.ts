// Opsgenie, Alert API v2, by its documentation.
import { type Asked, eventsIn, type FakeApi, isLine, isText, ticketIn, unknownIn } from './fake-service.ts'

export const opsgenieKey = 'key-of-an-integration'

interface Alert {
  readonly ticket: string
  readonly created: string[]
  state: 'open' | 'acked' | 'closed'
  count: number
}

const members = 'message alias description responders visibleTo actions tags details entity source priority user note'

export function opsgenieFake(): FakeApi {
  /** By alias: the last one. */
  const alerts = new Map<string, Alert>()

  function create(json: Record<string, never>): string | null {
    const fault = faultIn(json)
    if (fault !== null) return fault
    const { alias, description } = json as Record<string, string>
    const alert = alerts.get(alias)
    if (alert !== undefined && alert.state !== 'closed') alert.count++
    else alerts.set(alias, { ticket: ticketIn(description), created: eventsIn(description), state: 'open', count: 1 })
    return null
  }

  function act(path: string, { query, json }: Asked): string | null {
    const [, alias, action] = /^\/v2\/alerts\/([^/]+)\/(acknowledge|close|notes)$/.exec(path) ?? []
    if (alias === undefined) return 'there is no such route'
    if (query.get('identifierType') !== 'alias') return 'identifierType'
    const fault = unknownIn(json, 'user source note')
    if (fault !== null) return fault
    if (!isText((json as { note: string }).note, action === 'notes' ? 1 : 0, 25_000)) return 'note'
    // What is asked of an alert that is not there is taken, and comes to nothing.
    const alert = alerts.get(decodeURIComponent(alias))
    if (alert === undefined || alert.state === 'closed' || action === 'notes') return null
    alert.state = action === 'close' ? 'closed' : 'acked'
    return null
  }

  return {
    authorized: ({ headers }) => headers.authorization === `GenieKey ${opsgenieKey}`,
    handle(asked) {
      if (asked.method !== 'POST') return 'method'
      const fault = asked.path === '/v2/alerts' ? create(asked.json) : act(asked.path, asked)
      return fault ?? { status: 202, body: { result: 'Request will be processed', took: 0.1, requestId: 'x' } }
    },
    things: () => [...alerts.values()].map(({ ticket, state }) => ({ ticket, state, events: [] }))
  }
}

function faultIn(alert: Record<string, never>): string | null {
  const unknown = unknownIn(alert, members)
  if (unknown !== null) return unknown
  const { message, alias, description, tags, details, entity, source, priority } = alert as Record<string, unknown>
  if (!isLine(message, 130)) return 'message'
  if (!isLine(alias, 512)) return 'alias'
  if (!isText(description, 1, 15_000)) return 'description'
  if (!isText(entity, 1, 512) || !isText(source, 1, 100)) return 'entity'
  if (!Array.isArray(tags) || tags.length > 20 || tags.some((tag) => !isText(tag, 1, 50))) return 'tags'
  if (!/^P[1-5]$/.test(String(priority))) return 'priority'
  if (Object.values(details as object).some((value) => !isText(value, 0, 8000))) return 'details'
  return JSON.stringify(details).length <= 8000 ? null : 'details'
}
