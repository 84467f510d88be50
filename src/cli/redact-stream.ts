import { type Carry, type Finding, type WithheldReason, withheldReasons } from '../model.ts'
import type { Redacted, Redactor } from '../redactor.ts'
import type { ByteWriter } from './byte-writer.ts'
import type { Piece, Place } from './cut-lines.ts'

/** A finding, placed in the whole input instead of in one batch. */
export interface PlacedFinding {
  readonly finding: Finding
  /** Source it is in. */
  readonly file: string
  /** 1-based, in that source. */
  readonly line: number
  /** 0-based, over all sources. */
  readonly record: number
  /** Bytes of that source. */
  readonly span: readonly [start: number, end: number]
}

export interface StreamOptions {
  readonly redactor: Redactor
  readonly writer: ByteWriter
  /** Called for the findings of a piece; the piece is written only after it has resolved to true, false ends the stream. */
  onFindings(findings: readonly PlacedFinding[]): Promise<boolean>
  /** Whether to count the lines that are written, too; costs time where a piece was changed. */
  readonly countsOutput: boolean
}

export interface Totals {
  /** Lines that came in, also those without an end. */
  lines: number
  /** Lines that were written, counted in what was written; null when that was not asked for. */
  linesOut: number | null
  bytesIn: number
  bytesOut: number
  findings: number
  readonly byDetector: Map<string, number>
  readonly withheld: Record<WithheldReason, number>
  dropped: number
}

/** Redacts pieces in order until they end or the writer fails. While one is written, the next is redacted. */
export async function redactStream(pieces: AsyncIterable<Piece>, options: StreamOptions): Promise<Totals> {
  const { writer, redactor } = options
  const totals = noTotals(options.countsOutput)
  const carry = redactor.createCarry()
  let writing = Promise.resolve()
  for await (const piece of pieces) {
    const redacted = redactPiece(piece, redactor, carry)
    await writing
    if (writer.failure !== null) break
    const { findings } = redacted
    if (findings.length > 0 && !(await options.onFindings(placed(findings, piece.place, totals.lines)))) break
    writing = writer.write(redacted.payload)
    count(totals, piece, redacted)
  }
  await writing
  return totals
}

export function noTotals(countsOutput: boolean): Totals {
  return {
    lines: 0,
    linesOut: countsOutput ? 0 : null,
    bytesIn: 0,
    bytesOut: 0,
    findings: 0,
    byDetector: new Map(),
    withheld: { depth: 0, size: 0, effort: 0, error: 0, unknown: 0 },
    dropped: 0
  }
}

export function redactPiece(piece: Piece, redactor: Redactor, carry: Carry): Redacted {
  if (piece.kind === 'lines') return redactor.redact(piece.bytes, carry)
  const withheld = { depth: 0, size: 1, effort: 0, error: 0, unknown: 0 }
  return { payload: Buffer.from(`[WITHHELD:size]${piece.end}`), findings: [], records: 1, withheld, dropped: 0 }
}

export function placed(findings: readonly Finding[], place: Place, linesBefore: number): PlacedFinding[] {
  return findings.map((finding) => ({
    finding,
    file: place.name,
    line: place.line + finding.record + 1,
    record: linesBefore + finding.record,
    span: [place.offset + finding.span[0], place.offset + finding.span[1]]
  }))
}

export function count(totals: Totals, { place, ...piece }: Piece, redacted: Redacted): void {
  const length = piece.kind === 'lines' ? piece.bytes.length : piece.length
  place.line += redacted.records
  place.offset += length
  totals.lines += redacted.records
  if (totals.linesOut !== null) {
    const unchanged = piece.kind === 'lines' && redacted.payload === piece.bytes
    totals.linesOut += unchanged ? redacted.records : countLines(redacted.payload)
  }
  totals.bytesIn += length
  totals.bytesOut += redacted.payload.length
  totals.dropped += redacted.dropped
  for (const reason of withheldReasons) totals.withheld[reason] += redacted.withheld[reason]
  totals.findings += redacted.findings.length
  for (const { detector } of redacted.findings)
    totals.byDetector.set(detector, (totals.byDetector.get(detector) ?? 0) + 1)
}

const newline = 0x0a

function countLines(bytes: Uint8Array): number {
  let lines = 0
  for (let at = 0; at < bytes.length; lines++) at = bytes.indexOf(newline, at) + 1 || bytes.length
  return lines
}
