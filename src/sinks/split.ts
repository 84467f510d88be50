import { LogveilError } from '../errors.ts'
import type { Envelope, Receipt, Sink } from '../model.ts'
import { tooLarge } from '../otlp/status.ts'

/** Halves of a batch, by records; null: it has one record, or none. */
export type Split = (envelope: Envelope) => readonly [Envelope, Envelope] | null

/**
 * Sends a batch that is too large for the downstream (redaction may have made it so) as halves. A single record that is too large is
 * rejected for good, which the sender is told as partial success. A half that fails otherwise fails the whole: its other half may arrive
 * twice, but none is lost.
 */
export function withSplit(sink: Sink, split: Split): Sink {
  async function write(envelope: Envelope): Promise<Receipt> {
    try {
      return await sink.write(envelope)
    } catch (error) {
      if (!(error instanceof LogveilError) || error.cause !== tooLarge) throw error
      const halves = split(envelope)
      if (halves === null) return { rejected: 1, message: error.message }
      return joined(await write(halves[0]), await write(halves[1]))
    }
  }
  return { name: sink.name, write, close: () => sink.close() }
}

function joined(a: Receipt, b: Receipt): Receipt {
  return { rejected: a.rejected + b.rejected, message: a.message === '' ? b.message : a.message }
}
