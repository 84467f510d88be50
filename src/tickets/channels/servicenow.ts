import type { Channel, Severity, TicketDigest, TicketEvent } from '../../model.ts'
import { oneLine } from './message.ts'
import { beginCalls, type Calls } from './request.ts'
import { plainText } from './texts.ts'
import { createTrackerChannel, type Progress, type TrackerCalls } from './tracker.ts'

export interface ServiceNowOptions {
  readonly name: string
  /** `https://INSTANCE.service-now.com` */
  readonly url: string
  /** null: `password` is a bearer token. */
  readonly user: string | null
  readonly password: string
  /** More fields of new incidents: `assignment_group`, `category`. */
  readonly fields: Readonly<Record<string, string>>
  /** Incidents cannot be resolved without: one of the list of the instance. */
  readonly closeCode: string
  readonly settleMs: number
  readonly timeoutMs?: number | undefined
}

/**
 * Incidents of ServiceNow, Table API. `correlation_id` marks the incident of a ticket; nothing keeps two from having the same, so that it is looked for
 * first. A note and the event that it tells of (`correlation_display`) are written in one request.
 */
export function createServiceNow(options: ServiceNowOptions): Channel {
  const { name, url, user, password, settleMs, timeoutMs } = options
  const authorization =
    user === null ? `Bearer ${password}` : `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
  const service = { name, url, headers: { authorization }, timeoutMs }
  return createTrackerChannel({
    name,
    settleMs,
    hasActive: true,
    begin: () => callsOf(beginCalls(service), options)
  })
}

interface Incident {
  readonly sys_id: string
  readonly correlation_id: string
  readonly correlation_display: string
  readonly state: string
}

const table = '/api/now/table/incident'
const fields = 'sysparm_fields=sys_id,correlation_id,correlation_display,state'
const longestText = 4000
const longestLine = 160

/** 1 New, 2 In Progress, 3 On Hold, 6 Resolved, 7 Closed, 8 Canceled. */
const states: Readonly<Record<Progress, string>> = { new: '1', active: '2', done: '6' }

function progressOf(state: string): Progress {
  return state === '1' ? 'new' : ['6', '7', '8'].includes(state) ? 'done' : 'active'
}

const urgencies: Readonly<Record<Severity, { urgency: string; impact: string }>> = {
  critical: { urgency: '1', impact: '1' },
  high: { urgency: '1', impact: '2' },
  medium: { urgency: '2', impact: '2' },
  low: { urgency: '3', impact: '3' }
}

function callsOf({ call, callIfThere, send }: Calls, options: ServiceNowOptions): TrackerCalls {
  const change = (key: string, body: object) => send({ method: 'PATCH', path: `${table}/${key}`, body })
  return {
    find(mark) {
      const path = `${table}?sysparm_query=${encodeURIComponent(`correlation_id=${mark}^ORDERBYsys_created_on`)}&${fields}&sysparm_limit=1`
      return call({ method: 'GET', path }, ({ result }: { result: Incident[] }) => {
        // A query that it cannot read finds whatever there is.
        return result.find(({ correlation_id: id }) => id === mark)?.sys_id ?? null
      })
    },
    create(message, event) {
      const body = {
        ...options.fields,
        short_description: oneLine(message.title, longestLine),
        description: plainText(message, longestText),
        ...urgencies[severityOf(event)],
        correlation_id: message.mark,
        correlation_display: message.stamp
      }
      return call({ path: `${table}?${fields}`, body }, ({ result }: { result: Incident }) => result.sys_id)
    },
    read: (key) =>
      callIfThere({ method: 'GET', path: `${table}/${key}?${fields}` }, ({ result }: { result: Incident }) => {
        return { progress: progressOf(result.state), text: result.correlation_display }
      }),
    note: (key, message) =>
      change(key, { work_notes: plainText(message, longestText), correlation_display: message.stamp }),
    move: (key, progress, { news }) => {
      const closing = { close_code: options.closeCode, close_notes: oneLine(news, longestText) }
      return change(key, { state: states[progress], ...(progress === 'done' ? closing : {}) })
    }
  }
}

function severityOf(event: TicketEvent | TicketDigest): Severity {
  return event.kind === 'digest' ? 'critical' : event.ticket.severity
}
