import type { Outcome } from './outcome.ts'

/** Longer lists of keywords are cut in the table; `--json` has them all. */
const cellWidth = 60

/** Rows as JSON, or as a table for people whose last column is cut where it is a long list. */
export function table<T extends object>(
  json: boolean,
  rows: readonly T[],
  columns: readonly (keyof T & string)[]
): Outcome {
  if (json) return { text: `${JSON.stringify(rows, null, 2)}\n`, status: 0 }
  const cells = [
    columns.map((column) => column.toUpperCase()),
    ...rows.map((row) => columns.map((column, i) => cell(row[column], i === columns.length - 1)))
  ]
  const widths = columns.map((_, i) => Math.max(...cells.map((row) => row[i].length)))
  const lines = cells.map((row) =>
    row
      .map((text, i) => text.padEnd(widths[i]))
      .join('  ')
      .trimEnd()
  )
  return { text: `${lines.join('\n')}\n`, status: 0 }
}

function cell(value: unknown, last: boolean): string {
  const text = (Array.isArray(value) ? value.join(' ') || '-' : String(value)).replace(/\p{Cc}/gu, shown)
  return !last || text.length <= cellWidth || !Array.isArray(value)
    ? text
    : `${text.slice(0, text.lastIndexOf(' ', cellWidth))} ...`
}

/** A keyword may hold a line break. */
function shown(control: string): string {
  return JSON.stringify(control).slice(1, -1)
}
