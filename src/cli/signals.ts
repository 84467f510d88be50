import { constants } from 'node:os'

const signals = ['SIGTERM', 'SIGINT'] as const

/** Calls `stop` at the first signal, exits with 128 + its number at the second. Returns what lets the signals go again. */
export function stopOnSignal(stop: () => void): () => void {
  let stopping = false
  const onSignal = (signal: (typeof signals)[number]): void => {
    if (stopping) process.exit(128 + constants.signals[signal])
    stopping = true
    stop()
  }
  for (const signal of signals) process.on(signal, onSignal)
  return () => {
    for (const signal of signals) process.off(signal, onSignal)
  }
}
