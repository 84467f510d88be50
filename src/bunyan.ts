/** `logveil/bunyan`: a stream that takes the secrets out on the way to another, for bunyan. */
import { createHook } from './hooks/hook.ts'
import { dropped } from './hooks/redact-trees.ts'
import { type InProcessOptions, openInProcess } from './in-process.ts'

export type { FindingsOptions, InProcessOptions, PlacedFinding } from './in-process.ts'

/** What is written to: lines, or records as objects (`type: 'raw'`). */
export interface Target {
  write(chunk: never): unknown
  end?(): unknown
  on?(event: 'error', listener: (error: Error) => void): unknown
}

export interface RedactingStream {
  write(chunk: unknown): boolean
  end(): void
  on(event: 'error', listener: (error: Error) => void): void
  /** Reports the findings that still wait. */
  close(): Promise<void>
}

/**
 * Redacts what bunyan writes and hands it on at once, on the same call: nothing waits here, so nothing is lost at exit.
 *
 *     bunyan.createLogger({ name: 'app', streams: [{ stream: redactStream(process.stdout) }] })
 *     bunyan.createLogger({ name: 'app', streams: [{ type: 'raw', stream: redactStream(ring) }] })
 *
 * Records belong to all streams of a logger and are not changed: what differs is a copy. Never throws of its own: what cannot be redacted is withheld.
 */
export function redactStream(target: Target, options: InProcessOptions = {}): RedactingStream {
  const inProcess = openInProcess('bunyan', options)
  const hook = createHook(inProcess.redact)
  const redacted = (chunk: unknown): unknown => {
    if (typeof chunk === 'string') return hook.text(chunk)
    if (chunk instanceof Uint8Array) return hook.text(Buffer.from(chunk).toString('utf8'))
    const [record] = hook.values([chunk])
    return typeof record === 'string' ? { msg: record } : record
  }
  return {
    write(chunk) {
      const written = redacted(chunk)
      return written === dropped || written === '' || target.write(written as never) !== false
    },
    end: () => void target.end?.(),
    on: (event, listener) => void target.on?.(event, listener),
    close: inProcess.close
  }
}
