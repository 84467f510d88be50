import { isOver, type SeenPlace, type Ticket, type TicketDigest, type TicketEvent } from '../../model.ts'

/** What people are told, before a channel gives it a form. Every text is one line without control characters. */
export interface Message {
  /** Finds again what was made for a ticket: letters, digits, dots and dashes. */
  readonly mark: string
  /** Tells of which event a text is made. The full stop tells 1 from 10. */
  readonly stamp: string
  /** The same for all that is told of a ticket. */
  readonly title: string
  /** What happened. */
  readonly news: string
  readonly facts: readonly Fact[]
  /** http(s) only. */
  readonly runbook: string | null
}

export type Fact = readonly [name: string, value: string]

const longestTitle = 150
const longestNews = 500
const longestFact = 300
const mostPlaces = 5

export function messageOf(event: TicketEvent | TicketDigest): Message {
  return event.kind === 'digest' ? messageOfDigest(event) : messageOfEvent(event)
}

function messageOfEvent(event: TicketEvent): Message {
  const { ticket } = event
  return {
    mark: `logveil-${ticket.id}`,
    stamp: stampOf(event.id),
    title: oneLine(`Leaked secret: ${ticket.detector} (${ticket.id})`, longestTitle),
    news: oneLine(newsOf(event), longestNews),
    facts: factsOf(ticket).map(([name, value]) => [oneLine(name, 60), oneLine(value, longestFact)]),
    runbook: httpUrl(ticket.runbook)
  }
}

function stampOf(id: string): string {
  return `logveil event ${id}.`
}

function newsOf({ kind, from, actor, reason, ticket: { state } }: TicketEvent): string {
  const why = reason === '' ? '' : `: ${reason}`
  return kind === 'changed' ? `${from} → ${state} by ${actor}${why}` : `${kind}${why}`
}

function factsOf(ticket: Ticket): Fact[] {
  const { severity, confidence, state, count, first, last, due, owner, classification, runbook, tenant } = ticket
  const optional = (name: string, value: string | null): Fact[] => (value === null ? [] : [[name, value]])
  return [
    ['Severity', severity],
    ['Confidence', confidence],
    ['State', state],
    ['Sightings', String(count)],
    ['First seen', isoOf(first)],
    ['Last seen', isoOf(last)],
    ...optional('Rotate by', isOver(state) ? null : isoOf(due)),
    ...optional('Owner', owner),
    ...optional('Classification', classification),
    ...ticket.places.slice(0, mostPlaces).map((place): Fact => ['Seen in', placeText(place)]),
    ...Object.entries(ticket.hints).map(([name, value]): Fact => [`Hint: ${name}`, value]),
    ...optional('Runbook', runbook),
    ['Tenant', tenant],
    ['Detector', ticket.detector],
    ['Fingerprint', ticket.fingerprint],
    ['Ticket', ticket.id]
  ]
}

/** `service pay, pod pay-1, trace 0af7…: 3 times`. */
export function placeText({ place, count }: SeenPlace): string {
  const names = Object.entries(place).map(([name, value]) => `${name} ${value}`)
  return `${names.join(', ')}: ${count} ${count === 1 ? 'time' : 'times'}`
}

function messageOfDigest({ id, tenant, count, detectors, tickets, at }: TicketDigest): Message {
  const title = `${count} leaked secrets within a minute (${tenant}, ${isoOf(at)})`
  return {
    mark: `logveil-${id}`,
    stamp: stampOf(id),
    title: oneLine(title, longestTitle),
    news: `${count} tickets were opened at once: logveil tickets list shows them`,
    facts: [
      ['Tenant', tenant],
      ['Tickets', String(count)],
      ...Object.entries(detectors)
        .slice(0, 20)
        .map(([detector, number]): Fact => [oneLine(detector, 60), String(number)]),
      ['First of them', tickets.slice(0, 15).join(', ')]
    ],
    runbook: null
  }
}

/** Without line ends and other control characters, of at most `most` UTF-16 units. */
export function oneLine(text: string, most: number): string {
  const line = text.toWellFormed().replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ')
  return line.length <= most ? line : `${line.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…`
}

export function isoOf(ms: number): string {
  return new Date(ms).toISOString()
}

function httpUrl(text: string | null): string | null {
  return text !== null && text.length <= 1000 && /^https?:\/\/[^\s<>"|\p{Cc}]+$/u.test(text) ? text : null
}
