import { LogveilError } from '../errors.ts'
import type { Receipt, Sink } from '../model.ts'

/**
 * Writes to several sinks at once. It succeeds when all did; what one refused for good is refused, and a failure that can pass outweighs
 * one that cannot: then the sender comes again, and those that had the batch get it twice.
 */
export function toAll(sinks: readonly Sink[]): Sink {
  if (sinks.length === 1) return sinks[0]
  return {
    name: sinks.map(({ name }) => name).join('+'),
    async write(envelope) {
      const results = await Promise.allSettled(sinks.map((sink) => sink.write(envelope)))
      const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
      if (failures.length > 0) throw failures.find(isRetryable) ?? failures[0]
      return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])).reduce(worse)
    },
    async close() {
      await Promise.all(sinks.map((sink) => sink.close()))
    }
  }
}

function isRetryable(error: unknown): boolean {
  return error instanceof LogveilError && error.retryable
}

function worse(a: Receipt, b: Receipt): Receipt {
  return b.rejected > a.rejected || (b.rejected === a.rejected && a.message === '') ? b : a
}
