import { LogveilError } from '../../errors.ts'
import type { Channel, Severity, TicketDigest, TicketEvent } from '../../model.ts'
import { type Message, messageOf } from './message.ts'
import { beginCalls, type Calls, isRefusal, type Outgoing, Refusal } from './request.ts'
import { createTrackerChannel, type Progress, type TrackerCalls } from './tracker.ts'

export interface SlackOptions {
  readonly name: string
  /** `https://slack.com` */
  readonly url: string
  /** Of a bot with `chat:write`, and `channels:history` or `groups:history`. */
  readonly token: string
  /** Its id: `C0123456789`. */
  readonly channel: string
  readonly settleMs: number
  readonly timeoutMs?: number | undefined
}

export interface SlackWebhookOptions {
  readonly name: string
  /** Whoever knows it can write there. */
  readonly url: string
  readonly timeoutMs?: number | undefined
}

/**
 * A channel of Slack, by a bot: a message for each ticket, which is changed as the ticket is, and a thread below it for all that happens. Metadata that
 * people do not see tell which ticket a message is of, so that it is found again.
 */
export function createSlack(options: SlackOptions): Channel {
  const { name, url, token, settleMs, timeoutMs } = options
  const service = { name, url, headers: { authorization: `Bearer ${token}` }, timeoutMs }
  return createTrackerChannel({
    name,
    settleMs,
    hasActive: true,
    begin: () => callsOf(beginCalls(service), options)
  })
}

/** An incoming webhook: a message for each event. It has no way to tell what is there: after a crash a message can come twice. */
export function createSlackWebhook({ name, url, timeoutMs }: SlackWebhookOptions): Channel {
  return {
    name,
    async deliver(event) {
      await beginCalls({ name, url, headers: {}, timeoutMs }).send({ body: contentOf(messageOf(event), event, 'new') })
      return null
    },
    async close() {}
  }
}

interface SlackMessage {
  readonly ts: string
  readonly metadata?: { readonly event_type: string; readonly event_payload: Payload }
}

/** Of our metadata. */
interface Payload {
  readonly mark: string
  readonly stamp: string
  readonly progress: Progress
}

interface Page {
  readonly messages: readonly SlackMessage[]
  readonly response_metadata?: { readonly next_cursor?: string }
}

const eventType = 'logveil_ticket'
const mostPages = 20
const clockSkewMs = 600_000

function callsOf({ call }: Calls, { name, channel }: SlackOptions): TrackerCalls {
  async function ask<T>(outgoing: Outgoing, read: (json: never) => T): Promise<T> {
    // What is wrong is said in an answer of status 200.
    const { value, error } = await call(outgoing, (json: Outcome) => ({
      value: json.ok ? read(json as never) : null,
      error: json.ok ? null : String(json.error)
    }))
    if (error !== null) throw refusalOf(name, error)
    return value as T
  }

  /** Methods that read take no JSON. */
  function list(method: string, parameters: Readonly<Record<string, string>>): Promise<Page> {
    const query = new URLSearchParams({ channel, include_all_metadata: 'true', ...parameters })
    return ask({ method: 'GET', path: `/api/${method}?${query}` }, (page: Page) => page)
  }

  const payloadOf = ({ metadata }: SlackMessage) =>
    metadata?.event_type === eventType ? metadata.event_payload : undefined

  const post = (
    message: Message,
    event: TicketEvent | TicketDigest,
    progress: Progress,
    more: object,
    method: string
  ) =>
    ask(
      {
        path: `/api/${method}`,
        body: {
          channel,
          ...contentOf(message, event, progress),
          metadata: { event_type: eventType, event_payload: { mark: message.mark, stamp: message.stamp, progress } },
          ...more
        }
      },
      ({ ts }: SlackMessage) => ts
    )

  return {
    async find(mark, since) {
      const oldest = ((since - clockSkewMs) / 1000).toFixed(6)
      let cursor: string | undefined
      let found: string | null = null
      for (let page = 0; page < mostPages; page++) {
        const parameters = { oldest, limit: '200', ...(cursor ? { cursor } : {}) }
        const { messages, response_metadata: next } = await list('conversations.history', parameters)
        // From the newest to the oldest, which is the one that counts.
        found = messages.findLast((message) => payloadOf(message)?.mark === mark)?.ts ?? found
        cursor = next?.next_cursor
        if (!cursor) return found
      }
      throw new LogveilError(
        'DELIVERY_FAILED',
        `${name} has too many messages to search: tickets need a channel of their own`
      )
    },
    create: (message, event) => post(message, event, 'new', {}, 'chat.postMessage'),
    async read(key) {
      const { messages } = await list('conversations.replies', { ts: key, limit: '1000' }).catch((error) => {
        if (isRefusal(error, 'thread_not_found')) return { messages: [] }
        throw error
      })
      const payload = messages.length === 0 ? undefined : payloadOf(messages[0])
      if (payload === undefined) return null
      return { progress: payload.progress, text: messages.map((message) => payloadOf(message)?.stamp).join(' ') }
    },
    async note(key, message, event) {
      await post(message, event, 'new', { thread_ts: key }, 'chat.postMessage')
    },
    async move(key, progress, message, event) {
      await post(message, event, progress, { ts: key }, 'chat.update')
    }
  }
}

interface Outcome {
  readonly ok: boolean
  readonly error?: string
}

const passing = ['internal_error', 'fatal_error', 'service_unavailable', 'request_timeout', 'team_added_to_org']

/** Names of errors are of a closed list. */
function refusalOf(name: string, error: string): Refusal {
  const throttled = error === 'ratelimited' || error === 'rate_limited'
  const answer = /^[a-z_]{1,60}$/.test(error) ? error : 'an error'
  return new Refusal(name, answer, { throttled, retryable: passing.includes(error) })
}

const mostFields = 10
const longestLink = 2000
const signs: Readonly<Record<Severity, string>> = {
  critical: ':red_circle:',
  high: ':large_orange_circle:',
  medium: ':large_yellow_circle:',
  low: ':white_circle:'
}

/** Blocks, and the text that stands in for them in notifications. */
function contentOf(message: Message, event: TicketEvent | TicketDigest, progress: Progress): object {
  const { title, news, facts, runbook, mark, stamp } = message
  const severity = event.kind === 'digest' ? 'critical' : event.ticket.severity
  const sign = progress === 'done' ? ':white_check_mark:' : signs[severity]
  const fields = facts.slice(0, mostFields).map(([name, value]) => markdown(`*${escaped(name)}*\n${escaped(value)}`))
  const link = runbook === null ? '' : `<${escaped(runbook)}|Runbook>`
  const elements = link === '' || link.length > longestLink ? [] : [markdown(link)]
  return {
    text: `${escaped(title)}: ${escaped(news)}`,
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: title } },
      { type: 'section', text: markdown(`${sign} ${escaped(news)}`) },
      { type: 'section', fields },
      { type: 'context', elements: [...elements, markdown(`${mark}, ${stamp}`)] }
    ]
  }
}

/** Texts of a message are short enough for all limits, also when every character is escaped. */
function markdown(text: string): object {
  return { type: 'mrkdwn', text, verbatim: true }
}

/** So that nothing is a mention or a link. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
