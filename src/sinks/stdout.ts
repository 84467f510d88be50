import { LogveilError } from '../errors.ts'
import { allTaken, type Envelope, type Sink } from '../model.ts'

export interface StdoutOptions {
  /** Resolves when the system has taken the bytes; rejects when nobody reads them any more. */
  readonly write: (bytes: Uint8Array) => Promise<void>
  /** OTLP/protobuf as OTLP/JSON, without line breaks. */
  readonly toJson: (envelope: Envelope) => string
}

/** Lines as they are, every other batch as a line of OTLP/JSON. */
export function createStdoutSink({ write, toJson }: StdoutOptions): Sink {
  const textOf = (envelope: Envelope): Uint8Array => {
    if (envelope.format === 'lines') return envelope.payload
    return envelope.format === 'otlp-proto' ? Buffer.from(`${toJson(envelope)}\n`) : oneLine(envelope.payload)
  }
  let last: Promise<void> = Promise.resolve()
  return {
    name: 'stdout',
    async write(envelope) {
      const line = textOf(envelope)
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

/** Line breaks in JSON stand between its parts only, in strings they are escaped. */
function oneLine(payload: Uint8Array): Uint8Array {
  const line = new Uint8Array(payload.length + 1)
  line.set(payload)
  for (let i = 0; i < payload.length; i++) if (line[i] === 0x0a || line[i] === 0x0d) line[i] = 0x20
  line[payload.length] = 0x0a
  return line
}
