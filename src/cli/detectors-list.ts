import { checks } from '../scan/checks/index.ts'
import type { DetectorsArguments } from './detectors.ts'
import { extendBundled } from './own-detectors.ts'

export async function listDetectors({
  detectors: paths,
  json,
  checks: listChecks
}: DetectorsArguments): Promise<number> {
  if (listChecks) return print(json, Object.values(checks), ['name', 'description'])
  const rows = extendBundled(paths, []).map(({ id, severity, context, checks, keywords }) => ({
    id,
    severity,
    context,
    checks,
    keywords
  }))
  return print(json, rows, ['id', 'severity', 'context', 'checks', 'keywords'])
}

/** Longer lists of keywords are cut in the table; `--json` has them all. */
const cellWidth = 60

function print<T extends object>(json: boolean, rows: readonly T[], columns: readonly (keyof T & string)[]): number {
  if (json) {
    process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`)
    return 0
  }
  const cells = [
    columns.map((column) => column.toUpperCase()),
    ...rows.map((row) => columns.map((column, i) => cell(row[column], i === columns.length - 1)))
  ]
  const widths = columns.map((_, i) => Math.max(...cells.map((row) => row[i].length)))
  for (const row of cells)
    process.stdout.write(
      `${row
        .map((text, i) => text.padEnd(widths[i]))
        .join('  ')
        .trimEnd()}\n`
    )
  return 0
}

function cell(value: unknown, last: boolean): string {
  const text = Array.isArray(value) ? value.join(' ') || '-' : String(value)
  return !last || text.length <= cellWidth || !Array.isArray(value)
    ? text
    : `${text.slice(0, text.lastIndexOf(' ', cellWidth))} ...`
}
