import { LogveilError } from '../errors.ts'
import type { Envelope, Next, Receipt } from '../model.ts'

/** Where requests of a server meet the pipeline: what is in flight, and whether more is taken. */
export interface Intake {
  readonly draining: boolean
  /** Takes until `signal` aborts, then resolves. */
  run(next: Next, signal: AbortSignal): Promise<void>
  /** Hands a batch on; rejects with `OVERLOADED`, retryable, before the start and after the end. */
  next(envelope: Envelope): Promise<Receipt>
  /** Counts a request in until it is answered. */
  track(request: Promise<void>): void
  /** Resolves when nothing is in flight. */
  settled(): Promise<void>
}

export function createIntake(): Intake {
  let next: Next = refuse
  let draining = false
  const inFlight = new Set<Promise<void>>()
  return {
    get draining() {
      return draining
    },
    async run(handOn, signal) {
      next = handOn
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
      draining = true
    },
    next: (envelope) => next(envelope),
    track(request) {
      const done = request.finally(() => inFlight.delete(done))
      inFlight.add(done)
    },
    async settled() {
      while (inFlight.size > 0) await Promise.all(inFlight)
      next = refuse
    }
  }
}

async function refuse(): Promise<Receipt> {
  throw new LogveilError('DELIVERY_FAILED', 'not ready to take anything', { retryable: true })
}
