// Microsoft Teams as a bot has it, by its documentation: tokens of Entra, the Bot Connector to write, Microsoft Graph to read.
import { faultInCard } from './chat-fakes.ts'
import { type Asked, eventsIn, type FakeApi, type Reply, ticketIn, unknownIn } from './fake-service.ts'

export const teamsBotAccess = {
  tenant: '2432b57b-0abd-43db-aa7b-16eadd115d34',
  clientId: '8ea0e38b-efb3-4757-924a-5f94061cf8c2',
  clientSecret: 'client-secret-of-the-bot',
  team: 'fbe2bf47-16c8-47cf-b4a5-4b9b187c508b',
  channel: '19:4a95f7d8db4c4e7fae857bcebe0623e6@thread.tacv2'
}

interface Message {
  readonly id: string
  readonly replyToId: string | null
  /** What it was posted for. */
  readonly events: readonly string[]
  readonly at: number
  changed: number
  card: string
  readonly by: 'bot' | 'person'
  deleted: boolean
}

/** With what people do in the channel, and administrators with the bot. */
export interface TeamsBotFake extends FakeApi {
  /** No token that was given is good any more. */
  revoke(): void
  /** How many tokens were given. */
  tokens(): number
  /** A person forwards a card; deletes one. */
  forward(id: number): void
  remove(id: number): void
}

const { tenant, clientId, clientSecret, team, channel } = teamsBotAccess
const mostPerPage = 3
const mostBytes = 40 * 1024

