import { LogveilError } from '../errors.ts'
import { allTaken, type Envelope, type Sink } from '../model.ts'
import { asLines } from './as-lines.ts'

export interface StdoutOptions {
  /** Resolves when the system has taken the bytes; rejects when nobody reads them any more. */
  readonly write: (bytes: Uint8Array) => Promise<void>
  /** OTLP/protobuf as OTLP/JSON, without line breaks. */
  readonly toJson: (envelope: Envelope) => string
}

/** Batches as `asLines` has them. */
export function createStdoutSink({ write, toJson }: StdoutOptions): Sink {
  let last: Promise<void> = Promise.resolve()
  return {
    name: 'stdout',
    async write(envelope) {
      const line = asLines(envelope, toJson)
      // One after another, so that lines stay whole.
      last = last.catch(() => {}).then(() => write(line))
      await last.catch((cause) => {
        throw new LogveilError('OUTPUT_FAILED', 'standard output cannot be written', { retryable: true, cause })
      })
      return allTaken
    },
    async close() {
      await last.catch(() => {})
    }
  }
}
