/** `logveil/pino`: takes the secrets out of what pino logs. */
import { openDescriptor } from './hooks/descriptor.ts'
import { createLineRedactor } from './hooks/pino-lines.ts'
import { createRedactingStream, type RedactingStream } from './hooks/pino-stream.ts'
import { unprotectedTargets, watchRawStreams } from './hooks/pino-targets.ts'
import { warn } from './hooks/warn.ts'
import { type InProcessOptions, openInProcess } from './in-process.ts'

export { withoutMetadata } from './hooks/pino-targets.ts'
export type { FindingsOptions, InProcessOptions, PlacedFinding } from './in-process.ts'

/**
 * For pino's `hooks.streamWrite`: redacts every line on the thread that logs, before any stream or transport gets it, so that no secret leaves
 * the thread. A line without one stays the same text; that costs less than a microsecond.
 *
 *     pino({ hooks: { streamWrite: streamWrite() } })
 *
 * Streams that ask pino for metadata are handed the logged objects, too; a warning says so, and `withoutMetadata` puts it right. Make one hook
 * and share it: compiling the detectors takes some 50 ms. Throws as `openInProcess` does.
 */
export function streamWrite(options: InProcessOptions = {}): (line: string) => string {
  const { redact, close } = openInProcess('pino', options)
  const hook = createLineRedactor(redact)
  process.once('beforeExit', close)
  watchRawStreams(hook, (raw, all) =>
    warn(
      `${raw} of ${all} streams of a pino logger are handed what is logged before it is redacted: pass them through withoutMetadata of logveil/pino`
    )
  )
  return hook
}

export interface PinoTransportOptions extends Omit<InProcessOptions, 'findings'> {
  /** As elsewhere, but for the callback, which cannot go to a worker. */
  readonly findings?: Omit<NonNullable<InProcessOptions['findings']>, 'callback'>
  /** File or descriptor that lines are written to; default: the next target of the pipeline, or standard output where there is none. */
  readonly destination?: string | number
  /** Makes the folders above the file; default: false. */
  readonly mkdir?: boolean
  /** Writes behind what the file holds; default: true. */
  readonly append?: boolean
}

/**
 * A transport: redacts lines in pino's worker thread, many at once. It ends in a file or descriptor, or is followed by other targets.
 *
 *     pino.transport({ target: 'logveil/pino', options: { destination: 'app.log' } })
 *     pino.transport({ pipeline: [{ target: 'logveil/pino' }, { target: 'pino-pretty' }] })
 *
 * Until then lines are as they were logged: targets beside it get them so, of which a warning tells. Throws as `openInProcess` does, and
 * `OUTPUT_FAILED` for a destination that cannot be opened.
 */
export default function transport(options: PinoTransportOptions = {}): RedactingStream {
  const { destination, mkdir, append, ...others } = options
  const { openStream, close } = openInProcess('pino', others)
  const end = destination === undefined ? null : openDescriptor({ destination, mkdir, append })
  const { raw, all } = unprotectedTargets(import.meta.url)
  if (raw > 0)
    warn(
      `${raw} of ${all} targets of a pino transport get lines that are not redacted: redact before all of them, with streamWrite of logveil/pino`
    )
  return createRedactingStream({
    redact: openStream(),
    openEnd: () => end ?? openDescriptor({ destination: 1 }),
    close
  })
}
