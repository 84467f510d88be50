import { LogveilError } from '../../errors.ts'
import type { Channel, Severity } from '../../model.ts'
import type { Message } from './message.ts'
import { beginCalls, type Calls } from './request.ts'
import { createTrackerChannel, type Progress, type TrackerCalls } from './tracker.ts'

export interface JiraOptions {
  readonly name: string
  /** `https://SITE.atlassian.net`, or `https://api.atlassian.com/ex/jira/CLOUD-ID`. */
  readonly url: string
  /** null: `token` is a bearer token. */
  readonly email: string | null
  readonly token: string
  readonly project: string
  readonly issueType: string
  readonly labels: readonly string[]
  /** Names of priorities; null: issues have the one that Jira gives them. */
  readonly priorities: Readonly<Record<Severity, string>> | null
  /** More fields of new issues, as the API has them. */
  readonly fields: Readonly<Record<string, unknown>>
  /** Names of statuses to move to; null: any of the category. */
  readonly statuses: Readonly<Record<Progress, string | null>>
  /** The search finds what was made after some time only. */
  readonly settleMs: number
  readonly timeoutMs?: number | undefined
}

/**
 * Jira Cloud, REST API v3: https://developer.atlassian.com/cloud/jira/platform/rest/v3/. A label of its own marks the issue of a ticket. Statuses are told
 * by their category: `new`, `indeterminate`, `done`.
 */
export function createJira(options: JiraOptions): Channel {
  const { name, url, email, token, settleMs, timeoutMs } = options
  const authorization =
    email === null ? `Bearer ${token}` : `Basic ${Buffer.from(`${email}:${token}`).toString('base64')}`
  const service = { name, url, headers: { authorization }, timeoutMs }
  return createTrackerChannel({ name, settleMs, hasActive: true, begin: () => callsOf(beginCalls(service), options) })
}

const issuePath = '/rest/api/3/issue'

interface Status {
  readonly name: string
  readonly statusCategory: { readonly key: string }
}

interface Transition {
  readonly id: string
  readonly to: Status
}

interface Fields {
  readonly status: Status
  readonly description: object | null
}

function progressOf({ statusCategory: { key } }: Status): Progress {
  return key === 'done' ? 'done' : key === 'indeterminate' ? 'active' : 'new'
}

function callsOf({ call, callIfThere, send }: Calls, options: JiraOptions): TrackerCalls {
  const { name, project, statuses } = options
  return {
    find(mark) {
      const jql = `project = ${quoted(project)} AND labels = ${quoted(mark)} ORDER BY created ASC`
      const body = { jql, maxResults: 1, fields: ['status'] }
      return call({ path: '/rest/api/3/search/jql', body }, ({ issues }: { issues: { key: string }[] }) => {
        return issues.length === 0 ? null : issues[0].key
      })
    },
    create(message, event) {
      const severity = event.kind === 'digest' ? 'critical' : event.ticket.severity
      const body = { fields: fieldsOf(message, severity, options) }
      return call({ path: issuePath, body }, ({ key }: { key: string }) => key)
    },
    read(key) {
      const path = `${issuePath}/${key}?fields=status,description`
      return callIfThere({ method: 'GET', path }, ({ fields: { status, description } }: { fields: Fields }) => {
        return { progress: progressOf(status), text: JSON.stringify(description) }
      })
    },
    async note(key, message) {
      const path = `${issuePath}/${key}/comment`
      const latest = `${path}?orderBy=-created&maxResults=100`
      const told = await call({ method: 'GET', path: latest }, ({ comments }: { comments: object[] }) =>
        JSON.stringify(comments).includes(message.stamp)
      )
      if (!told) await send({ path, body: { body: documentOf(message) } })
    },
    async move(key, progress) {
      const path = `${issuePath}/${key}/transitions`
      const wanted = statuses[progress]
      const id = await call({ method: 'GET', path }, ({ transitions }: { transitions: Transition[] }) => {
        const fits = ({ to }: Transition) => (wanted === null ? progressOf(to) === progress : to.name === wanted)
        return transitions.find(fits)?.id
      })
      if (id !== undefined) await send({ path, body: { transition: { id } } })
      // Workflows without a status of what is under way have it among what is to be done.
      else if (progress === 'done' || wanted !== null)
        throw new LogveilError('DELIVERY_FAILED', `${name}: no transition of the issue leads to ${wanted ?? progress}`)
    }
  }
}

/** A string of JQL. */
function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, '\\$&')}"`
}

function fieldsOf(
  message: Message,
  severity: Severity,
  { project, issueType, labels, priorities, fields }: JiraOptions
) {
  return {
    ...fields,
    project: { key: project },
    issuetype: { name: issueType },
    summary: message.title,
    description: documentOf(message),
    labels: [...labels, message.mark],
    ...(priorities === null ? {} : { priority: { name: priorities[severity] } })
  }
}

/** Atlassian Document Format, version 1. */
function documentOf({ news, facts, runbook, stamp }: Message): object {
  const link = runbook === null ? [] : [paragraph(text('Runbook', { type: 'link', attrs: { href: runbook } }))]
  const items = facts.map(([name, value]) => ({
    type: 'listItem',
    content: [paragraph(text(`${name}: `, { type: 'strong' }), text(value === '' ? '-' : value))]
  }))
  return {
    type: 'doc',
    version: 1,
    content: [paragraph(text(news)), ...link, { type: 'bulletList', content: items }, paragraph(text(stamp))]
  }
}

function paragraph(...content: object[]): object {
  return { type: 'paragraph', content }
}

function text(content: string, ...marks: object[]): object {
  return { type: 'text', text: content, ...(marks.length === 0 ? {} : { marks }) }
}
