import type { LogveilError } from '../errors.ts'
import type { RdError, Rdkafka } from './confluent-package.ts'
import { recordRefused, recordTooLarge } from './lost.ts'

/** Those of librdkafka, which stand in no protocol, are negative. */
const codes = {
  tooLarge: [10, 18],
  refused: [87, 32],
  // Another has our id, or our partitions: IllegalGeneration, UnknownMemberId, InvalidProducerEpoch, FencedInstanceId, ProducerFenced, _FENCED.
  fenced: [22, 25, 47, 82, 90, -144],
  queueFull: [-184],
  state: [-172],
  timedOut: [-185],
  // While brokers are away: _TRANSPORT, _RESOLVE, _ALL_BROKERS_DOWN, _TIMED_OUT, and _MAX_POLL_EXCEEDED, after which it joins again by itself.
  passing: [-195, -193, -187, -185, -147],
  unknownTopic: [3, 17, -188],
  denied: [29, 30],
  credentials: [-169, 58]
} as const

export function isCode(error: unknown, kind: keyof typeof codes): boolean {
  return (codes[kind] as readonly number[]).includes((error as RdError | null)?.code ?? 0)
}

/** Whether it is for a record in it that a write failed; null: for anything else. */
export function refusalOf(error: unknown): LogveilError | null {
  return isCode(error, 'tooLarge') ? recordTooLarge() : isCode(error, 'refused') ? recordRefused() : null
}

/** The name of its code, one of a few hundred; messages name hosts and topics. */
export function reasonOf(error: unknown, { CODES }: Pick<Rdkafka, 'CODES'>): string {
  const { code } = (error ?? {}) as Partial<RdError>
  const known = Object.entries(CODES.ERRORS).find(([, value]) => value === code)
  return known?.[0].replace(/^ERR_+/, '') ?? (error instanceof Error ? error.name : 'unknown')
}
