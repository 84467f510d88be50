import { parseMetrics, type Snapshot } from './samples.ts'
import { look } from './session.ts'

/** What /metrics and /readyz tell, again and again. */
export interface Live {
  /** The newest last; not more than five minutes. */
  readonly snapshots: readonly Snapshot[]
  /** Why nothing should be sent there; null: nobody answers. */
  readonly unready: readonly string[] | null
  readonly paused: boolean
}

export const everyMs = 2000
const most = 150

/** Asks while somebody looks; `tell` gets what there is after each answer. */
export function watch(tell: (live: Live) => void): { pause(paused: boolean): void; stop(): void } {
  let live: Live = { snapshots: [], unready: [], paused: false }

  async function turn(): Promise<void> {
    if (live.paused || document.hidden) return
    const [metrics, ready] = await Promise.all([look('/metrics'), look('/readyz')])
    const taken = metrics?.ok
      ? [...live.snapshots, parseMetrics(metrics.text, Date.now())].slice(-most)
      : live.snapshots
    const reasons = ready === null ? null : ready.ok ? [] : ready.text.trim().split('\n')
    live = { ...live, snapshots: taken, unready: reasons }
    tell(live)
  }

  turn()
  const timer = setInterval(turn, everyMs)
  return {
    pause(paused) {
      live = { ...live, paused }
      tell(live)
      turn()
    },
    stop: () => clearInterval(timer)
  }
}
