import { describe } from './complain.ts'
import type { Report } from './run-engine-options.ts'

/** Node would print an error that nobody caught, and its text may quote what was scanned. */
export function dieQuietly(report: Report): void {
  for (const event of ['uncaughtException', 'unhandledRejection']) {
    process.on(event, (error: unknown) => {
      report('error', `a bug in logveil: ${describe(error)}`)
      process.exit(70)
    })
  }
}

export function aborted(signal: AbortSignal): Promise<unknown> {
  if (signal.aborted) return Promise.resolve()
  // The servers keep the process running; this only waits.
  return new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
}

/** Whether it was done in time. */
export async function within(ms: number, work: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms)
  })
  const done = await Promise.race([work.then(() => true), late])
  clearTimeout(timer)
  return done
}
