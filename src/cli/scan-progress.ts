import { tell } from './complain.ts'

/** A bar on the terminal that standard error is. */
export interface Progress {
  /** So many are done; drawn a few times a second. */
  show(done: number, findings: number): void
  /** Takes the bar away, so that something else can be written. */
  clear(): void
}

const noProgress: Progress = { show() {}, clear() {} }
const everyMs = 100
const cells = 24

export function createProgress(total: number, visible: boolean): Progress {
  if (!visible) return noProgress
  let drawnAt = Number.NEGATIVE_INFINITY
  let drawn = false
  return {
    show(done, findings) {
      const now = performance.now()
      if (now - drawnAt < everyMs) return
      drawnAt = now
      drawn = true
      tell(`\r\x1b[K${barOf(done, total, findings)}`)
    },
    clear() {
      if (drawn) tell('\r\x1b[K')
      drawn = false
    }
  }
}

export function barOf(done: number, total: number, findings: number): string {
  const full = total === 0 ? cells : Math.floor((cells * done) / total)
  return `[${'#'.repeat(full)}${' '.repeat(cells - full)}] ${done}/${total} files, ${findings} findings`
}
