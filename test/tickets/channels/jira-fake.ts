// Jira Cloud, REST API v3, by its documentation.
import { type Asked, eventsIn, type FakeApi, isLine, isText, type Reply, unknownIn } from './fake-service.ts'

export const jiraAccess = { email: 'bot@example.com', token: 'api-token-of-jira' }

interface Issue {
  readonly key: string
  readonly fields: { labels: string[]; description: Node; summary: string }
  status: 'To Do' | 'In Progress' | 'Done'
  readonly comments: Node[]
  readonly at: number
}

const categories = { 'To Do': 'new', 'In Progress': 'indeterminate', Done: 'done' }
const statuses = Object.keys(categories) as Issue['status'][]

/** `visibleMs`: so long does the search not know of an issue. */
export function jiraFake(visibleMs = 0): FakeApi {
  const issues: Issue[] = []
  const routes: [string, RegExp, (asked: Asked, issue: Issue) => Reply | string][] = [
    ['POST', /^\/rest\/api\/3\/search\/jql$/, search],
    ['POST', /^\/rest\/api\/3\/issue$/, create],
    ['GET', /^\/rest\/api\/3\/issue\/(SEC-\d+)$/, (_, issue) => ({ status: 200, body: shown(issue) })],
    [
      'GET',
      /^\/rest\/api\/3\/issue\/(SEC-\d+)\/comment$/,
      (_, { comments }) => {
        return { status: 200, body: { comments: comments.map((body, i) => ({ id: String(i), body })) } }
      }
    ],
    ['POST', /^\/rest\/api\/3\/issue\/(SEC-\d+)\/comment$/, comment],
    [
      'GET',
      /^\/rest\/api\/3\/issue\/(SEC-\d+)\/transitions$/,
      (_, issue) => {
        return { status: 200, body: { transitions: transitionsOf(issue) } }
      }
    ],
    ['POST', /^\/rest\/api\/3\/issue\/(SEC-\d+)\/transitions$/, transit]
  ]

  function search({ json }: Asked): Reply | string {
    const unknown = unknownIn(
      json,
      'jql maxResults fields nextPageToken expand properties fieldsByKeys reconcileIssues'
    )
    if (unknown !== null) return unknown
    const { jql, maxResults } = json as { jql: string; maxResults: number }
    const [, project, label] = /^project = "(\w+)" AND labels = "([^"\s]+)" ORDER BY created ASC$/.exec(jql) ?? []
    if (project !== 'SEC') return 'jql'
    const old = Date.now() - visibleMs
    const found = issues.filter(({ fields: { labels }, at }) => labels.includes(label) && at <= old)
    return { status: 200, body: { issues: found.slice(0, maxResults).map(shown), isLast: found.length <= maxResults } }
  }

  function create({ json }: Asked): Reply | string {
    const { fields, ...others } = json as { fields: Record<string, never> }
    const fault = unknownIn(others, 'update properties transition') ?? faultInFields(fields)
    if (fault !== null) return fault
    const key = `SEC-${issues.length + 1}`
    issues.push({ key, fields: fields as never, status: 'To Do', comments: [], at: Date.now() })
    return { status: 201, body: { id: String(10_000 + issues.length), key, self: `https://x/${key}` } }
  }

  function comment({ json }: Asked, { comments }: Issue): Reply | string {
    const { body, ...others } = json as { body: Node }
    const fault = unknownIn(others, 'visibility properties') ?? faultInDocument(body)
    if (fault !== null) return fault
    comments.unshift(body)
    return { status: 201, body: { id: String(comments.length) } }
  }

  function transit({ json }: Asked, issue: Issue): Reply | string {
    const { transition } = json as { transition: { id: string } }
    const fitting = transitionsOf(issue).find(({ id }) => id === transition?.id)
    if (fitting === undefined) return 'transition'
    issue.status = fitting.to.name
    return { status: 204 }
  }

  return {
    authorized: ({ headers }) =>
      headers.authorization === `Basic ${Buffer.from(`${jiraAccess.email}:${jiraAccess.token}`).toString('base64')}`,
    handle(asked) {
      if (asked.path === '/rest/api/3/search') return { status: 410 }
      for (const [method, path, work] of routes) {
        const match = asked.method === method ? path.exec(asked.path) : null
        if (match === null) continue
        const issue = issues.find(({ key }) => key === match[1])
        return match[1] !== undefined && issue === undefined ? { status: 404 } : work(asked, issue as Issue)
      }
      return 'there is no such route'
    },
    things: () =>
      issues.map(({ fields: { labels, description }, status, comments }) => ({
        ticket: labels.find((label) => label.startsWith('logveil-'))?.slice('logveil-'.length) ?? '',
        state: status,
        events: [description, ...comments.toReversed()].flatMap((document) => eventsIn(JSON.stringify(document)))
      }))
  }
}

function shown({ key, fields, status }: Issue): object {
  return { id: key.slice(4), key, fields: { ...fields, status: statusOf(status) } }
}

function statusOf(name: Issue['status']) {
  return { name, statusCategory: { key: categories[name] } }
}

/** From every status to the others. */
function transitionsOf({ status }: Issue) {
  return statuses.flatMap((name, i) => (name === status ? [] : [{ id: String(11 + i), name, to: statusOf(name) }]))
}

function faultInFields(fields: Record<string, never>): string | null {
  const unknown = unknownIn(fields, 'project issuetype summary description labels priority components')
  if (unknown !== null) return unknown
  const { project, issuetype, summary, labels, priority } = fields as Record<string, { key?: string; name?: string }>
  if (project?.key !== 'SEC') return 'project'
  if (!['Task', 'Bug'].includes(issuetype?.name ?? '')) return 'issuetype'
  if (!isLine(summary, 255)) return 'summary'
  if (!Array.isArray(labels) || labels.some((label) => !isLine(label, 255) || /\s/.test(label))) return 'labels'
  if (priority !== undefined && !['Highest', 'High', 'Medium', 'Low'].includes(priority.name ?? '')) return 'priority'
  return faultInDocument(fields.description)
}

const inside: Record<string, string[]> = {
  doc: ['paragraph', 'bulletList'],
  bulletList: ['listItem'],
  listItem: ['paragraph'],
  paragraph: ['text']
}

interface Node {
  readonly type: string
  readonly content?: readonly Node[]
  readonly text?: string
  readonly marks?: readonly { type: string; attrs?: { href: string } }[]
}

/** Atlassian Document Format. */
function faultInDocument(document: Node & { version?: number }): string | null {
  if (document?.type !== 'doc' || document.version !== 1) return 'no document'
  return isText(JSON.stringify(document), 1, 32_767) ? faultInNode(document) : 'too long'
}

function faultInNode({ type, content = [], text, marks = [] }: Node): string | null {
  if (type === 'text') {
    if (!isLine(text, 32_767)) return 'text'
    const wrong = marks.find(
      (mark) => mark.type !== 'strong' && !(mark.type === 'link' && URL.canParse(mark.attrs?.href ?? ''))
    )
    return wrong === undefined ? null : `mark ${wrong.type}`
  }
  if (content.length === 0) return `empty ${type}`
  for (const node of content) {
    const fault = (inside[type] ?? []).includes(node.type) ? faultInNode(node) : `${node.type} in ${type}`
    if (fault !== null) return fault
  }
  return null
}
