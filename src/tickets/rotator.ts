import { LogveilError } from '../errors.ts'
import type { Channel, RotationHook, RotationOrder, Ticket, TicketEvent } from '../model.ts'
import type { Ledger } from './ledger.ts'
import { itself } from './lifecycle.ts'

/** What the inventory says of a secret that may be rotated. */
export interface RotatableSecret {
  readonly name: string
  /** The old value stays valid until the new one is in use. */
  readonly dual: boolean
  /** It is in use: neither revoked nor deleted. */
  readonly used: boolean
  readonly hook: { readonly name: string; readonly target: string } | null
}

export interface RotatorOptions {
  readonly ledger: Ledger
  readonly hooks: readonly RotationHook[]
  /** By fingerprint; null: it is not listed. */
  readonly secretOf: (fingerprint: string) => RotatableSecret | null
  readonly dryRun: boolean
  /** Not only when somebody says so, but as soon as it leaks. */
  readonly automatic: boolean
  readonly perHour: number
  readonly pauseMs: number
  readonly now: () => number
}

/**
 * Rotates what leaked, where the inventory names a hook. It is a channel: what it is told comes through the outbox, so that an order survives a crash,
 * and is tried again when its service does not answer. Everything it does, or does not, is told of the ticket.
 */
export function createRotator(options: RotatorOptions): Channel {
  const { ledger, hooks, secretOf, dryRun, automatic, perHour, pauseMs, now } = options

  async function rotate(event: TicketEvent): Promise<void> {
    const { ticket } = event
    const secret = secretOf(ticket.fingerprint)
    if (secret === null || secret.hook === null || !(await isStill(ticket))) return
    const hook = hooks.find(({ name }) => name === secret.hook?.name)
    const run = { id: event.id, ticket: ticket.id, secret: secret.name, hook: secret.hook.name, dry: dryRun }
    if (hook === undefined) return ledger.refuseRotation(run, 'no such hook is configured', now())
    const refusal = whyNot(secret)
    if (refusal !== null) return ledger.refuseRotation(run, refusal, now())
    // In a dry run nothing changes, the ticket's state neither.
    if (isNews(event) && !dryRun) return begin(ticket)
    const start = await ledger.beginRotation({ ...run, perHour, pauseMs }, now())
    if (start === 'over') return
    const order = orderOf(event, secret.name, secret.hook.target)
    if (start === 'again' && !dryRun && !hook.repeatable)
      return ledger.endRotation(run.id, 'nobody knows whether its rotation hook ran: have a look', null, now())
    await work(hook, order)
  }

  async function work(hook: RotationHook, order: RotationOrder): Promise<void> {
    try {
      const plan = dryRun ? await hook.plan(order) : await hook.run(order).then(() => null)
      const done = plan === null ? `its rotation hook took the order for ${order.secret}` : `dry run: ${plan}`
      await ledger.endRotation(order.id, done, plan === null && hook.completes ? 'rotated' : null, now())
    } catch (error) {
      if (!(error instanceof LogveilError) || error.code === 'LEDGER_FAILED') throw error
      if (error.retryable && (dryRun || hook.repeatable)) throw error
      await ledger.endRotation(order.id, `its rotation hook failed: ${error.message}`, null, now())
    }
  }

  /** The change comes back through the outbox, and has the hook run. */
  async function begin({ id }: Ticket): Promise<void> {
    await ledger.change(id, { to: 'rotating', by: itself, reason: 'it is rotated automatically', at: now() })
  }

  /** Whether it is as it was then: somebody may have closed it, or said it is none. */
  async function isStill({ id, state }: Ticket): Promise<boolean> {
    try {
      return (await ledger.get(id)).state === state
    } catch (error) {
      if (error instanceof LogveilError && error.code === 'TICKET_UNKNOWN') return false
      throw error
    }
  }

  return {
    name: 'rotation',
    async deliver(event) {
      if (event.kind !== 'digest' && (isOrder(event) || (automatic && isNews(event)))) await rotate(event)
      return null
    },
    async close() {}
  }
}

/** Somebody said that it shall be rotated. */
function isOrder({ kind, from, ticket: { state } }: TicketEvent): boolean {
  return kind === 'changed' && state === 'rotating' && from !== 'rotating'
}

function isNews({ kind, ticket: { state } }: TicketEvent): boolean {
  return state === 'open' && (kind === 'opened' || kind === 'regression' || kind === 'expired')
}

function whyNot({ dual, used }: RotatableSecret): string | null {
  if (!used) return 'it is not in use any more'
  return dual ? null : 'its old value does not stay valid until the new one is in use (rotation.phases: dual)'
}

function orderOf({ id, ticket, actor, reason }: TicketEvent, secret: string, target: string): RotationOrder {
  return { id, ticket: ticket.id, secret, target, actor, reason }
}
