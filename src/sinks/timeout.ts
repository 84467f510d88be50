import { performance } from 'node:perf_hooks'
import type { Sink } from '../model.ts'
import { timedOut } from './downstream.ts'

/** No write takes longer than `timeoutMs`, or than its sender waits; one that does is refused retryably, though it may still arrive. */
export function withTimeout(sink: Sink, timeoutMs: number): Sink {
  return {
    name: sink.name,
    write(envelope) {
      const deadline = Math.min(envelope.deadline, performance.now() + timeoutMs)
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(timedOut()), Math.max(0, deadline - performance.now())).unref()
        sink
          .write({ ...envelope, deadline })
          .then(resolve, reject)
          .finally(() => clearTimeout(timer))
      })
    },
    close: () => sink.close()
  }
}
