import type { Finding } from '../model.ts'
import type { Redactor } from '../redactor.ts'
import type { Piece } from './cut-lines.ts'
import { redactPiece } from './redact-stream.ts'

/** Where in which file; nothing of what stands there. */
export interface ReplayPlace {
  readonly file: string
  /** 1-based. */
  readonly line: number
  readonly change: 'more' | 'less'
}

/** One detector in both sets. */
export interface ReplayRow {
  readonly detector: string
  before: number
  after: number
  /** Found in the same place by both sets. */
  same: number
  /** Estimated nanoseconds; see scan/effort.ts. */
  costBefore: number
  costAfter: number
  readonly places: ReplayPlace[]
}

export interface Comparison {
  bytes: number
  lines: number
  /** Lines in which the sets find different things. */
  changedLines: number
  readonly rows: Map<string, ReplayRow>
}

export interface ReplaySide {
  readonly redactor: Redactor
  /** Filled while it redacts. */
  readonly cost: ReadonlyMap<string, number>
}

export function createComparison(): Comparison {
  return { bytes: 0, lines: 0, changedLines: 0, rows: new Map() }
}

/** Has both sides look at a log, and counts what they find in the same places and what not. */
export async function comparePieces(
  pieces: AsyncIterable<Piece>,
  before: ReplaySide,
  after: ReplaySide,
  comparison: Comparison,
  mostPlaces: number
): Promise<void> {
  const carries = [before, after].map(({ redactor }) => redactor.createCarry())
  for await (const piece of pieces) {
    const old = redactPiece(piece, before.redactor, carries[0])
    const now = redactPiece(piece, after.redactor, carries[1])
    comparison.bytes += piece.kind === 'lines' ? piece.bytes.length : piece.length
    comparison.lines += now.records
    const changed = new Set<number>()
    const tell = (finding: Finding, change: ReplayPlace['change']): void => {
      changed.add(finding.record)
      const { places } = rowOf(comparison, finding.detector)
      const { place } = piece
      if (places.length < mostPlaces) places.push({ file: place.name, line: place.line + finding.record + 1, change })
    }
    const known = new Set(old.findings.map(placeOf))
    for (const finding of now.findings) {
      const row = rowOf(comparison, finding.detector)
      row.after++
      if (known.delete(placeOf(finding))) row.same++
      else tell(finding, 'more')
    }
    for (const finding of old.findings) {
      rowOf(comparison, finding.detector).before++
      if (known.has(placeOf(finding))) tell(finding, 'less')
    }
    comparison.changedLines += changed.size
    piece.place.line += now.records
  }
}

function placeOf({ detector, span, path }: Finding): string {
  return `${detector} ${span[0]} ${span[1]} ${path}`
}

/** To be called when all was compared. */
export function addCosts(comparison: Comparison, before: ReplaySide, after: ReplaySide): void {
  for (const [detector, ns] of before.cost) rowOf(comparison, detector).costBefore += ns
  for (const [detector, ns] of after.cost) rowOf(comparison, detector).costAfter += ns
}

function rowOf({ rows }: Comparison, detector: string): ReplayRow {
  const known = rows.get(detector)
  if (known !== undefined) return known
  const row = { detector, before: 0, after: 0, same: 0, costBefore: 0, costAfter: 0, places: [] }
  rows.set(detector, row)
  return row
}
