import type { Carry, Envelope } from '../model.ts'
import type { Redact } from '../pipeline.ts'
import type { Redacted, Redactor } from '../redactor.ts'

/**
 * Redacts batches of lines. What a secret that goes on from one batch of a stream to the next needs is kept, while there is one; a batch that
 * comes again, because it could not be delivered, is redacted as it was the first time.
 */
export function redactsLines(redactor: Redactor): Redact {
  const open = new Map<string, Carry>()
  const begun = new WeakMap<Envelope, Carry>()

  function carryOf(envelope: Envelope): Carry {
    const { stream, before } = envelope
    const again = begun.get(envelope)
    if (again !== undefined) return { ...again }
    const carry = (stream === null ? undefined : open.get(stream)) ?? redactor.createCarry()
    if (before !== undefined) redactor.redact(before, carry)
    begun.set(envelope, { ...carry })
    return carry
  }

  return (envelope): Redacted => {
    const { payload, stream } = envelope
    const carry = carryOf(envelope)
    const redacted = redactor.redact(payload, carry)
    if (stream !== null && carry.budget > 0) open.set(stream, carry)
    else if (stream !== null) open.delete(stream)
    return redacted
  }
}
