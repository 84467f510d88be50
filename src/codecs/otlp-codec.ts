import type { Codec, Format, Hits, Signal, Visitor } from '../model.ts'
import { withTape } from './json-tape.ts'
import { type Annotations, annotateJson, annotateProto } from './otlp-annotate.ts'
import { locateJson, readRequest } from './otlp-json.ts'
import { mistakeIn } from './otlp-json-mistake.ts'
import { spliceJson } from './otlp-json-splice.ts'
import { locateProto } from './otlp-proto.ts'
import { requests } from './otlp-schema.ts'
import { keepApart, spliceProto } from './otlp-splice.ts'
import { visitTexts } from './otlp-texts.ts'
import { type Survey, survey } from './otlp-wire.ts'
import { splice } from './splice.ts'
import { textCodec } from './text.ts'

export type { Annotations } from './otlp-annotate.ts'

export type OtlpFormat = Exclude<Format, 'lines'>

/**
 * What happens to protobuf fields that our definitions of OTLP do not know (also known ones of an unexpected wire type). `strict`: they are
 * taken out. `lenient`: they are scanned as text, and redacted in place. JSON is scanned as a whole either way.
 */
export type UnknownFields = 'strict' | 'lenient'

export interface OtlpOptions {
  readonly format: OtlpFormat
  readonly signal: Signal
  /** Default: `strict`. */
  readonly unknownFields?: UnknownFields | undefined
}

/**
 * Export requests of one signal; a record is a LogRecord, a Span, or a data point of a metric. What stands beside records is visited like a
 * record. A malformed payload is one text: tell its sender before (see `validateOtlp`).
 */
export interface OtlpCodec extends Codec {
  /** Records in the payload. */
  countRecords(payload: Uint8Array): number
  /** Takes out what may not pass unscanned; the same object when there is none. */
  strip(payload: Uint8Array): { readonly payload: Uint8Array; readonly removed: number }
  /** Adds the attribute `logveil.detectors` to records; the same object when there are none. */
  annotate(payload: Uint8Array, annotations: Annotations): Uint8Array
  /** A request without records. */
  readonly empty: Uint8Array
}

/** Offset of the first mistake in the bytes of an export request, -1 when it is well formed. Linear, at memory speed for protobuf. */
export function validateOtlp(payload: Uint8Array, signal: Signal, format: OtlpFormat = 'otlp-proto'): number {
  if (format === 'otlp-proto') return surveyOf(payload, signal).malformed
  let valid = false
  withTape((tape) => {
    valid = readRequest(tape, payload)
    tape.top = 0
  })
  return valid ? -1 : mistakeIn(payload)
}

export function createOtlpCodec(options: OtlpOptions): OtlpCodec {
  return options.format === 'otlp-proto' ? createProtoCodec(options) : createJsonCodec(options)
}

/** Asked for by the source, the redactor and the codec: walked once. Holds no payload longer than others do. */
const surveys: Record<Signal, WeakMap<Uint8Array, Survey>> = {
  logs: new WeakMap(),
  traces: new WeakMap(),
  metrics: new WeakMap()
}

function surveyOf(payload: Uint8Array, signal: Signal): Survey {
  const known = surveys[signal].get(payload)
  if (known !== undefined) return known
  const fresh = survey(payload, requests[signal])
  surveys[signal].set(payload, fresh)
  return fresh
}

function createProtoCodec({ signal, unknownFields = 'strict' }: OtlpOptions): OtlpCodec {
  const request = requests[signal]
  const isMalformed = (payload: Uint8Array) => surveyOf(payload, signal).malformed >= 0
  return {
    name: 'otlp-proto',
    binary: true,
    always(payload) {
      const { spots, unknown, malformed } = surveyOf(payload, signal)
      return malformed < 0 && spots.length + unknown.length > 0
    },
    texts(payload, visit) {
      if (isMalformed(payload)) visit(0, payload.length)
      else visitTexts(payload, request, 0, payload.length, visit)
    },
    empty: new Uint8Array(0),
    locate(payload, hits, visitor) {
      const seen = surveyOf(payload, signal)
      if (seen.malformed >= 0) locateWhole(payload, hits, visitor)
      else locateProto(payload, request, seen, hits, visitor)
    },
    splice(payload, edits) {
      if (edits.length === 0 || isMalformed(payload)) return splice(payload, edits)
      return spliceProto(payload, request, keepApart(payload, request, edits))
    },
    countRecords: (payload) => surveyOf(payload, signal).records,
    strip(payload) {
      const { unknown, malformed } = surveyOf(payload, signal)
      if (unknownFields === 'lenient' || malformed >= 0 || unknown.length === 0) return { payload, removed: 0 }
      const edits = Array.from({ length: unknown.length / 2 }, (_, i) => ({
        start: unknown[2 * i],
        end: unknown[2 * i + 1],
        replacement: new Uint8Array(0)
      }))
      return { payload: spliceProto(payload, request, edits), removed: edits.length }
    },
    annotate: (payload, annotations) => (isMalformed(payload) ? payload : annotateProto(payload, signal, annotations))
  }
}

/** A payload that is no request: one text, in which line ends mean nothing. */
function locateWhole(payload: Uint8Array, hits: Hits, visitor: Visitor): void {
  textCodec.locate(payload, hits, visitor)
}

function createJsonCodec({ signal }: OtlpOptions): OtlpCodec {
  const request = requests[signal]
  /** By payload, from its visit. */
  const counts = new WeakMap<Uint8Array, number>()
  const noVisitor: Visitor = { field() {}, scan: () => noHits, wantsNext: () => false, withhold() {} }
  return {
    name: 'otlp-json',
    always: () => true,
    empty: Buffer.from('{}'),
    locate(payload, hits, visitor) {
      counts.set(payload, locateJson(payload, request, hits, visitor))
    },
    splice: spliceJson,
    countRecords: (payload) => counts.get(payload) ?? locateJson(payload, request, noHits, noVisitor),
    strip: (payload) => ({ payload, removed: 0 }),
    annotate: (payload, annotations) => annotateJson(payload, signal, annotations)
  }
}

const noHits: Hits = { count: 0, pairs: new Int32Array(0) }
