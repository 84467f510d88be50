import type { Carry, Finding } from '../model.ts'
import { withoutLengths } from './binary.ts'
import { join, locator, namesOf, type Segment, split, valuesOf } from './joined.ts'
import type { KafkaBatch, KafkaHeader, KafkaRecord } from './port.ts'

/** The part of a redactor that this needs; `Redactor` is one. */
export interface Scan {
  redact(payload: Uint8Array, carry?: Carry): Scanned
}

/** Parts that could not be scanned, by reason. */
export type Withheld = Readonly<Record<string, number>>

/** Redacts a value that is a batch itself; null: it is none. */
export type ScanWhole = (value: Uint8Array) => Scanned | null

interface Scanned {
  readonly payload: Uint8Array
  readonly findings: readonly Finding[]
  readonly withheld: Withheld
  /** Bytes of them. */
  readonly unscanned?: Withheld
  readonly dropped: number
}

/** What became of one record. */
export interface RedactedRecord {
  /** As it came. */
  readonly source: KafkaRecord
  /** The same object when nothing was changed. */
  readonly record: KafkaRecord
  /** Of which `record` is the index in the batch, and `span` counts in the value, the key or the header. */
  readonly findings: readonly Finding[]
  /** `out`: goes on. `dropped`: by the action drop. `unscanned`: could not be redacted, so that it must not go on. */
  readonly fate: 'out' | 'dropped' | 'unscanned'
}

export interface RedactedBatch {
  readonly records: readonly RedactedRecord[]
  readonly findings: readonly Finding[]
  readonly withheld: readonly Withheld[]
  readonly unscanned: readonly Withheld[]
}

const star = 42
const none = Buffer.alloc(0)

/** A change to a record under way. */
interface Draft {
  value: Buffer | null
  key: Buffer | null
  headers: KafkaHeader[] | null
  findings: Finding[]
  fate: RedactedRecord['fate']
}

/**
 * Redacts values, keys and headers of a batch. All values that are text are scanned in one call, as lines of one stream, so that a secret may
 * go on from one record to the next; keys and headers in another. `keyed`: whether placeholders tell secrets apart, without which a key
 * that holds one cannot be replaced: two keys would become one, and compaction would lose a record. `whole`: how values are redacted that
 * are no text but OTLP.
 */
