import { openSync } from 'node:fs'
import { LogveilError } from '../errors.ts'
import { isExpired } from '../model.ts'
import { openWriter, type WriteFailure } from './byte-writer.ts'
import type { PlacedFinding } from './redact-stream.ts'
import { systemMessage } from './system-message.ts'

export interface FindingsReport {
  /** Resolves to false when they could not be written. */
  write(findings: readonly PlacedFinding[]): Promise<boolean>
  readonly failure: WriteFailure | null
}

/** JSON lines to a file, which is replaced; `-` is standard error, null nothing. Throws `OUTPUT_FAILED`. */
export function openFindingsReport(path: string | null, onFailure: () => void): FindingsReport {
  if (path === null) return { write: async () => true, failure: null }
  const writer = openWriter(path === '-' ? 2 : create(path), onFailure)
  return {
    async write(findings) {
      await writer.write(Buffer.from(findings.map(toLine).join('')))
      return writer.failure === null
    },
    get failure() {
      return writer.failure
    }
  }
}

function create(path: string): number {
  try {
    return openSync(path, 'w')
  } catch (cause) {
    throw new LogveilError('OUTPUT_FAILED', `cannot write ${path}: ${systemMessage(cause)}`, { cause })
  }
}

/** `expired` is there only when the credential says when it ends. */
function toLine({ finding, file, line, record, span }: PlacedFinding): string {
  const { detector, confidence, severity, path, length, fingerprint, action, hints } = finding
  const expired = isExpired(hints, Date.now()) ?? undefined
  return `${JSON.stringify({ detector, confidence, severity, file, line, record, path, span, length, fingerprint, action, hints, expired })}\n`
}
