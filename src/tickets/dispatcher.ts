import { LogveilError } from '../errors.ts'
import type { Channel } from '../model.ts'
import type { Outbox, Parcel } from './outbox.ts'

export interface DeliveryPolicy {
  /** First pause after a failure; four times as long with each further one, and different by up to half. */
  readonly initialMs: number
  readonly maxMs: number
  /** After so many tries it is a dead letter. */
  readonly attempts: number
  /** So long is what was claimed ours: longer than a delivery takes. */
  readonly leaseMs: number
  /** Deliveries to one channel at once, each of another ticket. */
  readonly inFlight: number
}

/** What there is to tell of deliveries: names and numbers. */
export interface DispatchEvents {
  delivered(channel: string): void
  failed(channel: string, final: boolean, message: string): void
  /** The database does not answer. */
  trouble(message: string): void
}

export interface ServedChannel {
  readonly channel: Channel
  /** Deliveries in a second; more wait. */
  readonly perSecond: number
}

/** Takes parcels out of the outbox to their channels, each channel for itself. */
export interface Dispatcher {
  /** There is something new: looks at once. */
  nudge(): void
  /** Resolves when nothing is due any more, or after `ms`. */
  drain(ms: number): Promise<void>
  /** Takes nothing more; resolves when what is under way has ended. */
  close(): Promise<void>
}

const idleMs = 500

export function startDispatcher(
  channels: readonly ServedChannel[],
  outbox: Outbox,
  policy: DeliveryPolicy,
  events: DispatchEvents
): Dispatcher {
  const rounds = channels.map((served) => serve(served, outbox, policy, events))
  return {
    nudge: () => rounds.forEach((round) => void round.nudge()),
    async drain(ms) {
      const end = Date.now() + ms
      await Promise.all(rounds.map((round) => round.drain(end)))
    },
    async close() {
      await Promise.all(rounds.map((round) => round.close()))
      await Promise.all(channels.map(({ channel }) => channel.close()))
    }
  }
}

function serve({ channel, perSecond }: ServedChannel, outbox: Outbox, policy: DeliveryPolicy, events: DispatchEvents) {
  const pace = createPace(perSecond)
  let keepAt = 0
  let closed = false
  let round: Promise<number> | null = null
  let timer: NodeJS.Timeout | null = null

  /** Resolves to how many were claimed. */
  async function once(): Promise<number> {
    try {
      const room = Math.min(policy.inFlight, pace.room())
      const parcels = room === 0 ? [] : await outbox.claim(channel.name, Date.now(), policy.leaseMs, room)
      await Promise.all(parcels.map((parcel) => deliver(parcel)))
      await keepAlive()
      return parcels.length
    } catch (error) {
      events.trouble(error instanceof LogveilError ? error.message : 'a bug in logveil')
      return 0
    }
  }

  async function deliver(parcel: Parcel): Promise<void> {
    pace.take()
    try {
      const reference = await channel.deliver(parcel.event, parcel.reference)
      await outbox.delivered(channel.name, parcel, reference)
      events.delivered(channel.name)
    } catch (error) {
      // What cannot be written down is delivered again when the lease has ended.
      if (error instanceof LogveilError && error.code === 'LEDGER_FAILED') throw error
      const now = Date.now()
      if (error instanceof LogveilError && error.code === 'OVERLOADED')
        pace.hold(error.retryAfterMs ?? policy.initialMs)
      const due = nextTry(error, parcel.attempts, now, policy)
      const message = error instanceof LogveilError ? error.message : 'a bug in logveil'
      await outbox.failed(parcel, now, due, message)
      events.failed(channel.name, due === null, message)
    }
  }

  /** Here, as nothing is under way that could close one of these tickets. */
  async function keepAlive(): Promise<void> {
    const { keep } = channel
    if (keep === undefined || performance.now() < keepAt) return
    keepAt = performance.now() + keep.everyMs
    try {
      for (let after: string | null = ''; after !== null; ) {
        const tickets = await outbox.alive(channel.name, after)
        if (tickets.length > 0) await keep.alive(tickets)
        after = tickets.at(-1)?.id ?? null
      }
    } catch (error) {
      if (!(error instanceof LogveilError) || error.code === 'LEDGER_FAILED') throw error
      events.failed(channel.name, false, error.message)
    }
  }

  /** One after the other until there is nothing due. */
  function run(): Promise<number> {
    round ??= once().finally(() => {
      round = null
    })
    return round
  }

  async function nudge(): Promise<void> {
    if (closed) return
    if (timer !== null) clearTimeout(timer)
    timer = null
    const claimed = await run()
    if (closed || timer !== null) return
    timer = setTimeout(nudge, claimed > 0 ? pace.waitMs() : idleMs).unref()
  }

  void nudge()
  return {
    nudge,
    async drain(end: number) {
      while (Date.now() < end) {
        const claimed = await run()
        const waitMs = pace.waitMs()
        // Another process may have what waits, or it may be due later.
        if ((claimed === 0 && waitMs === 0) || Date.now() + waitMs > end) return
        await new Promise((resolve) => setTimeout(resolve, waitMs))
      }
    },
    async close() {
      closed = true
      if (timer !== null) clearTimeout(timer)
      await round
    }
  }
}

/** When to try again; null: never. */
function nextTry(error: unknown, attempts: number, now: number, { initialMs, maxMs, attempts: most }: DeliveryPolicy) {
  const retryable = error instanceof LogveilError && error.retryable
  if (!retryable || attempts + 1 >= most) return null
  const pauseMs = Math.min(maxMs, initialMs * 4 ** attempts) * (0.5 + Math.random())
  return now + Math.ceil(Math.max(pauseMs, error.retryAfterMs ?? 0))
}

/** A bucket of one second's deliveries. */
function createPace(perSecond: number) {
  const most = Math.max(1, perSecond)
  let tokens = most
  let at = performance.now()
  let heldTo = at
  function fill(): void {
    const now = performance.now()
    tokens = Math.min(most, tokens + ((now - at) / 1000) * perSecond)
    at = now
  }
  return {
    room(): number {
      fill()
      return performance.now() < heldTo ? 0 : Math.floor(tokens)
    },
    take(): void {
      tokens -= 1
    },
    /** The service wants none for so long: what waits is not tried in vain. */
    hold(ms: number): void {
      heldTo = Math.max(heldTo, performance.now() + ms)
    },
    /** Until there is room for one more. */
    waitMs(): number {
      fill()
      const held = heldTo - performance.now()
      return Math.max(held, tokens >= 1 ? 0 : Math.ceil(((1 - tokens) / perSecond) * 1000))
    }
  }
}
