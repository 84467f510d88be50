import { createJsonReport } from './scan-json.ts'
import { createJunitReport } from './scan-junit.ts'
import type { Format } from './scan-options.ts'
import type { ReportOptions, ScanReport } from './scan-report.ts'
import { createSarifReport } from './scan-sarif.ts'
import { createTextReport } from './scan-text.ts'

export function createReport(format: Format, options: ReportOptions): ScanReport {
  return reports[format](options)
}

const reports: Record<Format, (options: ReportOptions) => ScanReport> = {
  text: createTextReport,
  json: createJsonReport,
  sarif: createSarifReport,
  junit: createJunitReport
}
