// ServiceNow, Table API on incidents, by its documentation.
import { type Asked, eventsIn, type FakeApi, isLine, isText, type Reply, unknownIn } from './fake-service.ts'

export const serviceNowAccess = { user: 'logveil', password: 'password-of-servicenow' }

interface Incident {
  readonly sys_id: string
  readonly fields: Record<string, string>
  readonly notes: string[]
}

const settable =
  'short_description description urgency impact correlation_id correlation_display assignment_group state work_notes close_code close_notes'

export function serviceNowFake(): FakeApi {
  const incidents: Incident[] = []
  const shown = ({ sys_id, fields }: Incident) => {
    const { correlation_id, correlation_display, state } = fields
    return { sys_id, correlation_id, correlation_display, state }
  }

  function find(query: URLSearchParams): Reply | string {
    const [, id] = /^correlation_id=([^^]+)\^ORDERBYsys_created_on$/.exec(query.get('sysparm_query') ?? '') ?? []
    if (id === undefined || query.get('sysparm_limit') !== '1') return 'query'
    const found = incidents.filter(({ fields }) => fields.correlation_id === id)
    return { status: 200, body: { result: found.slice(0, 1).map(shown) } }
  }

  function change(incident: Incident, json: Record<string, string>): Reply | string {
    const fault = faultIn(json)
    if (fault !== null) return fault
    const { work_notes: note, ...fields } = json
    if (fields.state === '6' && (!fields.close_code || !fields.close_notes))
      return 'Data Policy: close_code, close_notes'
    Object.assign(incident.fields, fields)
    if (note !== undefined) incident.notes.push(note)
    return { status: 200, body: { result: shown(incident) } }
  }

  function create(json: Record<string, string>): Reply | string {
    const fault = faultIn(json)
    if (fault !== null) return fault
    if (!isLine(json.short_description, 160)) return 'short_description'
    const sys_id = String(incidents.length + 1).padStart(32, '0')
    incidents.push({ sys_id, fields: { state: '1', ...json }, notes: [] })
    const incident = incidents[incidents.length - 1]
    return {
      status: 201,
      body: { result: shown(incident) },
      headers: { location: `/api/now/table/incident/${sys_id}` }
    }
  }

  return {
    authorized: ({ headers }) => {
      const { user, password } = serviceNowAccess
      return headers.authorization === `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
    },
    handle({ method, path, query, json }: Asked) {
      const [, id] = /^\/api\/now\/table\/incident(?:\/([0-9a-f]{32}))?$/.exec(path) ?? [null, '?']
      if (id === '?') return 'there is no such route'
      if (id === undefined) return method === 'GET' ? find(query) : create(json)
      const incident = incidents.find(({ sys_id }) => sys_id === id)
      if (incident === undefined) return { status: 404 }
      return method === 'GET' ? { status: 200, body: { result: shown(incident) } } : change(incident, json)
    },
    things: () =>
      incidents.map(({ fields, notes }) => ({
        ticket: fields.correlation_id.replace('logveil-', ''),
        state: { 1: 'New', 2: 'In Progress', 6: 'Resolved' }[fields.state] ?? fields.state,
        events: [fields.description, ...notes].flatMap(eventsIn)
      }))
  }
}

function faultIn(fields: Record<string, string>): string | null {
  const unknown = unknownIn(fields, settable)
  if (unknown !== null) return unknown
  for (const [name, value] of Object.entries(fields)) if (!isText(value, 1, 4000)) return name
  for (const name of ['urgency', 'impact']) if (!/^[123]?$/.test(fields[name] ?? '')) return name
  for (const name of ['correlation_id', 'correlation_display']) if ((fields[name] ?? '').length > 100) return name
  return fields.state === undefined || ['1', '2', '3', '6', '7', '8'].includes(fields.state) ? null : 'state'
}
