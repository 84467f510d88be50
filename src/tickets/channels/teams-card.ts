import type { Severity, TicketDigest, TicketEvent } from '../../model.ts'
import type { Message } from './message.ts'

/** What Microsoft Teams takes of a message as JSON. */
export interface CardLimit {
  readonly bytes: number
  readonly encoding: 'utf8' | 'utf16le'
}

const colours: Readonly<Record<Severity, string>> = {
  critical: 'Attention',
  high: 'Attention',
  medium: 'Warning',
  low: 'Default'
}

/** A message with an Adaptive Card, with as many facts as there is room for. `end`: its last line. */
export function messageWithCard(
  message: Message,
  event: TicketEvent | TicketDigest,
  end: string,
  { bytes, encoding }: CardLimit
): object {
  for (let most = message.facts.length; ; most -= 3) {
    const facts = message.facts.slice(0, Math.max(0, most))
    const made = cardOf({ ...message, facts }, event, end)
    if (most <= 0 || Buffer.byteLength(JSON.stringify(made), encoding) <= bytes) return made
  }
}

/** Runs of text, in which nothing is Markdown. */
function cardOf({ title, news, facts, runbook }: Message, event: TicketEvent | TicketDigest, end: string): object {
  const color = colours[event.kind === 'digest' ? 'critical' : event.ticket.severity]
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    body: [
      rich({ text: title, size: 'Large', weight: 'Bolder', color }),
      rich({ text: news }),
      ...facts.map(([name, value]) => rich({ text: `${name}: `, weight: 'Bolder' }, { text: value })),
      rich({ text: end, size: 'Small', isSubtle: true })
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
