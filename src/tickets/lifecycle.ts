import { createHash } from 'node:crypto'
import { LogveilError } from '../errors.ts'
import {
  isOver,
  type Severity,
  type Sighting,
  type Ticket,
  type TicketEvent,
  type TicketEventKind,
  type TicketOwner,
  type TicketState
} from '../model.ts'
import { mergeHints, mergePlaces, withSighting } from './places.ts'

/** Time limits, all in ms. */
export interface LifecyclePolicy {
  /** How soon a secret has to be rotated. */
  readonly slaMs: Readonly<Record<Severity, number>>
  /** The same by what the inventory says; goes before the severity. */
  readonly classificationSlaMs: Readonly<Record<string, number>>
  /** So long must the old value not be seen after a rotation, so that it counts as dead. */
  readonly quietMs: number
  /** A verified ticket is closed after so long. */
  readonly closeMs: number
}

/** Somebody gives a ticket another state. */
export interface Change {
  readonly to: TicketState
  readonly by: string
  /** Needed by what is not rotated. */
  readonly reason: string
  readonly at: number
  /** Needed by `false-positive` and `accepted-risk`. */
  readonly expires?: number | null
}

/** A ticket as it is now, and what there is to tell of how it came to that. */
export interface Step {
  readonly ticket: Ticket
  readonly events: readonly TicketEvent[]
}

/** Who does what happens by itself. */
export const itself = 'logveil'

/** A secret was seen (again). `ticket` null: for the first time. */
export function sighted(ticket: Ticket | null, seen: Sighting, owner: TicketOwner, policy: LifecyclePolicy): Step {
  if (ticket === null) return opening(seen, owner, policy)
  const counted = hurried(ticket, withOwner(withSighting(ticket, seen), owner), policy)
  // What was seen before it came into its state, and is told late, says nothing about that state.
  if (seen.last > ticket.since) {
    const { state, expires } = ticket
    if (state === 'closed') return opened(counted, 'regression', seen.last, 'seen again after it was closed', policy)
    if (state === 'rotated') return stale(counted, seen)
    if (state === 'verified') return stale({ ...counted, state: 'rotated', since: seen.last }, seen, state)
    if (state === 'false-positive' || state === 'accepted-risk')
      return expires !== null && seen.last >= expires
        ? expired(counted, seen.last, policy)
        : { ticket: counted, events: [] }
  }
  return isOver(ticket.state) ? { ticket: counted, events: [] } : updated(ticket, counted, seen.last)
}

/** Throws `TICKET_INVALID` when nothing leads from one state to the other, or reason or expiry are missing. */
export function changed(ticket: Ticket, change: Change): Step {
  const { to, by, reason, at, expires = null } = change
  const { state } = ticket
  if (to === state) return { ticket, events: [] }
  if (!leadsTo[state].includes(to)) throw refused(`ticket ${ticket.id} is ${state}: it cannot become ${to}`)
  if (reason === '' && (to === 'closed' || isPassedOver(to))) throw refused(`say why ticket ${ticket.id} becomes ${to}`)
  if (isPassedOver(to) && (expires === null || expires <= at))
    throw refused(`say until when ticket ${ticket.id} is to be ${to}: a time to come`)
  const next = { ...ticket, state: to, since: at, stale: null, expires: isPassedOver(to) ? expires : null }
  return told(next, 'changed', at, by, reason, state)
}

/** Something was done about it that leaves it in its state. */
export function noted(ticket: Ticket, by: string, reason: string, at: number): Step {
  return told(ticket, 'updated', at, by, reason, ticket.state)
}

/** Which states lead to which by hand. What is verified is so by itself, or because somebody has tried the old value. */
export const leadsTo: Readonly<Record<TicketState, readonly TicketState[]>> = {
  open: ['acknowledged', 'rotating', 'rotated', 'closed', 'false-positive', 'accepted-risk'],
  acknowledged: ['open', 'rotating', 'rotated', 'closed', 'false-positive', 'accepted-risk'],
  rotating: ['open', 'acknowledged', 'rotated', 'closed', 'false-positive', 'accepted-risk'],
  rotated: ['open', 'rotating', 'verified', 'closed', 'false-positive', 'accepted-risk'],
  verified: ['open', 'closed'],
  closed: ['open'],
  'false-positive': ['open', 'closed'],
  'accepted-risk': ['open', 'acknowledged', 'rotating', 'rotated', 'closed', 'false-positive']
}

/** What happens because time has passed: one step at most; ask again until there is none. */
export function passed(ticket: Ticket, now: number, policy: LifecyclePolicy): Step {
  const at = wakesAt(ticket, policy)
  if (at === null || at > now) return { ticket, events: [] }
  const { state } = ticket
  if (state === 'rotated') {
    const next = { ...ticket, state: 'verified', since: now } as const
    return told(next, 'changed', now, itself, 'the old value was not seen for the quiet period', state)
  }
  if (state === 'verified') {
    const next = { ...ticket, state: 'closed', since: now } as const
    return told(next, 'changed', now, itself, 'verified for long enough', state)
  }
  if (isPassedOver(state)) return expired(ticket, now, policy)
  return notice(ticket, now)
}

/** When `passed` has something to do at the earliest; null: never. */
export function wakesAt(ticket: Ticket, policy: LifecyclePolicy): number | null {
  const { state, since, last, expires, notices } = ticket
  if (state === 'rotated') return Math.max(since, last) + policy.quietMs
  if (state === 'verified') return since + policy.closeMs
  // A false positive comes up again when it is seen again: nobody needs to look at one that is gone.
  if (state === 'accepted-risk') return expires
  if (state === 'closed' || state === 'false-positive' || notices >= mostNotices) return null
  return noticeAt(ticket, notices)
}

