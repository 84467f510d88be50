import type { Confidence, Hints, Severity } from '../model.ts'

/** One secret in one place, as reports tell it: structurally unable to hold its text. A private key over several lines is one. */
export interface Leak {
  readonly detector: string
  readonly confidence: Confidence
  readonly severity: Severity
  /** 1-based; columns count UTF-16 code units, the end is behind the last one. */
  readonly line: number
  readonly column: number
  endLine: number
  endColumn: number
  /** Path of the field in its record. */
  readonly path: string
  /** Bytes of the content, which is decompressed, from the first to the last. */
  span: readonly [start: number, end: number]
  /** Bytes of the secret, decoded. */
  length: number
  fingerprint: string | null
  readonly hints: Hints
  /** The first line, redacted, as far as it is near the secret. */
  readonly snippet: string
  /** As a comment in the same line has it, see `allowanceIn`. */
  readonly allowance: string | null
}
