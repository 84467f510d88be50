import { LogveilError } from '../../errors.ts'
import type { Channel, TicketDigest, TicketEvent } from '../../model.ts'
import { createEntra, type Entra, type EntraOptions } from './entra.ts'
import type { Message } from './message.ts'
import { beginCalls, type Calls, isRefusal, Refusal } from './request.ts'
import { messageWithCard } from './teams-card.ts'
import { createTrackerChannel, type Progress, type TrackerCalls } from './tracker.ts'

export interface TeamsBotOptions extends EntraOptions {
  readonly name: string
  /** The id of the team's group. */
  readonly team: string
  /** Its id: `19:...@thread.tacv2`. */
  readonly channel: string
  /** Of the Bot Connector: `https://smba.trafficmanager.net/teams` */
  readonly serviceUrl: string
  /** `https://graph.microsoft.com` */
  readonly graphUrl: string
  readonly settleMs: number
  readonly timeoutMs?: number | undefined
}

/**
 * A channel of Microsoft Teams, by a bot: a card for each ticket, which is changed as the ticket is, and replies to it for all that happens. The
 * Bot Connector writes, but can list nothing; Microsoft Graph reads, and has the cards of messages as text (`attachments[].content`), in
 * which the mark of a ticket is looked for. The bot's app is in the team, with ChannelMessage.Read.Group by resource-specific consent. By
 * https://learn.microsoft.com/en-us/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference,
 * https://learn.microsoft.com/en-us/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages,
 * https://learn.microsoft.com/en-us/graph/api/chatmessage-delta, https://learn.microsoft.com/en-us/graph/api/chatmessage-list-replies,
 * https://learn.microsoft.com/en-us/graph/api/resources/chatmessageattachment.
 */
export function createTeamsBot(options: TeamsBotOptions): Channel {
  const { name, settleMs, timeoutMs } = options
  const entra = createEntra(options)
  return createTrackerChannel({
    name,
    settleMs,
    hasActive: true,
    // Of three services: their paths are whole URLs, and their time is one.
    begin: () => callsOf(beginCalls({ name, url: '', headers: {}, timeoutMs }), entra, options)
  })
}

/** Of a message as Microsoft Graph has it. */
interface ChatMessage {
  readonly id: string
  readonly deletedDateTime: string | null
  /** `application` is null where a person wrote it. */
  readonly from: { readonly application: object | null } | null
  readonly attachments: readonly { readonly content: string | null }[]
}

interface Page {
  readonly value: readonly ChatMessage[]
  readonly '@odata.nextLink'?: string
}

const mostPages = 20
const pageLength = 50
const clockSkewMs = 600_000

/**
 * As UTF-16, of an activity: https://learn.microsoft.com/en-us/microsoftteams/platform/bots/how-to/format-your-bot-messages said 40 KB and says 100,
 * which not all clouds may have yet.
 */
const limit = { bytes: 38_000, encoding: 'utf16le' } as const

function callsOf(calls: Calls, entra: Entra, options: TeamsBotOptions): TrackerCalls {
  const { name, tenant, team, channel, serviceUrl, graphUrl } = options
  const connector = entra(calls, 'https://api.botframework.com/.default')
  const graph = entra(calls, `${graphUrl}/.default`)
  const conversations = `${serviceUrl}/v3/conversations`
  const messages = `${graphUrl}/v1.0/teams/${team}/channels/${encodeURIComponent(channel)}/messages`
  const activitiesOf = (key: string) =>
    `${conversations}/${encodeURIComponent(`${channel};messageid=${key}`)}/activities`

  /** https://learn.microsoft.com/en-us/microsoftteams/platform/bots/how-to/rate-limit: 412 is to be tried again, too. */
  async function write<T>(perform: () => Promise<T>): Promise<T> {
    try {
      return await perform()
    } catch (error) {
      throw isRefusal(error, 412) ? new Refusal(name, 412, { retryable: true }) : error
    }
  }

  async function* listed(first: string): AsyncGenerator<ChatMessage> {
    let path: string | undefined = first
    for (let page = 0; page < mostPages; page++) {
      const { value, '@odata.nextLink': next }: Page = await graph.call({ method: 'GET', path }, readPage)
      yield* value
      if (next === undefined) return
      // Nobody else is to get the token.
      if (!next.startsWith(`${graphUrl}/`))
        throw new LogveilError('DELIVERY_FAILED', `${name} has its next page elsewhere: graphUrl is not its address`)
      path = next
    }
    throw new LogveilError(
      'DELIVERY_FAILED',
      `${name} has too many messages to search: tickets need a channel of their own`
    )
  }

  return {
    async find(mark, since) {
      const filter = `lastModifiedDateTime gt ${new Date(since - clockSkewMs).toISOString()}`
      const query = new URLSearchParams({ $top: String(pageLength), $filter: filter })
      let found: string | null = null
      // Ids are times: the oldest is the one that counts.
      for await (const message of listed(`${messages}/delta?${query}`))
        if (footOf(message)?.mark === mark && (found === null || message.id < found)) found = message.id
      return found
    },
    create(message, event) {
      const body = {
        isGroup: true,
        tenantId: tenant,
        channelData: { channel: { id: channel }, tenant: { id: tenant } },
        activity: activityOf(message, event, 'new')
      }
      return write(() => connector.call({ path: conversations, body }, readActivityId))
    },
    async read(key) {
      const root = await graph.callIfThere({ method: 'GET', path: `${messages}/${key}` }, readMessage)
      const foot = root === null ? null : footOf(root)
      if (foot === null) return null
      const stamps = [foot.stamp]
      for await (const reply of listed(`${messages}/${key}/replies?$top=${pageLength}`))
        stamps.push(footOf(reply)?.stamp ?? '')
      return { progress: foot.progress, text: stamps.join(' ') }
    },
    note(key, message, event) {
      return write(() => connector.send({ path: activitiesOf(key), body: activityOf(message, event, 'new') }))
    },
    move(key, progress, message, event) {
      const path = `${activitiesOf(key)}/${key}`
      return write(() => connector.send({ method: 'PUT', path, body: activityOf(message, event, progress) }))
    }
  }
}

function readPage(page: Page): Page {
  if (!Array.isArray(page.value)) throw new TypeError('no list')
  return page
}

function readMessage(message: ChatMessage): ChatMessage {
  if (typeof message.id !== 'string') throw new TypeError('no message')
  return message
}

function readActivityId({ activityId }: { readonly activityId?: unknown }): string {
  if (typeof activityId !== 'string') throw new TypeError('no id')
  return activityId
}

function activityOf(message: Message, event: TicketEvent | TicketDigest, progress: Progress): object {
  return messageWithCard(message, event, `${message.mark}, ${message.stamp} Progress: ${progress}`, limit)
}

/** The last line of a card. */
interface Foot {
  readonly mark: string
  readonly stamp: string
  readonly progress: Progress
}

/** null: of no card, or of one that was deleted, or that a person forwarded. What comes from elsewhere stands above the last line. */
function footOf({ deletedDateTime, from, attachments }: ChatMessage): Foot | null {
  if (deletedDateTime || !from?.application) return null
  const text = attachments.map(({ content }) => content ?? '').join('\n')
  const feet = [...text.matchAll(/(logveil-[\w.-]+), (logveil event [\w.-]+\.) Progress: (new|active|done)/g)]
  if (feet.length === 0) return null
  const [, mark, stamp, progress] = feet[feet.length - 1]
  return { mark, stamp, progress: progress as Progress }
}
