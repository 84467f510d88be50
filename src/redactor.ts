import {
  type Carry,
  type Codec,
  type Edit,
  type Field,
  type Finding,
  type Match,
  type Scanner,
  type ScanResult,
  type WithheldReason,
  withheldReasons
} from './model.ts'
import { createPlanner, dropRecord } from './redact/actions.ts'
import { type Allowances, createAllowing } from './redact/allowances.ts'
import type { Encryptor } from './redact/encrypt.ts'
import type { Fingerprinter } from './redact/fingerprint.ts'
import { type Listed, listedFacts } from './redact/listed.ts'
import { type SpanUnion, unionSpans } from './redact/overlap.ts'
import type { CompiledPolicy } from './redact/policy.ts'
import { type EstimateStrength, strengthHint } from './redact/strength.ts'

export type WithheldCounts = Readonly<Record<WithheldReason, number>>

/** What became of a payload. */
export interface Redacted {
  /** The same object when nothing was changed. */
  readonly payload: Uint8Array
  /** In payload order. */
  readonly findings: readonly Finding[]
  /** What spans of findings count in, when parts were taken out of the payload that came in before it was scanned; absent: that payload. */
  readonly scanned?: Uint8Array
  /** Records that came in: lines (the last one counts without its newline, too), log records, spans or data points. */
  readonly records: number
  /** Parts withheld behind `[WITHHELD:<reason>]`, by reason; `unknown`: parts taken out. */
  readonly withheld: WithheldCounts
  /** How long they were, in bytes; absent: there are none. */
  readonly unscanned?: WithheldCounts
  /** Records that went with action `drop`. */
  readonly dropped: number
}

/** The pure core: one payload in, payload and findings out, synchronous. */
export interface Redactor {
  /**
   * Redacts a payload of whole records. `carry` links the payloads of one stream (a private key may be split over records); without it
   * every payload stands alone. Never throws on input: what cannot be scanned is withheld. Linear in the payload's length.
   */
  redact(payload: Uint8Array, carry?: Carry): Redacted
  /** State for a new stream. */
  createCarry(): Carry
}

/** What is asked, beside `Codec`, of one whose records are no lines. */
export interface Framing {
  countRecords(payload: Uint8Array): number
  /** Takes out what may not pass unscanned; spans of findings count in what is left. The same object when there is none. */
  strip(payload: Uint8Array): { readonly payload: Uint8Array; readonly removed: number }
  /** Writes detector ids into records, by index. */
  annotate(payload: Uint8Array, annotations: ReadonlyMap<number, readonly string[]>): Uint8Array
  /** A payload without records. */
  readonly empty: Uint8Array
}

export interface RedactorParts {
  readonly scanner: Scanner
  readonly codec: Codec
  /** Default: records are lines. */
  readonly framing?: Framing | undefined
  /** Records with findings are annotated with the detectors' ids; only with `framing`. */
  readonly annotates?: boolean | undefined
  readonly policy: CompiledPolicy
  readonly fingerprinter: Fingerprinter
  readonly encryptor?: Encryptor | undefined
  /** What they allow is no finding. */
  readonly allowances?: Allowances | undefined
  /** Adds the hint `strength` to findings of passwords. */
  readonly strength?: EstimateStrength | undefined
  /** Secrets of an inventory; what is found is looked up among them, by its fingerprint. */
  readonly listed?: Listed | null | undefined
  /** Told of what a scan threw (a bug in logveil): the records it met are withheld. */
  readonly onError?: ((error: unknown) => void) | undefined
  createCarry(): Carry
}

const newline = 0x0a
const carriageReturn = 0x0d
const noneWithheld: WithheldCounts = { depth: 0, size: 0, effort: 0, error: 0, unknown: 0 }
const nothing = new Uint8Array(0)

