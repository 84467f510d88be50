import type { Finding, WithheldReason } from '../model.ts'
import { withheldReasons } from '../model.ts'
import type { Redactor } from '../redactor.ts'
import type { Piece } from './cut-lines.ts'
import { redactPiece } from './redact-stream.ts'
import { allowanceIn } from './scan-allow.ts'
import { createKeyJoiner } from './scan-keys.ts'
import type { Leak } from './scan-leak.ts'
import { createColumns, createOutputLines } from './scan-lines.ts'

export interface ScannedContent {
  /** The first of them, as many as `mostListed`. */
  readonly leaks: readonly Leak[]
  /** How many more there are. */
  readonly unlisted: number
  readonly lines: number
  readonly bytes: number
  /** Parts that could not be looked at. */
  readonly withheld: Readonly<Record<WithheldReason, number>>
}

export interface Finder {
  /** Redacts with `partial`, so that snippets show the public prefix and no fingerprint. */
  readonly redactor: Redactor
  /** Detectors of private keys, of which every line is a finding. */
  readonly keyDetectors: ReadonlySet<string>
}

/** A log with a token in every line must not fill the memory. */
export const mostListed = 10_000

/** What `logveil redact` finds in the same lines; `counts` says which leaks do, of those that are not listed. */
export async function findLeaks(
  pieces: AsyncIterable<Piece>,
  { redactor, keyDetectors }: Finder,
  counts: (leak: Leak) => boolean
): Promise<ScannedContent> {
  const keys = createKeyJoiner(keyDetectors)
  const withheld = { depth: 0, size: 0, effort: 0, error: 0, unknown: 0 }
  const carry = redactor.createCarry()
  let place = { line: 0, offset: 0 }
  let unlisted = 0
  for await (const piece of pieces) {
    const { findings, payload, records, ...redacted } = redactPiece(piece, redactor, carry)
    for (const reason of withheldReasons) withheld[reason] += redacted.withheld[reason]
    if (piece.kind === 'lines' && findings.length > 0) {
      const leakAt = createPlacer(piece.bytes, payload, place)
      for (const finding of findings) {
        const leak = leakAt(finding)
        if (keys.count() < mostListed) keys.add(leak, piece.bytes.subarray(...finding.span))
        else if (counts(leak)) unlisted++
      }
    }
    place = {
      line: place.line + records,
      offset: place.offset + (piece.kind === 'lines' ? piece.bytes.length : piece.length)
    }
  }
  return { leaks: keys.leaks(), unlisted, lines: place.line, bytes: place.offset, withheld }
}

/** Places findings of a piece, which come in the order of their records. */
function createPlacer(
  bytes: Uint8Array,
  redacted: Uint8Array,
  place: { readonly line: number; readonly offset: number }
): (finding: Finding) => Leak {
  const columnAt = createColumns(bytes)
  const outputLine = createOutputLines(redacted)
  return ({ detector, confidence, severity, record, path, span, length, fingerprint, hints }) => {
    const [start, end] = span
    const line = place.line + record + 1
    const { bytes, snippet } = outputLine(record, detector)
    return {
      detector,
      confidence,
      severity,
      line,
      column: columnAt(start),
      endLine: line,
      endColumn: columnAt(end),
      path,
      span: [place.offset + start, place.offset + end],
      length,
      fingerprint,
      hints,
      snippet,
      allowance: allowanceIn(bytes, detector)
    }
  }
}
