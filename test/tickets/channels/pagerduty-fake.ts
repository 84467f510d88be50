// PagerDuty, Events API v2, by its documentation.
import { type FakeApi, isLine, isText, unknownIn } from './fake-service.ts'

export const routingKey = 'R0UT1NGKEYR0UT1NGKEYR0UT1NGKEY12'

type Event = Record<string, never>

export function pagerdutyFake(): FakeApi {
  /** By `dedup_key`: an alert that was resolved is followed by another one. */
  const alerts = new Map<string, { state: string; ticket: string }>()

  function take({ event_action: action, dedup_key: key, payload }: Event): void {
    const alert = alerts.get(key)
    if (action === 'trigger') {
      const { component, custom_details: details } = payload as { component?: string; custom_details: { id: string } }
      const state = alert === undefined || alert.state === 'resolved' ? 'triggered' : alert.state
      alerts.set(key, { state, ticket: component === undefined ? key : details.id })
    } else if (alert !== undefined && alert.state !== 'resolved')
      alert.state = action === 'resolve' ? 'resolved' : 'acknowledged'
  }

  return {
    authorized: () => true,
    handle({ method, path, json, text }) {
      if (method !== 'POST' || path !== '/v2/enqueue') return 'there is no such route'
      if ((json as Event).routing_key !== (routingKey as never))
        return { status: 400, body: { status: 'invalid event' } }
      const fault = faultIn(json, text.length)
      if (fault !== null) return fault
      take(json)
      return { status: 202, body: { status: 'success' } }
    },
    things: () => [...alerts.values()].map(({ state, ticket }) => ({ ticket, state, events: [] }))
  }
}

function faultIn(event: Event, length: number): string | null {
  if (length > 512 * 1024) return 'size'
  const unknown = unknownIn(event, 'routing_key event_action dedup_key payload client client_url links images')
  if (unknown !== null) return unknown
  if (!['trigger', 'acknowledge', 'resolve'].includes(event.event_action)) return 'event_action'
  if (!isLine(event.dedup_key, 255)) return 'dedup_key'
  if (event.event_action !== 'trigger') return null
  const links = (event.links ?? []) as { href: string }[]
  if (links.some(({ href }) => !/^https?:/.test(href))) return 'links'
  const payload: Record<string, string> = event.payload
  const fault = unknownIn(payload, 'summary source severity timestamp component group class custom_details')
  if (fault !== null) return fault
  if (!isLine(payload.summary, 1024)) return 'summary'
  if (!isText(payload.source, 1, 1024)) return 'source'
  if (Number.isNaN(Date.parse(payload.timestamp))) return 'timestamp'
  return ['critical', 'error', 'warning', 'info'].includes(payload.severity) ? null : 'severity'
}