export function redactBatch(
  batch: KafkaBatch,
  scan: Scan,
  carry: Carry,
  keyed: boolean,
  whole: ScanWhole | null = null
): RedactedBatch {
  const { records } = batch
  const drafts = new Map<number, Draft>()
  const findings: Finding[] = []
  const withheld: Withheld[] = []
  const unscanned: Withheld[] = []

  function count(scanned: Scanned): void {
    withheld.push(scanned.withheld)
    if (scanned.unscanned !== undefined) unscanned.push(scanned.unscanned)
  }

  function draftOf(index: number): Draft {
    const known = drafts.get(index)
    if (known !== undefined) return known
    const { value, key } = records[index]
    const made: Draft = { value, key, headers: null, findings: [], fate: 'out' }
    drafts.set(index, made)
    return made
  }

  function note(finding: Finding, segment: Segment, offset: number, path: string): void {
    const { span, record: _, ...rest } = finding
    const start = Math.max(0, offset)
    const own = { ...rest, path, record: segment.record, span: [start, start + span[1] - span[0]] as const }
    findings.push(own)
    draftOf(segment.record).findings.push(own)
  }

  /** Scans texts as one, and hands on what those that changed became; null: it cannot be told. */
  function scanTexts(
    segments: readonly Segment[],
    path: (segment: Segment, finding: Finding) => string,
    put: (segment: Segment, text: Buffer | null) => void,
    carried?: Carry
  ): void {
    if (segments.length === 0) return
    const joined = join(segments)
    const alone = carried === undefined ? undefined : { ...carried }
    const scanned = scan.redact(joined, carried)
    count(scanned)
    const texts = scanned.payload === joined ? [] : split(scanned.payload, segments)
    if (texts === null) {
      scanEach(segments, path, put, alone)
      return
    }
    const locate = locator(segments)
    for (const finding of scanned.findings) {
      const { segment, offset } = locate(finding.span[0])
      note(finding, segment, offset, path(segment, finding))
    }
    texts.forEach((text, i) => {
      if (text === null || !text.equals(segments[i].text)) put(segments[i], text)
    })
  }

  /** Where the action drop took lines out, texts are scanned one by one. */
  function scanEach(
    segments: readonly Segment[],
    path: (segment: Segment, finding: Finding) => string,
    put: (segment: Segment, text: Buffer | null) => void,
    carried?: Carry
  ): void {
    for (const segment of segments) {
      const joined = join([segment])
      const scanned = scan.redact(joined, carried)
      count(scanned)
      for (const finding of scanned.findings) {
        note(finding, segment, finding.span[0] - segment.lead.length, path(segment, finding))
      }
      if (scanned.dropped > 0) draftOf(segment.record).fate = 'dropped'
      else if (scanned.payload !== joined) put(segment, split(scanned.payload, [segment])?.[0] ?? null)
    }
  }

  if (whole === null) redactValues()
  else
    records.forEach((_, index) => {
      redactWhole(index, whole)
    })
  scanTexts(namesOf(records), pathOfName, putName)

  function redactValues(): void {
    const { texts, binary } = valuesOf(records)
    scanTexts(
      texts,
      (_, { path }) => path,
      ({ record: index, text: before }, text) => {
        const draft = draftOf(index)
        const { value } = records[index]
        if (text === null || value === null) draft.fate = 'unscanned'
        else draft.value = Buffer.concat([value.subarray(0, value.length - before.length), text])
      },
      carry
    )
    for (const index of binary) redactBinary(index)
  }

  function pathOfName({ record: index, header }: Segment): string {
    return header < 0 ? 'key' : `headers.${records[index].headers[header][0]}`
  }

  function putName({ record: index, header }: Segment, text: Buffer | null): void {
    const draft = draftOf(index)
    if (text === null || (header < 0 && !keyed)) draft.fate = 'unscanned'
    else if (header < 0) draft.key = text
    else {
      draft.headers ??= [...records[index].headers]
      draft.headers[header] = [draft.headers[header][0], text]
    }
  }

  function redactWhole(index: number, scanWhole: ScanWhole): void {
    const { value } = records[index]
    if (value === null || value.length === 0) return
    const scanned = scanWhole(value)
    if (scanned?.payload === value) return
    const draft = draftOf(index)
    if (scanned === null) {
      draft.fate = 'unscanned'
      return
    }
    count(scanned)
    for (const finding of scanned.findings) {
      note(finding, { record: index, header: -1, text: value, lead: none }, finding.span[0], finding.path)
    }
    draft.value = Buffer.from(scanned.payload)
    if (scanned.payload.length === 0) draft.fate = 'dropped'
  }

  /** Lengths stand in front of strings in Avro and Protobuf: as many bytes come as go. */
  function redactBinary(index: number): void {
    const value = records[index].value as Buffer
    const masked = Buffer.from(value)
    for (const text of [value, withoutLengths(value)]) {
      const scanned = scan.redact(text)
      if (scanned.payload === text) continue
      count(scanned)
      const draft = draftOf(index)
      // What was withheld, or does not stand there as it is, a mask does not undo.
      if (scanned.findings.length === 0) draft.fate = 'unscanned'
      for (const finding of scanned.findings) {
        if (!masked.subarray(...finding.span).every((byte) => byte === star)) {
          note(finding, { record: index, header: -1, text: value, lead: none }, finding.span[0], finding.path)
        }
        masked.fill(star, ...finding.span)
      }
      draft.value = masked
    }
    if (masked.equals(value)) return
    if ([masked, withoutLengths(masked)].some((text) => scan.redact(text).payload !== text))
      draftOf(index).fate = 'unscanned'
  }

  return {
    records: records.map((record, index) => {
      const draft = drafts.get(index)
      if (draft === undefined) return { source: record, record, findings: [], fate: 'out' }
      const { value, key, headers, findings: own, fate } = draft
      return {
        source: record,
        record: { ...record, value, key, headers: headers ?? record.headers },
        findings: own,
        fate
      }
    }),
    findings,
    withheld,
    unscanned
  }
}
