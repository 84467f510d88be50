// Slack, by its Web API and by an incoming webhook, and Microsoft Teams, by a workflow's webhook: by their documentation.
import { type Asked, eventsIn, type FakeApi, isLine, isText, type Reply, ticketIn, unknownIn } from './fake-service.ts'

export const slackAccess = { token: 'token-of-the-bot', channel: 'C0123456789' }

interface Message {
  readonly ts: string
  readonly thread_ts: string | null
  /** What it was posted for. */
  readonly events: readonly string[]
  content: Record<string, never>
}

const reads = ['conversations.history', 'conversations.replies']

export function slackFake(): FakeApi {
  const messages: Message[] = []
  const shown = ({ ts, thread_ts, content }: Message) => ({
    ts,
    thread_ts,
    text: content.text,
    metadata: content.metadata
  })
  const ok = (body: object): Reply => ({ status: 200, body: { ok: true, ...body } })
  const no = (error: string): Reply => ({ status: 200, body: { ok: false, error } })

  function history(query: URLSearchParams): Reply {
    const oldest = Number(query.get('oldest'))
    const [first, limit] = [Number(query.get('cursor') ?? 0), Math.min(3, Number(query.get('limit')))]
    const all = messages.filter(({ ts, thread_ts }) => thread_ts === null && Number(ts) >= oldest).toReversed()
    const next = first + limit < all.length ? String(first + limit) : ''
    return ok({ messages: all.slice(first, first + limit).map(shown), response_metadata: { next_cursor: next } })
  }

  function replies(query: URLSearchParams): Reply {
    const found = messages.filter(({ ts, thread_ts }) => [ts, thread_ts].includes(query.get('ts')))
    return found.length === 0 ? no('thread_not_found') : ok({ messages: found.map(shown) })
  }

  function post({ thread_ts = null, ...content }: Record<string, never> & { thread_ts?: string | null }): Reply {
    const ts = `${Math.floor(Date.now() / 1000)}.${String(messages.length).padStart(6, '0')}`
    messages.push({ ts, thread_ts, events: eventsIn(JSON.stringify(content.blocks)), content })
    return ok({ ts, channel: slackAccess.channel })
  }

  function update({ ts, ...content }: Record<string, never>): Reply {
    const message = messages.find((one) => one.ts === ts)
    if (message === undefined) return no('message_not_found')
    message.content = content as never
    return ok({ ts })
  }

  return {
    // A status of its own is not what Slack answers.
    authorized: () => true,
    handle({ method, path, query, headers, json }: Asked) {
      const name = path.replace('/api/', '')
      if (headers.authorization !== `Bearer ${slackAccess.token}`) return no('invalid_auth')
      if (reads.includes(name) !== (method === 'GET')) return 'method'
      const fault = method === 'GET' ? faultInQuery(query) : faultInMessage(json, 'channel thread_ts ts metadata')
      if (fault !== null) return fault
      if (name === 'conversations.history') return history(query)
      if (name === 'conversations.replies') return replies(query)
      if (faultInMetadata(json) !== null) return faultInMetadata(json) as string
      return name === 'chat.postMessage'
        ? post(json)
        : name === 'chat.update'
          ? update(json)
          : 'there is no such method'
    },
    things: () =>
      messages
        .filter(({ thread_ts }) => thread_ts === null)
        .map(({ ts, content, events }) => {
          const { event_payload: payload } = content.metadata as { event_payload: Record<string, string> }
          const thread = messages.filter(({ thread_ts }) => thread_ts === ts)
          const all = [...events, ...thread.flatMap(({ events }) => events)]
          return { ticket: ticketIn(payload.mark), state: payload.progress, events: all }
        })
  }
}

function faultInQuery(query: URLSearchParams): string | null {
  if (query.get('channel') !== slackAccess.channel || query.get('include_all_metadata') !== 'true') return 'channel'
  return Number(query.get('limit')) <= 1000 ? null : 'limit'
}

