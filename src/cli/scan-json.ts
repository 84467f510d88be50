import { isExpired } from '../model.ts'
import type { JudgedLeak, ReportOptions, ScanReport } from './scan-report.ts'

/** One JSON document, a finding a line; what findings have in common with those of `logveil redact` is called the same. */
export function createJsonReport({ version, detectors }: ReportOptions): ScanReport {
  let separator = '\n'

  function toLine(file: string, leak: JudgedLeak): string {
    const { status, detector, confidence, severity, allowance, ...place } = leak
    const { line, column, endLine, endColumn, path, span, length, fingerprint, hints, snippet } = place
    const finding = {
      status,
      detector,
      confidence,
      severity,
      file,
      line,
      column,
      endLine,
      endColumn,
      path,
      span,
      length,
      fingerprint,
      hints,
      expired: isExpired(hints, Date.now()) ?? undefined,
      allowed: status === 'allowed' ? allowance : undefined,
      rotation: detectors.get(detector)?.rotation ?? undefined,
      snippet
    }
    const text = `${separator}${JSON.stringify(finding)}`
    separator = ',\n'
    return text
  }

  return {
    begin: () => `{"logveil":${JSON.stringify(version)},"findings":[`,
    file: (name, leaks) => leaks.map((leak) => toLine(name, leak)).join(''),
    end: ({ errors, ...summary }) =>
      `\n],\n"errors":${JSON.stringify(errors)},\n"summary":${JSON.stringify(summary)}}\n`
  }
}
