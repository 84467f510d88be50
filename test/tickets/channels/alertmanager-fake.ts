// Prometheus' Alertmanager, API v2, by its OpenAPI document; what it does with alerts as test/tickets/alertmanager.test.ts sees it do.
import { type FakeApi, unknownIn } from './fake-service.ts'

interface Alert {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly startsAt?: string
  readonly endsAt?: string
}

export const alertmanagerToken = 'token-of-the-proxy-before-it'

export function alertmanagerFake(): FakeApi {
  const alerts = new Map<string, Alert>()
  const fires = ({ endsAt = '' }: Alert) => Date.parse(endsAt) > Date.now()
  return {
    authorized: ({ headers }) => headers.authorization === `Bearer ${alertmanagerToken}`,
    handle({ method, path, json }) {
      if (method !== 'POST' || path !== '/api/v2/alerts') return 'there is no such route'
      if (!Array.isArray(json)) return 'no list'
      for (const alert of json as Alert[]) {
        const fault = faultIn(alert)
        if (fault !== null) return fault
      }
      for (const alert of json as Alert[]) alerts.set(JSON.stringify(Object.entries(alert.labels).sort()), alert)
      return { status: 200 }
    },
    things() {
      const byTicket = Map.groupBy(alerts.values(), ({ labels }) => labels.ticket ?? labels.digest)
      return [...byTicket].flatMap(([ticket, all]) => {
        const firing = all.filter(fires)
        const shown = firing.length > 0 ? firing : [all[0]]
        return shown.map((alert) => ({ ticket, state: fires(alert) ? 'firing' : 'resolved', events: [] }))
      })
    }
  }
}

function faultIn(alert: Alert): string | null {
  const unknown = unknownIn(alert, 'labels annotations startsAt endsAt generatorURL')
  if (unknown !== null) return unknown
  const { labels, annotations = {}, startsAt, endsAt } = alert
  if (typeof labels !== 'object' || (labels.alertname ?? '') === '') return 'labels'
  for (const [name, value] of [...Object.entries(labels), ...Object.entries(annotations)])
    if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name) || typeof value !== 'string' || !value.isWellFormed())
      return `label ${name}`
  for (const time of [startsAt, endsAt])
    if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(time ?? '')) return 'no RFC 3339'
  return Date.parse(endsAt ?? '') < Date.parse(startsAt ?? '') ? 'ends before it starts' : null
}