function faultInMetadata({ metadata }: Record<string, never>): string | null {
  const { event_type: type, event_payload: payload } = metadata as { event_type: string; event_payload: object }
  return isLine(type, 100) && typeof payload === 'object' ? null : 'metadata'
}

interface Text {
  readonly type: string
  readonly text: string
}

function faultInMessage(json: Record<string, never>, more: string): string | null {
  const unknown = unknownIn(json, `text blocks unfurl_links unfurl_media ${more}`)
  if (unknown !== null) return unknown
  const { text, blocks } = json as never as {
    text: string
    blocks: { type: string; text?: Text; fields?: Text[]; elements?: Text[] }[]
  }
  if (!isLine(text, 4000) || blocks.length > 50) return 'text'
  for (const { type, text: own, fields = [], elements = [] } of blocks) {
    if (type === 'header' && !(own?.type === 'plain_text' && isLine(own.text, 150))) return 'header'
    if (type === 'section' && own !== undefined && !(own.type === 'mrkdwn' && isText(own.text, 1, 3000)))
      return 'section'
    if (type === 'section' && own === undefined && fields.length === 0) return 'empty section'
    if (fields.length > 10 || fields.some((field) => !isText(field.text, 1, 2000))) return 'fields'
    if (elements.length > 10) return 'elements'
    const texts = [own, ...fields, ...elements].filter((one) => one?.type === 'mrkdwn')
    if (texts.some((one) => /<(?!https?:\/\/[^<>|]+\|Runbook>)/.test(one?.text ?? ''))) return 'a mention or a link'
  }
  return null
}

/** A message for each event: its ticket as often as it was told of. */
function messagesFake(path: string, faultIn: (json: Record<string, never>) => string | null, status: number): FakeApi {
  const things: { ticket: string; state: string; events: string[] }[] = []
  return {
    authorized: (asked) => asked.path === path,
    handle({ method, headers, text, json }) {
      const fault = method === 'POST' && headers['content-type'] === 'application/json' ? faultIn(json) : 'method'
      if (fault !== null) return fault
      things.push({ ticket: ticketIn(text), state: 'told', events: eventsIn(text) })
      return { status }
    },
    things: () => things
  }
}

export const slackHook = '/services/T000/B000/path-of-the-hook'
export const teamsHook = '/workflows/path-of-the-workflow/triggers/manual/paths/invoke'

export function slackWebhookFake(): FakeApi {
  return messagesFake(slackHook, (json) => faultInMessage(json, ''), 200)
}

interface Card {
  readonly type: string
  readonly version: string
  readonly body: { type: string; inlines: { type: string; text: string }[] }[]
  readonly actions?: { type: string; url: string }[]
}

export function teamsFake(): FakeApi {
  return messagesFake(teamsHook, faultInCard, 202)
}

/** A message with a card; null: it is one. */
export function faultInCard(json: Record<string, never>): string | null {
  if (Buffer.byteLength(JSON.stringify(json)) > 28 * 1024) return 'size'
  const { type, attachments } = json as never as { type: string; attachments: { contentType: string; content: Card }[] }
  if (type !== 'message' || attachments?.length !== 1) return 'attachments'
  const [{ contentType, content }] = attachments
  if (contentType !== 'application/vnd.microsoft.card.adaptive') return 'contentType'
  const { type: kind, version, body, actions = [] } = content
  if (kind !== 'AdaptiveCard' || !/^1\.[0-5]$/.test(version)) return 'no card'
  if (actions.some(({ type, url }) => type !== 'Action.OpenUrl' || !/^https?:/.test(url))) return 'actions'
  const runs = body.flatMap(({ type, inlines }) => (type === 'RichTextBlock' ? inlines : [{ type, text: '' }]))
  return runs.every(({ type, text }) => type === 'TextRun' && isText(text, 1, 10_000)) ? null : 'runs'
}
