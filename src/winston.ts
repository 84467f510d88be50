/** `logveil/winston`: a format that takes the secrets out, for winston 3. */
import { createHook } from './hooks/hook.ts'
import { type Info, redactInfo, withheldInfo } from './hooks/winston-info.ts'
import { type InProcessOptions, openInProcess } from './in-process.ts'

export type { FindingsOptions, InProcessOptions, PlacedFinding } from './in-process.ts'

/** As logform's Format. */
export interface RedactingFormat {
  readonly options: InProcessOptions
  transform<T extends object>(info: T): T | false
  /** Reports the findings that still wait. */
  close(): Promise<void>
}

/**
 * Redacts the finished line (what `format.json()`, `printf` and the like made), and the members, which some transports send instead. Comes last:
 *
 *     winston.createLogger({ format: winston.format.combine(winston.format.json(), redact()) })
 *
 * What is logged belongs to the application and is not changed: what differs is a copy. Never throws: what cannot be redacted is withheld.
 */
export function redact(options: InProcessOptions = {}): RedactingFormat {
  const inProcess = openInProcess('winston', options)
  const hook = createHook(inProcess.redact)
  return {
    options,
    transform(info) {
      try {
        return redactInfo(info as Info, hook) as typeof info | false
      } catch {
        return withheldInfo(info as Info, '[WITHHELD:error]') as typeof info
      }
    },
    close: inProcess.close
  }
}
