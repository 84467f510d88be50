import { setTimeout as sleep } from 'node:timers/promises'
import type { KafkaOptions } from './port.ts'

const restartMs = 1000

/** Runs lives of a consumer one after another until one ends with null, which it does when it was told to; else with why it ended. */
export async function startOver(
  live: (signal: AbortSignal) => Promise<string | null>,
  { onEvent }: Pick<KafkaOptions, 'onEvent'>,
  signal: AbortSignal
): Promise<void> {
  while (!signal.aborted) {
    const reason = await live(signal)
    if (reason === null) return
    onEvent({ type: 'restarted', reason })
    await sleep(restartMs, null, { signal }).catch(() => {})
  }
}
