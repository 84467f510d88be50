import type { Confidence, Detector, Field, Hints, Match, Trace } from '../model.ts'
import type { Effort } from './effort.ts'
import type { PairMemo } from './keyed/pair-value.ts'
import type { Pair } from './keyed/pairs.ts'

/**
 * The scan of one text: a field, or what came out of an encoding inside it. Confirmers read it and report to it; all offsets are in
 * `bytes`, `found` maps them to the payload.
 */
export interface TextScan {
  /** What the text is a part of, or was decoded from. */
  readonly payload: Uint8Array
  /** The text, with its view on the payload. */
  readonly field: Field
  readonly bytes: Uint8Array
  readonly start: number
  readonly end: number
  readonly trace: Trace | null
  /** What the record may still cost. */
  readonly effort: Effort
  /** Told what detectors cost; null: nobody asks. */
  readonly meter: Metering | null
  /** Unlike every other text's: lets matchers remember where a run ends; see bounded.ts. */
  readonly epoch: number
  /** The pair read last, so that several key words of one key read it once. */
  pair: Pair | null
  pairKeyStart: number
  pairKeyEnd: number
  readonly memo: PairMemo
  /** Offset up to which each encoding (by index, see encoded.ts) was decoded already; made when the first one is. */
  decodedTo: Int32Array | null
  /** Offset up to which the run before was looked through for percent-encoding, without finding any. */
  plainTo: number
  /** The match found last: key words inside it are a part of the secret. */
  foundFrom: number
  foundTo: number
  /** The last one that says whose the secret is. */
  namedFrom: number
  namedTo: number
  /** The text as a whole is a secret whose vendor is known. */
  named: boolean
  /** Where the long value tried last ends, and how often values that end there were tried. */
  triedTo: number
  tries: number
  /** What the last search for a placeholder of ours saw: none in `[clearFrom, clearTo)`, and one at `clearTo` if `marked`. */
  clearFrom: number
  clearTo: number
  marked: boolean
  /** Whether the key word at `wordAt` belongs to a placeholder of ours. */
  wordAt: number
  wordIsOurs: boolean
  /** No line end and no placeholder of ours stands in `[barrierFrom, barrierTo)`; one does at `barrierTo` if `barred`. */
  barrierFrom: number
  barrierTo: number
  barred: boolean
  /** Windows that wait to be searched, by detector; see windows.ts. */
  readonly windows: Window[]
  found(detector: Detector, confidence: Confidence, start: number, end: number, hints: Hints | null): void
}

/** A stretch of the text in which one detector's pattern must be searched. */
export interface Window {
  readonly search: WindowSearch
  from: number
  to: number
}

/** Searches `[from, to)` of a text and reports what it finds. */
export type WindowSearch = (scan: TextScan, from: number, to: number) => void

/** Looks closer at a literal that stands at `[start, end)` of the text. */
export type Confirm = (scan: TextScan, start: number, end: number) => void

/** Looks closer at a value whose member name holds a key word at `[start, end)` of the name; the scan's text is the value. */
export type ConfirmGoverned = (scan: TextScan, start: number, end: number) => void

/** What a detector of assigned values does at a key word in free text, and at one in the member name of a value. */
export interface Keyed {
  readonly inText: Confirm
  readonly governed: ConfirmGoverned
  /** False when both are sure to come to nothing, because of the name `[keyStart, keyEnd)` around a key word. */
  readonly mayGovern: MayGovern
}

/** Of a key word `[start, end)` in the name `[keyStart, keyEnd)`; `binary`: in a payload that is no text. */
type MayGovern = (
  bytes: Uint8Array,
  keyStart: number,
  keyEnd: number,
  start: number,
  end: number,
  binary: boolean
) => boolean

/** What detectors use of the budget, each without what others use that it leads to (an encoding that is taken off and scanned). */
export interface Metering {
  run(detector: Detector, scan: TextScan, step: () => void): void
}

/** Payload range of `[start, end)` of the text. */
export function toPayload(field: Field, start: number, end: number): { start: number; end: number } {
  if (field.enclosing !== null) return field.enclosing
  const { origin, ends } = field
  if (origin === null) return { start, end }
  const first = field.start
  return { start: origin[start - first], end: ends && end > start ? ends[end - 1 - first] : origin[end - first] }
}

export function collectMatch(
  matches: Match[],
  field: Field,
  detector: Detector,
  confidence: Confidence,
  start: number,
  end: number,
  hints: Hints | null
): void {
  const span = toPayload(field, start, end)
  matches.push({
    detector,
    confidence,
    start: span.start,
    end: span.end,
    secret: field.bytes.subarray(start, end),
    hints,
    field
  })
}

export function traceStep(
  scan: TextScan,
  stage: Parameters<Trace>[0]['stage'],
  detector: string,
  start: number,
  end: number,
  outcome: string
): void {
  if (scan.trace === null) return
  const span = toPayload(scan.field, start, end)
  scan.trace({ stage, detector, start: span.start, end: span.end, outcome })
}
