import { setTimeout as sleep } from 'node:timers/promises'
import { LogveilError } from '../errors.ts'
import type { Envelope, Next } from '../model.ts'
import { refusesAll } from '../otlp/status.ts'

export interface DeliveryEvents {
  /** Refused for good: it is passed over. `from`: where it came from. */
  rejected(from: string, message: string): void
  failed(message: string): void
  delivered(): void
}

const firstPauseMs = 100
const longestPauseMs = 5000

/** Hands a batch on as often as it takes, for a source that has it still. False: it is to end before. */
export type Deliver = (envelope: Envelope, from: string) => Promise<boolean>

export function createDeliver(next: Next, events: DeliveryEvents, signal: AbortSignal): Deliver {
  return async (envelope, from) => {
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, 2 * pauseMs)) {
      try {
        await next(envelope)
        events.delivered()
        return true
      } catch (error) {
        const { message, retryable, retryAfterMs, cause } = error as LogveilError
        if (!(error instanceof LogveilError) || !(retryable || cause === refusesAll)) {
          events.rejected(from, error instanceof LogveilError ? message : 'a bug in logveil')
          return true
        }
        events.failed(message)
        const waitMs = Math.max(retryAfterMs ?? 0, pauseMs * (0.5 + Math.random()))
        await sleep(waitMs, null, { signal }).catch(() => {})
        if (signal.aborted) return false
      }
    }
  }
}
