import { destination, type Logger, pino } from 'pino'

export type Log = Pick<Logger, 'info' | 'warn' | 'error'>

/**
 * logveil's own log: JSON lines on standard error, each through our own redactor before it is written. `redactLine` is asked for at every
 * line, as it may be replaced.
 */
export function createLog(redactLine: () => (line: string) => string): Log {
  return pino(
    { base: null, timestamp: pino.stdTimeFunctions.isoTime, hooks: { streamWrite: (line) => redactLine()(line) } },
    destination({ fd: 2, sync: true })
  )
}
