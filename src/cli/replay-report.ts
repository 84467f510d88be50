import type { Comparison, ReplayRow } from './replay-compare.ts'
import { printable } from './scan-text.ts'
import { table } from './table.ts'

/** Detectors without a difference are shown when they are among the dearest. */
const dearest = 10

/** For people; `reportJson` has every detector. */
export function reportText(comparison: Comparison): string {
  const all = sorted(comparison)
  const differing = all.filter(differs)
  const megabytes = comparison.bytes / 1e6
  const cost = (ns: number) => (ns / 1000 / Math.max(megabytes, 1e-6)).toFixed(1)
  const rows = [...differing, ...all.filter((row) => !differs(row)).slice(0, dearest)].map((row) => ({
    detector: row.detector,
    old: row.before,
    new: row.after,
    more: row.after - row.same,
    less: row.before - row.same,
    'old us/MB': cost(row.costBefore),
    'new us/MB': cost(row.costAfter)
  }))
  const places = differing.flatMap(({ detector, places }) =>
    places.map(({ file, line, change }) => `${printable(file)}:${line}: ${change} ${detector}\n`)
  )
  const sum = (side: 'costBefore' | 'costAfter') => cost(all.reduce((total, row) => total + row[side], 0))
  return [
    `${comparison.lines} lines, ${megabytes.toFixed(1)} MB: ${comparison.changedLines} lines would read differently\n`,
    `what detectors cost, estimated: ${sum('costBefore')} us/MB before, ${sum('costAfter')} after\n\n`,
    rows.length === 0
      ? ''
      : table(false, rows, ['detector', 'old', 'new', 'more', 'less', 'old us/MB', 'new us/MB']).text,
    places.length === 0 ? '' : '\n',
    ...places
  ].join('')
}

export function reportJson(comparison: Comparison): string {
  const { bytes, lines, changedLines } = comparison
  return `${JSON.stringify({ bytes, lines, changedLines, detectors: sorted(comparison) }, null, 2)}\n`
}

function differs({ before, after, same }: ReplayRow): boolean {
  return before !== same || after !== same
}

/** The dearest first. */
function sorted({ rows }: Comparison): ReplayRow[] {
  return [...rows.values()].sort(
    (a, b) => b.costAfter - a.costAfter || b.costBefore - a.costBefore || (a.detector < b.detector ? -1 : 1)
  )
}
