import type { Carry, Detector, Envelope } from '../model.ts'
import type { Redact } from '../pipeline.ts'
import type { Redacted, Redactor } from '../redactor.ts'

/** What goes on from one batch of a stream to the next, of a pipeline. A reload makes other redactors, and streams go on. */
export interface Streams {
  readonly open: Map<string, OpenKey>
  /** As it was when a batch came for the first time. */
  readonly begun: WeakMap<Envelope, OpenKey>
}

/** A private key whose end has not come. Detectors are told by name: in another set they have other indexes. */
interface OpenKey extends Omit<Carry, 'detector'> {
  readonly detector: string
}

export function createStreams(): Streams {
  return { open: new Map(), begun: new WeakMap() }
}

/**
 * Redacts batches of lines. What a secret that goes on from one batch of a stream to the next needs is kept, while there is one; a batch that
 * comes again, because it could not be delivered, is redacted as it was the first time. `detectors` are those of the redactor.
 */
export function redactsLines(redactor: Redactor, detectors: readonly Detector[], { open, begun }: Streams): Redact {
  // Those without keywords are searched for apart, and open nothing.
  const ids = detectors.filter(({ keywords }) => keywords.length > 0).map(({ id }) => id)

  function carryOf(key: OpenKey | undefined): Carry {
    const detector = key === undefined ? -1 : ids.indexOf(key.detector)
    return key === undefined || detector < 0 ? redactor.createCarry() : { ...key, detector }
  }

  function keyOf(carry: Carry): OpenKey {
    return { ...carry, detector: ids[carry.detector] }
  }

  function begin(envelope: Envelope): Carry {
    const { stream, before } = envelope
    const again = begun.get(envelope)
    if (again !== undefined) return carryOf(again)
    const carry = carryOf(stream === null ? undefined : open.get(stream))
    if (before !== undefined) redactor.redact(before, carry)
    begun.set(envelope, keyOf(carry))
    return carry
  }

  return (envelope): Redacted => {
    const { payload, stream } = envelope
    const carry = begin(envelope)
    const redacted = redactor.redact(payload, carry)
    if (stream !== null && carry.budget > 0) open.set(stream, keyOf(carry))
    else if (stream !== null) open.delete(stream)
    return redacted
  }
}