/** `visibleMs`: so long does Graph not list a message. */
export function teamsBotFake(visibleMs = 0): TeamsBotFake {
  const messages: Message[] = []
  let tokens = new Set<string>()
  let given = 0
  const base = `/v1.0/teams/${team}/channels/${encodeURIComponent(channel)}/messages`
  const roots = () => messages.filter(({ replyToId }) => replyToId === null)

  function token({ method, headers, text }: Asked): Reply | string {
    if (method !== 'POST' || headers['content-type'] !== 'application/x-www-form-urlencoded') return 'form'
    const { scope, ...form } = Object.fromEntries(new URLSearchParams(text))
    const wanted = { grant_type: 'client_credentials', client_id: clientId, client_secret: form.client_secret }
    if (JSON.stringify(form) !== JSON.stringify(wanted)) return 'grant'
    if (form.client_secret !== clientSecret) return { status: 401, body: { error: 'invalid_client' } }
    const audience = scope === 'https://api.botframework.com/.default' ? 'bot' : 'graph'
    if (audience === 'graph' && scope !== `http://${headers.host}/.default`) return 'scope'
    const access = `${audience}-token-${given++}`
    tokens.add(access)
    return { status: 200, body: { token_type: 'Bearer', expires_in: 3599, access_token: access } }
  }

  function post(activity: Record<string, never>, replyToId: string | null): Message {
    const at = Date.now()
    const card = cardOf(activity)
    const id = String(1_700_000_000_000 + messages.length)
    const message: Message = {
      id,
      replyToId,
      events: eventsIn(footOf(card)),
      at,
      changed: at,
      card,
      by: 'bot',
      deleted: false
    }
    messages.push(message)
    const root = messages.find((one) => one.id === replyToId)
    if (root !== undefined) root.changed = at
    return message
  }

  function write({ method, path, json }: Asked): Reply | string {
    const [, , , conversation, activities, id] = path.split('/').map(decodeURIComponent)
    if (conversation === undefined) return method === 'POST' ? converse(json) : 'method'
    const [, key] = /^(?:[^;]+);messageid=(\d+)$/.exec(conversation) ?? []
    if (!conversation.startsWith(`${channel};`) || activities !== 'activities') return 'conversation'
    const fault = faultInActivity(json)
    if (fault !== null) return fault
    const message = roots().find((one) => one.id === key && !one.deleted)
    if (message === undefined) return { status: 404, body: { error: { code: 'ConversationNotFound' } } }
    if (method === 'POST' && id === undefined) return { status: 201, body: { id: post(json, key).id } }
    if (method !== 'PUT' || id !== key) return 'activity'
    message.card = cardOf(json)
    message.changed = Date.now()
    return { status: 200, body: { id } }
  }

  function converse(json: Record<string, never>): Reply | string {
    const { isGroup, channelData, tenantId, activity, ...others } = json
    const data = { channel: { id: channel }, tenant: { id: tenant } }
    if (unknownIn(others, 'bot members topicName') !== null) return 'unknown field'
    if (isGroup !== true || tenantId !== tenant || JSON.stringify(channelData) !== JSON.stringify(data))
      return 'channel'
    const fault = faultInActivity(activity)
    if (fault !== null) return fault
    const { id } = post(activity, null)
    return { status: 201, body: { id: `${channel};messageid=${id}`, activityId: id } }
  }

  function read({ method, path, query, headers }: Asked): Reply | string {
    if (method !== 'GET' || !path.startsWith(base)) return 'path'
    const [, id, more] = path.slice(base.length).split('/')
    const url = `http://${headers.host}${path}`
    if (id === 'delta') return delta(query, url)
    const root = roots().find((one) => one.id === id)
    if (root === undefined) return { status: 404, body: { error: { code: 'NotFound' } } }
    if (more === undefined) return query.size === 0 ? { status: 200, body: shown(root) } : 'query'
    if (more !== 'replies') return 'path'
    const replies = messages.filter(({ replyToId }) => replyToId === id).toReversed()
    return page(replies, query, url, '$top $skiptoken')
  }

  /** What is asked for stands in the first request only; the links have it from there on. */
  function delta(query: URLSearchParams, url: string): Reply | string {
    const filter = query.get('$filter') ?? query.get('$skiptoken')?.split(' from ')[0] ?? ''
    const [, since] = /^lastModifiedDateTime gt (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)$/.exec(filter) ?? []
    if (since === undefined) return 'filter'
    const now = Date.now()
    const found = roots().filter(({ at, changed }) => at <= now - visibleMs && changed > Date.parse(since))
    return page(found.toReversed(), query, url, '$top $filter $skiptoken', filter)
  }

  function page(all: Message[], query: URLSearchParams, url: string, known: string, filter = ''): Reply | string {
    const fault = unknownIn(Object.fromEntries(query), known)
    if (fault !== null) return fault
    const [, from] = (query.get('$skiptoken') ?? ' from 0').split(' from ')
    if (!query.has('$skiptoken') && query.get('$top') !== '50') return '$top'
    const first = Number(from)
    const next = new URLSearchParams({ $skiptoken: `${filter} from ${first + mostPerPage}` })
    const value = all.slice(first, first + mostPerPage).map(shown)
    const isLast = first + mostPerPage >= all.length
    return { status: 200, body: { value, ...(isLast ? {} : { '@odata.nextLink': `${url}?${next}` }) } }
  }

  return {
    authorized({ path, headers }) {
      if (path.endsWith('/token')) return true
      const [, access] = (headers.authorization ?? '').split('Bearer ')
      return tokens.has(access) && access.startsWith(path.startsWith('/v3/') ? 'bot-' : 'graph-')
    },
    handle(asked) {
      if (asked.path === `/${tenant}/oauth2/v2.0/token`) return token(asked)
      if (asked.path.startsWith('/v3/conversations')) return write(asked)
      return read(asked)
    },
    things: () =>
      roots()
        .filter(({ by, deleted }) => by === 'bot' && !deleted)
        .map(({ id, card, events }) => {
          const replies = messages.filter(({ replyToId }) => replyToId === id)
          const foot = footOf(card)
          const state = /Progress: (\w+)$/.exec(foot)?.[1] ?? ''
          return { ticket: ticketIn(foot), state, events: [...events, ...replies.flatMap(({ events }) => events)] }
        }),
    revoke() {
      tokens = new Set()
    },
    tokens: () => given,
    forward(n) {
      const { card } = roots()[n]
      const at = Date.now()
      messages.unshift({ id: '1', replyToId: null, events: [], at, changed: at, card, by: 'person', deleted: false })
    },
    remove(n) {
      roots()[n].deleted = true
    }
  }
}

function faultInActivity(json: Record<string, never>): string | null {
  if (Buffer.byteLength(JSON.stringify(json), 'utf16le') > mostBytes) return 'MessageSizeTooBig'
  return unknownIn(json, 'type attachments') ?? faultInCard(json)
}

function cardOf({ attachments }: Record<string, never>): string {
  return JSON.stringify((attachments as { content: object }[])[0].content)
}

function footOf(card: string): string {
  const { body } = JSON.parse(card) as { body: { inlines: { text: string }[] }[] }
  return body[body.length - 1].inlines[0].text
}

/** As Graph shows it: the card is text, the body only says where it is. */
function shown({ id, replyToId, at, changed, card, by, deleted }: Message): object {
  const attachment = { id: 'card', contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null }
  return {
    id,
    replyToId,
    messageType: 'message',
    createdDateTime: new Date(at).toISOString(),
    lastModifiedDateTime: new Date(changed).toISOString(),
    deletedDateTime: deleted ? new Date(changed).toISOString() : null,
    from:
      by === 'bot'
        ? { application: { id: clientId, applicationIdentityType: 'bot' }, user: null }
        : { application: null, user: { id: '97f62344-57dc-409c-88ad-c4af14158ff5' } },
    body: { contentType: 'html', content: deleted ? '' : '<attachment id="card"></attachment>' },
    attachments: deleted ? [] : [{ ...attachment, content: card }]
  }
}
