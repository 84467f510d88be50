import type { Channel, Severity, TicketDigest, TicketEvent } from '../../model.ts'
import { type Message, messageOf } from './message.ts'
import { beginCalls } from './request.ts'

export interface TeamsOptions {
  readonly name: string
  /** Of a workflow ("when a Teams webhook request is received"): whoever knows it can write there. */
  readonly url: string
  readonly timeoutMs?: number | undefined
}

/**
 * Microsoft Teams, by a workflow's webhook: an Adaptive Card for each event. It has no way to tell what is there: after a crash a card can come
 * twice.
 */
export function createTeams({ name, url, timeoutMs }: TeamsOptions): Channel {
  return {
    name,
    async deliver(event) {
      await beginCalls({ name, url, headers: {}, timeoutMs }).send({
        headers: { 'content-type': 'application/json' },
        body: messageWithCard(messageOf(event), event)
      })
      return null
    },
    async close() {}
  }
}

/** Of a message: 28 KB, with some room for what the workflow adds. */
const mostBytes = 26_000
const colours: Readonly<Record<Severity, string>> = {
  critical: 'Attention',
  high: 'Attention',
  medium: 'Warning',
  low: 'Default'
}

/** With as many facts as there is room for. */
function messageWithCard(message: Message, event: TicketEvent | TicketDigest): string {
  for (let facts = message.facts.length; ; facts -= 3) {
    const text = JSON.stringify(cardOf({ ...message, facts: message.facts.slice(0, Math.max(0, facts)) }, event))
    if (facts <= 0 || Buffer.byteLength(text) <= mostBytes) return text
  }
}

/** Runs of text, in which nothing is Markdown. */
function cardOf({ title, news, facts, runbook, mark, stamp }: Message, event: TicketEvent | TicketDigest): object {
  const color = colours[event.kind === 'digest' ? 'critical' : event.ticket.severity]
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    body: [
      rich({ text: title, size: 'Large', weight: 'Bolder', color }),
      rich({ text: news }),
      ...facts.map(([name, value]) => rich({ text: `${name}: `, weight: 'Bolder' }, { text: value })),
      rich({ text: `${mark}, ${stamp}`, size: 'Small', isSubtle: true })
    ],
    ...(runbook === null ? {} : { actions: [{ type: 'Action.OpenUrl', title: 'Runbook', url: runbook }] })
  }
  return {
    type: 'message',
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content }]
  }
}

function rich(...runs: object[]): object {
  return { type: 'RichTextBlock', inlines: runs.map((run) => ({ type: 'TextRun', ...run })) }
}