export function assembleRedactor(parts: RedactorParts): Redactor {
  const { scanner, policy, fingerprinter, strength, framing, listed = null } = parts
  const planEdits = createPlanner(parts)
  const allowing = parts.allowances === undefined ? null : createAllowing(parts.allowances, fingerprinter)

  function redactOrThrow(payload: Uint8Array, carry: Carry, codec = parts.codec): Redacted {
    const result = scanner.scan(payload, codec, carry)
    const records = framing === undefined ? countLines(scanner, payload) : framing.countRecords(payload)
    if (result.matches.length === 0 && result.withheld.length === 0) {
      return { payload, findings: [], records, withheld: noneWithheld, dropped: 0 }
    }
    const all = unionSpans(result.matches)
    const unions = allowing === null ? all : allowing(all)
    const { edits, dropped } = collectEdits(payload, result, unions)
    const findings: Finding[] = []
    for (const union of unions) for (const match of union.findings) findings.push(report(match))
    return { payload: codec.splice(payload, edits), findings, records, ...countWithheld(result), dropped }
  }

  function collectEdits(
    payload: Uint8Array,
    { withheld }: ScanResult,
    unions: readonly SpanUnion[]
  ): { edits: Edit[]; dropped: number } {
    const edits: Edit[] = []
    let dropped = 0
    let droppedTo = -1
    for (const union of unions) {
      const { recordStart, recordEnd } = union.winner.field
      if (union.start < droppedTo) continue
      for (const { start, end, replacement } of planEdits(union)) {
        if (replacement === dropRecord) {
          droppedTo = framing === undefined ? lineEnd(payload, recordEnd) : recordEnd
          while (edits.length > 0 && edits[edits.length - 1].start >= recordStart) edits.pop()
          edits.push({ start: recordStart, end: droppedTo, replacement: nothing })
          dropped++
          break
        }
        edits.push({ start, end, replacement })
      }
    }
    if (withheld.length === 0) return { edits, dropped }
    if (framing === undefined) return { edits: withWithheld(edits, withheld), dropped }
    const whole = edits.filter(({ replacement }) => replacement === nothing)
    const inRecords = withheld.filter((part) => !whole.some(({ start, end }) => part.start >= start && part.end <= end))
    return { edits: withWithheld(edits, inRecords), dropped }
  }

  function report({ detector, confidence, start, end, secret, hints, field }: Match): Finding {
    const fingerprint = fingerprinter.fingerprint(secret)
    const finding: Finding = {
      detector: detector.id,
      confidence,
      severity: detector.severity,
      record: field.record(),
      path: field.path(),
      span: [start, end],
      length: secret.length,
      fingerprint,
      action: policy.resolve({ detector, confidence, field }),
      hints: strength === undefined ? (hints ?? {}) : { ...hints, ...strengthHint(strength, detector, secret) }
    }
    const known = listed === null ? null : listed.of(fingerprinter.all(secret))
    return known === null ? finding : { ...finding, ...listedFacts(known, finding) }
  }

  function redactFramed(payload: Uint8Array, carry: Carry, frame: Framing, codec = parts.codec): Redacted {
    const { payload: known, removed } = frame.strip(payload)
    const redacted = redactOrThrow(known, carry, codec)
    const { withheld, unscanned = noneWithheld, findings } = redacted
    const annotated = parts.annotates === true && findings.length > 0
    return {
      ...redacted,
      payload: annotated ? frame.annotate(redacted.payload, annotationsOf(findings)) : redacted.payload,
      ...(removed > 0 && {
        scanned: known,
        withheld: { ...withheld, unknown: withheld.unknown + removed },
        unscanned: { ...unscanned, unknown: unscanned.unknown + payload.length - known.length }
      })
    }
  }

  return {
    createCarry: parts.createCarry,
    redact(payload, carry = parts.createCarry()) {
      const before = { ...carry }
      try {
        return framing === undefined ? redactOrThrow(payload, carry) : redactFramed(payload, carry, framing)
      } catch (error) {
        parts.onError?.(error)
        Object.assign(carry, before)
        if (framing === undefined) return redactEach(payload, carry, redactOrThrow)
        try {
          return redactFramed(payload, carry, framing, withholdingErrors(parts.codec))
        } catch {
          Object.assign(carry, before)
          return withholdAll(payload, framing)
        }
      }
    }
  }
}

/** Detector ids by the index that a record has in the output, from which others may have been dropped. */
function annotationsOf(findings: readonly Finding[]): Map<number, string[]> {
  const isGone = ({ action, path }: Finding) => action === 'drop' && !/^(resource|scope|metric)\b/.test(path)
  const gone = [...new Set(findings.filter(isGone).map(({ record }) => record))].sort((a, b) => a - b)
  const annotations = new Map<number, string[]>()
  let before = 0
  for (const { record, detector } of [...findings].sort((a, b) => a.record - b.record)) {
    while (before < gone.length && gone[before] < record) before++
    if (gone[before] === record) continue
    const ids = annotations.get(record - before) ?? []
    if (!ids.includes(detector)) ids.push(detector)
    annotations.set(record - before, ids)
  }
  return annotations
}

