// A ticket as one knows it who looks at it from outside, written anew from the design.
import type { TicketState } from '../../src/model.ts'
import { dayMs, policy } from './backends.ts'

export type Move =
  | { kind: 'seen'; count: number; late: number }
  | { kind: 'by hand'; to: TicketState; reason: string; days: number | null }
  | { kind: 'time'; ms: number }

/** What may be done by hand in which state. */
const byHand: Record<TicketState, string> = {
  open: 'acknowledged rotating rotated closed false-positive accepted-risk',
  acknowledged: 'open rotating rotated closed false-positive accepted-risk',
  rotating: 'open acknowledged rotated closed false-positive accepted-risk',
  rotated: 'open rotating verified closed false-positive accepted-risk',
  verified: 'open closed',
  closed: 'open',
  'false-positive': 'open closed',
  'accepted-risk': 'open acknowledged rotating rotated closed false-positive'
}

/** What one knows who looks at a ticket from outside. */
export interface Model {
  state: TicketState
  since: number
  last: number
  count: number
  expires: number | null
}

export function seen(model: Model, at: number, count: number): string[] {
  model.count += count
  model.last = Math.max(model.last, at)
  const { state, since, expires } = model
  if (at <= since) return []
  if (state === 'closed') return open(model, at, 'regression')
  if (state === 'verified') {
    model.state = 'rotated'
    model.since = at
    return ['stale-consumer']
  }
  if (state === 'false-positive' || state === 'accepted-risk')
    return expires !== null && at >= expires ? open(model, at, 'expired') : []
  return []
}

function open(model: Model, at: number, kind: string): string[] {
  Object.assign(model, { state: 'open', since: at, expires: null })
  return [kind]
}

/** null: it must be refused. */
export function hand(model: Model, { to, reason, days }: Move & { kind: 'by hand' }, now: number): string[] | null {
  if (to === model.state) return []
  const passesOver = to === 'false-positive' || to === 'accepted-risk'
  if (!byHand[model.state].split(' ').includes(to)) return null
  if ((passesOver || to === 'closed') && reason === '') return null
  if (passesOver && (days === null || days < 0)) return null
  Object.assign(model, { state: to, since: now, expires: passesOver ? now + (days as number) * dayMs : null })
  return ['changed']
}

export function time(model: Model, now: number): string[] {
  const { state, since, last, expires } = model
  if (state === 'rotated' && now >= Math.max(since, last) + policy.quietMs) {
    Object.assign(model, { state: 'verified', since: now })
    return ['changed']
  }
  if (state === 'verified' && now >= since + policy.closeMs) {
    Object.assign(model, { state: 'closed', since: now })
    return ['changed']
  }
  return state === 'accepted-risk' && expires !== null && now >= expires ? open(model, now, 'expired') : []
}
