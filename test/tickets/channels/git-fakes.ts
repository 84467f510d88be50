// Issues of GitHub, of Gitea and of GitLab, by their documentation.
import { type Asked, eventsIn, type FakeApi, isLine, isText, type Reply, ticketIn, unknownIn } from './fake-service.ts'

export const gitToken = 'token-of-a-bot'

interface Issue {
  readonly number: number
  readonly title: string
  readonly body: string
  open: boolean
  reason: string | null
  updated: number
  readonly comments: { body: string; at: number }[]
}

interface Flavour {
  readonly authorized: (headers: Asked['headers']) => boolean
  /** Of the issues of the repository; what follows is the number, and the name of what belongs to it. */
  readonly root: string
  readonly notes: string
  readonly mostPerPage: number
  readonly pageSize: string
  /** What is wrong with a new issue. */
  readonly fault: (issue: Record<string, unknown>) => string | null
  /** What is wrong with a list that is asked for. */
  readonly listFault: (query: URLSearchParams) => string | null
  readonly bodyName: 'body' | 'description'
  readonly method: 'PATCH' | 'PUT'
  /** null: what is asked is no change of the state. */
  readonly state: (change: Record<string, string>) => { open: boolean; reason: string | null } | null
  readonly shown: (issue: Issue) => object
}

function fake(flavour: Flavour): FakeApi {
  const issues: Issue[] = []

  function answer({ method, path, query, json }: Asked): Reply | string {
    const [, number, part, ...rest] = path.slice(flavour.root.length).split('/')
    if (!path.startsWith(flavour.root) || rest.length > 0) return 'there is no such route'
    if (number === undefined) return method === 'GET' ? list(query) : method === 'POST' ? create(json) : 'method'
    const issue = issues.find((one) => String(one.number) === number)
    if (issue === undefined) return { status: 404 }
    if (part === flavour.notes) return method === 'GET' ? notes(issue, query) : note(issue, json)
    if (part !== undefined) return 'there is no such route'
    if (method === 'GET') return { status: 200, body: flavour.shown(issue) }
    const state = method === flavour.method ? flavour.state(json) : null
    if (state === null) return 'change'
    Object.assign(issue, state)
    return { status: 200, body: flavour.shown(issue) }
  }

  function paged(all: readonly object[], query: URLSearchParams): Reply | string {
    const size = Number(query.get(flavour.pageSize) ?? 30)
    if (!(size >= 1 && size <= flavour.mostPerPage)) return 'page size'
    const page = Number(query.get('page') ?? 1)
    return { status: 200, body: all.slice((page - 1) * size, page * size) }
  }

  function list(query: URLSearchParams): Reply | string {
    const fault = flavour.listFault(query)
    if (fault !== null) return fault
    const since = query.get('since')
    const text = query.get('search')
    const found = issues.filter(
      ({ updated, body }) => (since === null || updated >= Date.parse(since)) && (text === null || body.includes(text))
    )
    return paged(found.map(flavour.shown), query)
  }

  function create(json: Record<string, never>): Reply | string {
    const { title, [flavour.bodyName]: body } = json as Record<string, string>
    const fault = flavour.fault(json) ?? faultInText(body)
    if (fault !== null) return fault
    if (!isLine(title, 255)) return 'title'
    const at = Date.now()
    issues.push({ number: issues.length + 1, title, body, open: true, reason: null, updated: at, comments: [] })
    return { status: 201, body: flavour.shown(issues[issues.length - 1]) }
  }

  function notes({ comments }: Issue, query: URLSearchParams): Reply | string {
    const since = query.get('since')
    const found = comments.filter(({ at }) => since === null || at >= Date.parse(since))
    return paged(
      found.map(({ body }, i) => ({ id: i, body })),
      query
    )
  }

  function note(issue: Issue, json: Record<string, string>): Reply | string {
    const fault = unknownIn(json, 'body') ?? faultInText(json.body)
    if (fault !== null) return fault
    issue.comments.push({ body: json.body, at: Date.now() })
    return { status: 201, body: { id: issue.comments.length } }
  }

  return {
    authorized: ({ headers }) => flavour.authorized(headers),
    handle: answer,
    things: () =>
      issues.map(({ body, open, reason, comments }) => ({
        ticket: ticketIn(body),
        state: open ? 'open' : `closed${reason === null ? '' : ` ${reason}`}`,
        events: [body, ...comments.map(({ body }) => body)].flatMap(eventsIn)
      }))
  }
}

