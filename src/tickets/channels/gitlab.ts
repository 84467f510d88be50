import type { Channel } from '../../model.ts'
import { beginCalls, type Calls } from './request.ts'
import { markdownOf } from './texts.ts'
import { createTrackerChannel, type TrackerCalls } from './tracker.ts'

export interface GitLabOptions {
  readonly name: string
  /** Without `/api/v4`. */
  readonly url: string
  readonly token: string
  /** Its number, or its path: `group/project`. */
  readonly project: string
  readonly labels: readonly string[]
  /** Only members of the project see it. */
  readonly confidential: boolean
  readonly issueType: 'issue' | 'incident'
  readonly settleMs: number
  readonly timeoutMs?: number | undefined
}

/** Issues of GitLab, REST API v4: https://docs.gitlab.com/api/issues/. The mark in its description finds an issue. */
export function createGitLab(options: GitLabOptions): Channel {
  const { name, url, token, settleMs, timeoutMs } = options
  const service = { name, url, headers: { 'private-token': token }, timeoutMs }
  return createTrackerChannel({
    name,
    settleMs,
    hasActive: false,
    begin: () => callsOf(beginCalls(service), options)
  })
}

interface Issue {
  readonly iid: number
  readonly state: 'opened' | 'closed'
  readonly description: string | null
}

function callsOf({ call, callIfThere, send }: Calls, options: GitLabOptions): TrackerCalls {
  const { project, labels, confidential, issueType } = options
  const issues = `/api/v4/projects/${encodeURIComponent(project)}/issues`
  return {
    find(mark) {
      const path = `${issues}?scope=all&state=all&in=description&search=${mark}&order_by=created_at&sort=asc&per_page=20`
      return call({ method: 'GET', path }, (found: Issue[]) => {
        const issue = found.find(({ description }) => description?.includes(`${mark}, `))
        return issue === undefined ? null : String(issue.iid)
      })
    },
    create(message) {
      const { title } = message
      const description = markdownOf(message)
      const body = { title, description, labels: labels.join(','), confidential, issue_type: issueType }
      return call({ path: issues, body }, ({ iid }: Issue) => String(iid))
    },
    read: (key) =>
      callIfThere({ method: 'GET', path: `${issues}/${key}` }, ({ state, description }: Issue) => {
        return { progress: state === 'closed' ? ('done' as const) : ('new' as const), text: description ?? '' }
      }),
    async note(key, message) {
      const path = `${issues}/${key}/notes`
      const latest = `${path}?sort=desc&order_by=created_at&per_page=100`
      const told = await call({ method: 'GET', path: latest }, (notes: { body: string }[]) =>
        notes.some(({ body }) => body.includes(message.stamp))
      )
      if (!told) await send({ path, body: { body: markdownOf(message) } })
    },
    async move(key, progress) {
      const event = progress === 'done' ? 'close' : 'reopen'
      await send({ method: 'PUT', path: `${issues}/${key}`, body: { state_event: event } })
    }
  }
}
