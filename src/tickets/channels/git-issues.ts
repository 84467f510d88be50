import { LogveilError } from '../../errors.ts'
import type { Channel, TicketState } from '../../model.ts'
import { isoOf } from './message.ts'
import { beginCalls, type Calls } from './request.ts'
import { markdownOf } from './texts.ts'
import { createTrackerChannel, type TrackerCalls } from './tracker.ts'

export interface GitIssuesOptions {
  readonly name: string
  readonly flavour: 'github' | 'gitea'
  /** `https://api.github.com`, `https://HOST/api/v3`; Gitea's without `/api/v1`. */
  readonly url: string
  readonly token: string
  /** `OWNER/NAME` */
  readonly repository: string
  /** Of GitHub: names; of Gitea: ids. */
  readonly labels: readonly (string | number)[]
  readonly assignees: readonly string[]
  readonly settleMs: number
  readonly timeoutMs?: number | undefined
}

/**
 * Issues of GitHub (https://docs.github.com/en/rest/issues) and of Gitea and Forgejo, whose API is the same but for details. Neither can look for a text
 * without an index that lags behind, so that the list of issues is read, from the time on at which the secret was first seen.
 */
export function createGitIssues(options: GitIssuesOptions): Channel {
  const { name, flavour, url, token, settleMs, timeoutMs } = options
  const headers =
    flavour === 'github'
      ? {
          authorization: `Bearer ${token}`,
          accept: 'application/vnd.github+json',
          'x-github-api-version': '2022-11-28'
        }
      : { authorization: `token ${token}` }
  const service = { name, url, headers, timeoutMs }
  return createTrackerChannel({
    name,
    settleMs,
    hasActive: false,
    begin: () => callsOf(beginCalls(service), options)
  })
}

interface Issue {
  readonly number: number
  readonly state: 'open' | 'closed'
  readonly body: string | null
}

const clockSkewMs = 600_000
const mostPages = 20

function callsOf(calls: Calls, options: GitIssuesOptions): TrackerCalls {
  const { name, flavour, repository, labels, assignees } = options
  const { call, callIfThere, send } = calls
  const issues = `${flavour === 'gitea' ? '/api/v1' : ''}/repos/${repository}/issues`
  const [perPage, listed] =
    flavour === 'github'
      ? [100, 'state=all&sort=created&direction=asc&per_page=100']
      : [50, 'state=all&type=issues&limit=50']

  /** The first of a list that has the text in it. */
  async function search(path: string, text: string): Promise<Issue | null> {
    for (let page = 1; page <= mostPages; page++) {
      const { found, last } = await call({ method: 'GET', path: `${path}&page=${page}` }, (items: Issue[]) => ({
        found: items.find(({ body }) => body?.includes(text)),
        last: items.length < perPage
      }))
      if (found !== undefined) return found
      if (last) return null
    }
    throw new LogveilError(
      'DELIVERY_FAILED',
      `${name} has too many issues to search: tickets need a repository of their own`
    )
  }

  const since = (at: number) => `since=${encodeURIComponent(isoOf(at - clockSkewMs))}`
  return {
    async find(mark, at) {
      const issue = await search(`${issues}?${listed}&${since(at)}`, `${mark}, `)
      return issue === null ? null : String(issue.number)
    },
    create(message) {
      const body = { title: message.title, body: markdownOf(message), labels, assignees }
      return call({ path: issues, body }, ({ number }: Issue) => String(number))
    },
    read: (key) =>
      callIfThere({ method: 'GET', path: `${issues}/${key}` }, ({ state, body }: Issue) => {
        return { progress: state === 'closed' ? ('done' as const) : ('new' as const), text: body ?? '' }
      }),
    async note(key, message, { at }) {
      const path = `${issues}/${key}/comments`
      const told = await search(
        `${path}?${flavour === 'github' ? 'per_page=100' : 'limit=50'}&${since(at)}`,
        message.stamp
      )
      if (told === null) await send({ path, body: { body: markdownOf(message) } })
    },
    async move(key, progress, _, { ticket: { state } }) {
      const next = progress === 'done' ? 'closed' : 'open'
      const reason = flavour === 'github' ? { state_reason: reasonOf(state) } : {}
      await send({ method: 'PATCH', path: `${issues}/${key}`, body: { state: next, ...reason } })
    }
  }
}

function reasonOf(state: TicketState): string {
  if (state === 'verified' || state === 'closed') return 'completed'
  return state === 'false-positive' || state === 'accepted-risk' ? 'not_planned' : 'reopened'
}
