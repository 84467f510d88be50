import type { ScanTotals } from './scan-report.ts'
import { many, size } from './summary.ts'

/** What a scan did, for people. */
export function summarizeScan({ files, bytes, leaks, passed, errors, seconds }: ScanTotals): string {
  const old = [
    ...(leaks.known > 0 ? [`${leaks.known} in the baseline`] : []),
    ...(leaks.allowed > 0 ? [`${leaks.allowed} allowed`] : [])
  ]
  const rows = [
    `${many(leaks.new, 'new finding')}${old.length > 0 ? `, ${old.join(', ')}` : ''}`,
    `${many(files, 'file')}, ${size(bytes)} in ${seconds.toFixed(2)} s`,
    ...passedOver(passed),
    ...(errors.length > 0 ? [`NOT SCANNED, or not all of it: ${many(errors.length, 'place')}, see above`] : []),
    ...(leaks.new > 0 ? [remedy] : [])
  ]
  return rows.map((row) => `logveil: ${row}\n`).join('')
}

export function passedOver({ binary, links, special }: ScanTotals['passed']): string[] {
  const parts = [
    ...(binary > 0 ? [many(binary, 'binary file')] : []),
    ...(links > 0 ? [many(links, 'link')] : []),
    ...(special > 0 ? [many(special, 'special file')] : [])
  ]
  return parts.length > 0 ? [`passed over: ${parts.join(', ')}`] : []
}

const remedy =
  'take each out and rotate it; a false alarm: write `logveil:allow REASON` into its line, or use --baseline'
