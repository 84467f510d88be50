import type { KafkaRecord } from './port.ts'

/** What bounds batches: without what surrounds records in a batch, so that what was fetched as one, which is bounded the same, stays one. */
export function sizeOf({ key, value }: KafkaRecord): number {
  return (value?.length ?? 0) + (key?.length ?? 0)
}

const maxPauseMs = 10_000

/** ms to wait before what failed so often is tried again. */
export function backOff(failures: number): number {
  return Math.min(maxPauseMs, 100 * 2 ** failures) * (0.5 + Math.random())
}