/** The codec, but for fields whose scan throws: those are withheld. */
function withholdingErrors(codec: Codec): Codec {
  return {
    ...codec,
    locate(payload, hits, visitor) {
      const field = (scanned: Field) => {
        try {
          visitor.field(scanned)
        } catch {
          visitor.withhold(inPayload(scanned), 'error')
        }
      }
      codec.locate(payload, hits, { ...visitor, field })
    }
  }
}

function inPayload(field: Field): Field {
  const { enclosing, origin, start, end } = field
  if (enclosing !== null) return { ...field, ...enclosing }
  return origin === null ? field : { ...field, start: origin[0], end: origin[end - start] }
}

function withholdAll(payload: Uint8Array, framing: Framing): Redacted {
  let records = 1
  try {
    records = framing.countRecords(payload)
  } catch {
    // What cannot even be counted is one record.
  }
  const withheld = { ...noneWithheld, error: Math.max(1, records) }
  const unscanned = { ...noneWithheld, error: payload.length }
  return { payload: framing.empty, findings: [], records, withheld, unscanned, dropped: 0 }
}

function countLines(scanner: Scanner, payload: Uint8Array): number {
  const newlines = scanner.countNewlines(payload)
  return payload.length === 0 || payload[payload.length - 1] === newline ? newlines : newlines + 1
}

function countWithheld({ withheld: parts }: ScanResult): Pick<Redacted, 'withheld' | 'unscanned'> {
  if (parts.length === 0) return { withheld: noneWithheld }
  const withheld = { ...noneWithheld }
  const unscanned = { ...noneWithheld }
  for (const { reason, start, end } of parts) {
    withheld[reason]++
    unscanned[reason] += end - start
  }
  return { withheld, unscanned }
}

function lineEnd(payload: Uint8Array, recordEnd: number): number {
  const at = payload.indexOf(newline, recordEnd)
  return at < 0 ? payload.length : at + 1
}

/** Withheld parts are edits as well; where one meets a redaction, both lie behind the marker. */
function withWithheld(edits: readonly Edit[], withheld: ScanResult['withheld']): Edit[] {
  const markers = withheld.map(({ start, end, reason, field }) => ({
    start,
    end,
    replacement: Buffer.from(`${field.quote}[WITHHELD:${reason}]${field.quote}`),
    marker: true
  }))
  const all = [...edits.map((edit) => ({ ...edit, marker: false })), ...markers].sort(
    (a, b) => a.start - b.start || b.end - a.end
  )
  const merged: typeof all = []
  for (const edit of all) {
    const last = merged.at(-1)
    if (last === undefined || edit.start >= last.end) {
      merged.push(edit)
      continue
    }
    const winner = edit.marker && !last.marker ? edit : last
    merged[merged.length - 1] = { ...winner, start: last.start, end: Math.max(last.end, edit.end) }
  }
  return merged
}

/** Record by record, so that only those are withheld that cannot be scanned. */
function redactEach(
  payload: Uint8Array,
  carry: Carry,
  redact: (record: Uint8Array, carry: Carry) => Redacted
): Redacted {
  const payloads: Uint8Array[] = []
  const findings: Finding[] = []
  const withheld = { ...noneWithheld }
  const unscanned = { ...noneWithheld }
  let records = 0
  let dropped = 0
  for (let start = 0; start < payload.length; records++) {
    const end = lineEnd(payload, start)
    const one = redactOrWithhold(payload.subarray(start, end), carry, redact)
    payloads.push(one.payload)
    for (const finding of one.findings) findings.push(moved(finding, records, start))
    for (const reason of withheldReasons) {
      withheld[reason] += one.withheld[reason]
      unscanned[reason] += one.unscanned?.[reason] ?? 0
    }
    dropped += one.dropped
    start = end
  }
  return { payload: Buffer.concat(payloads), findings, records, withheld, unscanned, dropped }
}

function redactOrWithhold(
  record: Uint8Array,
  carry: Carry,
  redact: (record: Uint8Array, carry: Carry) => Redacted
): Redacted {
  const before = { ...carry }
  try {
    return redact(record, carry)
  } catch {
    Object.assign(carry, before)
    const end = record.at(-1) !== newline ? '' : record.at(-2) === carriageReturn ? '\r\n' : '\n'
    return {
      payload: Buffer.from(`[WITHHELD:error]${end}`),
      findings: [],
      records: 1,
      withheld: { ...noneWithheld, error: 1 },
      unscanned: { ...noneWithheld, error: record.length - end.length },
      dropped: 0
    }
  }
}

function moved(finding: Finding, record: number, offset: number): Finding {
  const [start, end] = finding.span
  return { ...finding, record, span: [start + offset, end + offset] }
}
