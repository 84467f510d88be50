import type { OnBatch } from './port.ts'

/** How long the records have waited that were read and are not written. */
export interface Waiting {
  readonly onBatch: OnBatch
  /** Seconds; 0: none waits. */
  oldest(): number
  /** After partitions were shared out: what waited may be with another instance now. */
  reset(): void
}

/** Batches of a partition come one after another, and one that failed comes again first: so the one to watch is the one at hand. */
export function createWaiting(onBatch: OnBatch, now: () => number): Waiting {
  const since = new Map<string, number>()
  return {
    async onBatch(batch, commit) {
      const partition = `${batch.topic}/${batch.partition}`
      if (!since.has(partition)) since.set(partition, now())
      await onBatch(batch, commit)
      since.delete(partition)
    },
    oldest: () => (since.size === 0 ? 0 : (now() - Math.min(...since.values())) / 1000),
    reset: () => since.clear()
  }
}
