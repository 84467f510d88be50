import type { Carry, Detector, Envelope } from '../model.ts'
import type { Redact } from '../pipeline.ts'
import type { Redacted, Redactor } from '../redactor.ts'
import { redactBatch } from './run-batch.ts'

/** What goes on from one batch of a stream to the next, of a pipeline. A reload makes other redactors, and streams go on. */
export interface Streams {
  readonly open: Map<string, OpenKeys>
  /** As it was when a batch came for the first time. */
  readonly begun: WeakMap<Envelope, OpenKeys>
}

/** Of a stream, by lane. */
type OpenKeys = ReadonlyMap<string, OpenKey>

/** A private key whose end has not come. Detectors are told by name: in another set they have other indexes. */
interface OpenKey extends Omit<Carry, 'detector'> {
  readonly detector: string
}

/** Whoever begins keys under ever other names gets no more memory than that. */
const mostOpen = 1000

const none: OpenKeys = new Map()

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

  /** Redacts a batch that begins with these keys open; and which are open behind it. */
  function follow(payload: Uint8Array, { origin }: Envelope, keys: OpenKeys): { redacted: Redacted; left: OpenKeys } {
    const left = new Map(keys)
    const redacted = redactBatch(redactor, payload, origin?.format ?? 'plain', keys.size > 0, (lane, redact) => {
      const carry = carryOf(left.get(lane))
      const done = redact(carry)
      if (carry.budget > 0) left.set(lane, { ...carry, detector: ids[carry.detector] })
      else left.delete(lane)
      if (left.size > mostOpen) left.delete(left.keys().next().value as string)
      return done
    })
    return { redacted, left }
  }

  function begin(envelope: Envelope): OpenKeys {
    const { stream, before } = envelope
    const again = begun.get(envelope)
    if (again !== undefined) return again
    const known = (stream === null ? undefined : open.get(stream)) ?? none
    const keys = before === undefined ? known : follow(before, envelope, known).left
    begun.set(envelope, keys)
    return keys
  }

  return (envelope): Redacted => {
    const { stream, payload } = envelope
    const { redacted, left } = follow(payload, envelope, begin(envelope))
    if (stream !== null && left.size > 0) open.set(stream, left)
    else if (stream !== null) open.delete(stream)
    return redacted
  }
}