/** A reminder, then escalations, more and more seldom. */
const mostNotices = 6

/** Three quarters of the time, the end of it, then after one, three, seven, ... further times its length. */
function noticeAt({ opened, due }: Ticket, notices: number): number {
  const slaMs = due - opened
  return notices === 0 ? opened + slaMs * 0.75 : due + slaMs * (2 ** (notices - 1) - 1)
}

/** Notices that were missed, as nothing was running, are one. */
function notice(ticket: Ticket, now: number): Step {
  let { notices } = ticket
  while (notices < mostNotices && noticeAt(ticket, notices) <= now) notices++
  const late = now >= ticket.due
  const reason = late ? 'it should have been rotated by now' : 'its time is nearly over'
  return told({ ...ticket, notices }, late ? 'escalated' : 'reminder', now, itself, reason, ticket.state)
}

function opening(seen: Sighting, owner: TicketOwner, policy: LifecyclePolicy): Step {
  const { tenant, detector, fingerprint, first, places } = seen
  const key = keyOf(seen)
  const blank: Ticket = {
    ...owner,
    id: idOf(key),
    key,
    tenant,
    detector,
    fingerprint,
    state: 'open',
    since: first,
    revision: 0,
    severity: seen.severity,
    confidence: seen.confidence,
    hints: mergeHints({}, seen.hints),
    count: seen.count,
    first,
    last: seen.last,
    places: mergePlaces([], places),
    opened: first,
    due: first,
    notices: 0,
    stale: null,
    expires: null
  }
  const ticket = withOwner(blank, owner)
  return told(
    { ...ticket, due: first + slaOf(ticket, policy) },
    'opened',
    seen.last,
    itself,
    'seen for the first time',
    null
  )
}

/** Of the ticket that has this key. */
export function idOf(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 16)
}

/** What tells tickets apart, also for channels. */
export function keyOf({
  tenant,
  detector,
  fingerprint
}: Pick<Sighting, 'tenant' | 'detector' | 'fingerprint'>): string {
  const key = `v1.${tenant}.${fingerprint}.${detector}`
  return key.length <= 255 ? key : `v1.${createHash('sha256').update(key).digest('hex')}`
}

function withOwner(ticket: Ticket, owner: TicketOwner): Ticket {
  const classification = owner.classification ?? ticket.classification
  const severity = classification === 'break-glass' ? 'critical' : ticket.severity
  return {
    ...ticket,
    classification,
    owner: owner.owner ?? ticket.owner,
    runbook: owner.runbook ?? ticket.runbook,
    severity
  }
}

/** What is found to be worse, or is classified only now, has to be dealt with by when that says; never later than before. */
function hurried(before: Ticket, ticket: Ticket, policy: LifecyclePolicy): Ticket {
  const { severity, classification, opened, due } = ticket
  if (severity === before.severity && classification === before.classification) return ticket
  return { ...ticket, due: Math.min(due, opened + slaOf(ticket, policy)) }
}

function slaOf({ severity, classification }: Ticket, { slaMs, classificationSlaMs }: LifecyclePolicy): number {
  return (classification === null ? undefined : classificationSlaMs[classification]) ?? slaMs[severity]
}

/** Only when it is news: else a storm of one secret would be one of messages. */
function updated(before: Ticket, ticket: Ticket, at: number): Step {
  const worse = ticket.severity !== before.severity || ticket.confidence !== before.confidence
  const more = Math.floor(Math.log10(ticket.count)) > Math.floor(Math.log10(before.count))
  if (!worse && !more) return { ticket, events: [] }
  return told(ticket, 'updated', at, itself, worse ? 'found to be worse' : 'seen ten times as often', ticket.state)
}

/** Told once a day for a ticket at most. */
const dayMs = 86_400_000

/** The quiet period begins anew with every sighting, as that is `last`. */
function stale(ticket: Ticket, seen: Sighting, from: TicketState = ticket.state): Step {
  if (from === ticket.state && ticket.stale !== null && seen.last < ticket.stale + dayMs) return { ticket, events: [] }
  const names = seen.places.flatMap(({ place }) => place.service ?? place.file ?? place.topic ?? [])
  const who = names.length === 0 ? '' : ` by ${[...new Set(names)].slice(0, 5).join(', ')}`
  const reason = `the old value is still used${who}`
  return told({ ...ticket, stale: seen.last }, 'stale-consumer', seen.last, itself, reason, from)
}

function expired(ticket: Ticket, at: number, policy: LifecyclePolicy): Step {
  return opened(ticket, 'expired', at, `it was ${ticket.state} until now`, policy)
}

function opened(ticket: Ticket, kind: TicketEventKind, at: number, reason: string, policy: LifecyclePolicy): Step {
  const times = { since: at, opened: at, due: at + slaOf(ticket, policy), notices: 0, stale: null, expires: null }
  return told({ ...ticket, state: 'open', ...times }, kind, at, itself, reason, ticket.state)
}

function told(
  changed: Ticket,
  kind: TicketEventKind,
  at: number,
  actor: string,
  reason: string,
  from: TicketState | null
): Step {
  const ticket = { ...changed, revision: changed.revision + 1 }
  return { ticket, events: [{ id: `${ticket.id}.${ticket.revision}`, kind, at, actor, reason, from, ticket }] }
}

function isPassedOver(state: TicketState): boolean {
  return state === 'false-positive' || state === 'accepted-risk'
}

function refused(message: string): LogveilError {
  return new LogveilError('TICKET_INVALID', message)
}
