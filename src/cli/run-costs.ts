import type { Metrics } from '../metrics.ts'
import type { Meter } from '../model.ts'

/** Adds up what detectors cost: an instrument is too slow to be asked at every hit. */
export interface Costs extends Meter {
  /** Into the instrument. */
  flush(): void
}

export function createCosts({ detectorCost }: Pick<Metrics, 'detectorCost'>): Costs {
  const spent = new Map<string, number>()
  return {
    spent: (detector, nanoseconds) => void spent.set(detector, (spent.get(detector) ?? 0) + nanoseconds),
    flush() {
      for (const [detector, nanoseconds] of spent) detectorCost.inc({ detector }, nanoseconds / 1e9)
      spent.clear()
    }
  }
}
