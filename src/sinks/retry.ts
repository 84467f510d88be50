import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { LogveilError } from '../errors.ts'
import type { Envelope, Receipt, Sink } from '../model.ts'

export interface RetryOptions {
  /** First pause; doubles with each try. */
  readonly initialMs: number
  readonly maxMs: number
  /** Told of every further try. */
  readonly onRetry: () => void
}

/**
 * Tries again what failed retryably, while whoever sent the batch waits: with a pause that grows, differs by up to half, and is never
 * shorter than what the downstream asks for. What is no success by then goes back to the sender as it is.
 */
export function withRetry(sink: Sink, { initialMs, maxMs, onRetry }: RetryOptions): Sink {
  async function write(envelope: Envelope, pauseMs: number): Promise<Receipt> {
    try {
      return await sink.write(envelope)
    } catch (error) {
      if (!(error instanceof LogveilError) || !error.retryable) throw error
      const waitMs = Math.max(error.retryAfterMs ?? 0, error.retryAfterMs === 0 ? 0 : jitter(pauseMs))
      // Only a batch that has a deadline is tried again: without one it would be held for ever.
      if (performance.now() + waitMs >= envelope.deadline || envelope.deadline === Number.POSITIVE_INFINITY) throw error
      // Whoever sent the batch keeps the process running, and whoever stored it need not.
      await sleep(waitMs, null, { ref: false })
      onRetry()
      return write(envelope, Math.min(maxMs, 2 * pauseMs))
    }
  }
  return { name: sink.name, write: (envelope) => write(envelope, initialMs), close: () => sink.close() }
}

/** A pause that differs by up to half, so that not all come at once. */
export function jitter(pauseMs: number): number {
  return pauseMs * (0.5 + Math.random())
}