/** Nothing of what comes from elsewhere may be more than text: a mention, a command, HTML, a link, an image. */
function faultInText(text: unknown): string | null {
  if (!isText(text, 1, 65_536)) return 'text'
  const bare = text.replaceAll(/`[^`\n]*`/g, '').replaceAll(/\[Runbook\]\(<https?:[^<>]*>\)/g, '')
  return /[@<>[\]#!*_~|\\/]/.test(bare) ? `not in a code span: ${bare}` : null
}

function isNames(list: unknown, most: number): boolean {
  return Array.isArray(list) && list.length <= most && list.every((name) => isLine(name, 50))
}

export function githubFake(): FakeApi {
  return fake({
    authorized: (headers) =>
      headers.authorization === `Bearer ${gitToken}` &&
      headers.accept === 'application/vnd.github+json' &&
      headers['x-github-api-version'] === '2022-11-28' &&
      (headers['user-agent'] ?? '') !== '',
    root: '/repos/acme/secrets/issues',
    notes: 'comments',
    mostPerPage: 100,
    pageSize: 'per_page',
    fault: (issue) =>
      unknownIn(issue, 'title body labels assignees milestone type') ??
      (isNames(issue.labels, 100) && isNames(issue.assignees, 10) ? null : 'labels'),
    listFault: (query) =>
      unknownIn(Object.fromEntries(query), 'state since sort direction per_page page labels creator assignee') ??
      (query.get('state') === 'all' ? null : 'state'),
    bodyName: 'body',
    method: 'PATCH',
    state({ state, state_reason: reason, ...others }) {
      if (Object.keys(others).length > 0) return null
      const reasons = state === 'closed' ? ['completed', 'not_planned', 'duplicate'] : ['reopened']
      return reasons.includes(reason) ? { open: state === 'open', reason: state === 'open' ? null : reason } : null
    },
    shown: ({ number, title, body, open, reason }) => {
      return { number, title, body, state: open ? 'open' : 'closed', state_reason: reason }
    }
  })
}

export function giteaFake(): FakeApi {
  return fake({
    authorized: ({ authorization }) => authorization === `token ${gitToken}`,
    root: '/api/v1/repos/acme/secrets/issues',
    notes: 'comments',
    mostPerPage: 50,
    pageSize: 'limit',
    fault: ({ labels, assignees, ...others }) => {
      const ids = Array.isArray(labels) && labels.every((label) => Number.isInteger(label))
      return (
        unknownIn(others, 'title body closed due_date milestone ref') ??
        (ids && isNames(assignees, 10) ? null : 'labels')
      )
    },
    listFault: (query) =>
      unknownIn(Object.fromEntries(query), 'state type since before limit page labels q') ??
      (query.get('state') === 'all' && query.get('type') === 'issues' ? null : 'state'),
    bodyName: 'body',
    method: 'PATCH',
    state: ({ state, ...others }) =>
      Object.keys(others).length === 0 && /^(open|closed)$/.test(state)
        ? { open: state === 'open', reason: null }
        : null,
    shown: ({ number, title, body, open }) => ({ number, title, body, state: open ? 'open' : 'closed' })
  })
}

export function gitlabFake(): FakeApi {
  return fake({
    authorized: (headers) => headers['private-token'] === gitToken,
    root: '/api/v4/projects/acme%2Fsecrets/issues',
    notes: 'notes',
    mostPerPage: 100,
    pageSize: 'per_page',
    fault: ({ labels, confidential, issue_type: type, ...others }) =>
      unknownIn(others, 'title description assignee_ids due_date weight') ??
      (isLine(labels, 255) && typeof confidential === 'boolean' && /^(issue|incident)$/.test(String(type))
        ? null
        : 'labels'),
    listFault: (query) =>
      unknownIn(Object.fromEntries(query), 'scope state in search order_by sort per_page page labels') ??
      (query.get('state') === 'all' && query.get('in') === 'description' && query.get('scope') === 'all'
        ? null
        : 'state'),
    bodyName: 'description',
    method: 'PUT',
    state: ({ state_event: event, ...others }) =>
      Object.keys(others).length === 0 && /^(close|reopen)$/.test(event)
        ? { open: event === 'reopen', reason: null }
        : null,
    shown: ({ number, title, body, open }) => {
      return { id: 1000 + number, iid: number, title, description: body, state: open ? 'opened' : 'closed' }
    }
  })
}
