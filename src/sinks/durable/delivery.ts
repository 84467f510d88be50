import { setTimeout as sleep } from 'node:timers/promises'
import { LogveilError } from '../../errors.ts'
import type { Envelope, Receipt, Sink } from '../../model.ts'
import { decompress } from '../../otlp/encodings.ts'
import { refusesAll } from '../../otlp/status.ts'
import { jitter } from '../retry.ts'
import type { DeadLetters } from './dead-letters.ts'
import type { FrameHead } from './frame.ts'

export interface DeliveryOptions {
  /** Where batches go, with its own retries and time-out. */
  readonly sink: Sink
  readonly deadLetters: DeadLetters
  /** Pauses after a failure: the first, and the longest to which they grow. */
  readonly initialMs: number
  readonly maxMs: number
  readonly events: DeliveryEvents
}

/** What becomes of stored batches: numbers and names, never content. */
export interface DeliveryEvents {
  delivered(receipt: Receipt): void
  /** Refused for good; `kept` as a dead letter. */
  rejected(message: string, kept: boolean): void
  /** A try failed, and there will be another. */
  failed(message: string): void
}

/** Whoever asks for more is asked again all the same: it may be a mistake, and there is nobody who would give up. */
const longestPauseMs = 600_000

/**
 * Delivers a stored batch, however often that takes: resolves to true when it is done with, delivered or refused for good, to false when
 * `stop` was aborted before.
 */
export async function deliver(
  { sink, deadLetters, initialMs, maxMs, events }: DeliveryOptions,
  head: FrameHead,
  body: Uint8Array,
  stop: AbortSignal
): Promise<boolean> {
  for (let pauseMs = initialMs; !stop.aborted; pauseMs = Math.min(maxMs, 2 * pauseMs)) {
    try {
      const receipt = await sink.write(await envelopeOf(head, body))
      // Nobody would write down any more that it arrived.
      if (stop.aborted) return false
      events.delivered(receipt)
      return true
    } catch (error) {
      const message = error instanceof LogveilError ? error.message : 'a bug in logveil'
      if (!canPass(error)) {
        events.rejected(message, await deadLetters.keep(head, body, message))
        return true
      }
      events.failed(message)
      const asked = Math.min(longestPauseMs, (error as LogveilError).retryAfterMs ?? 0)
      await sleep(Math.max(asked, jitter(pauseMs)), null, { signal: stop }).catch(() => {})
    }
  }
  return false
}

/** What is refused whatever it is, is not the batch's fault: it waits until somebody has put it right. */
function canPass(error: unknown): boolean {
  return error instanceof LogveilError && (error.retryable || error.cause === refusesAll)
}

async function envelopeOf(
  { signal, format, encoding }: Pick<FrameHead, 'signal' | 'format' | 'encoding'>,
  body: Uint8Array
): Promise<Envelope> {
  const encoded = encoding === 'identity' ? null : { encoding, bytes: body }
  // It was within all limits when it came.
  const payload = await decompress(body, encoding, () => {})
  return { payload, format, signal, encoded, deadline: Number.POSITIVE_INFINITY, stream: null }
}
