// The table for people and the file for comparisons.

import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { dirname } from 'node:path'
import { styleText } from 'node:util'
import { type Adversarial, type Attacked, limitGrowth, limitMs } from './adversarial.ts'
import type { ExecFigures } from './exec.ts'
import { median, type Row } from './measure.ts'
import type { PinoFigures } from './pino.ts'

/** Numbers that are no throughput. */
export interface CommandFigures {
  readonly firstLineMs: number
  readonly emptyRunMs: number
  readonly peakRssBytes: number
}

export interface Report {
  readonly quick: boolean
  readonly corpus: { readonly name: string; readonly bytes: number }
  readonly detectors: number
  readonly rows: readonly Row[]
  readonly command: CommandFigures | null
  readonly exec: ExecFigures | null
  readonly pino: PinoFigures | null
  readonly adversarial: Adversarial | null
}

const widths = [52, 16, 13, 11, 10, 7, 9]

export function printHeader(): void {
  printColumns(['case', 'MB/s', 'min..max', 'lines/s', 'ns/line', 'ratio', 'secrets'])
}

export function printRow(row: Row): void {
  const { mbps, linesPerSecond, nsPerLine, ratio } = figures(row)
  const cells = [
    row.name,
    mbps.median.toFixed(0),
    `${mbps.min.toFixed(0)}..${mbps.max.toFixed(0)}`,
    linesPerSecond.toLocaleString('en'),
    nsPerLine.toLocaleString('en'),
    ratio === null ? '' : ratio.toFixed(2),
    row.planted.toLocaleString('en')
  ]
  printColumns(cells)
  for (const mistake of row.mistakes) console.log(wrong(`  WRONG ${row.name}: ${mistake}`))
}

function printColumns(cells: readonly string[]): void {
  console.log(cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join(' '))
}

export function printCommand({ firstLineMs, emptyRunMs, peakRssBytes }: CommandFigures): void {
  console.log(
    `cli: first line out after ${firstLineMs.toFixed(0)} ms, a log of one line takes ${emptyRunMs.toFixed(0)} ms, peak RSS ${(peakRssBytes / 1e6).toFixed(0)} MB`
  )
}

export function printAdversarial(result: Adversarial, quick: boolean): void {
  const { attacks, worst, tooSlow, tooSteep, mistakes } = result
  console.log(`\nadversarial: ${attacks} records of 1 MiB, the slowest`)
  for (const one of worst) console.log(`  ${attackText(one)}`)
  printOffenders(`${quick ? 'slow' : 'TOO SLOW'}, over ${limitMs} ms`, tooSlow)
  printOffenders(`${quick ? 'steep' : 'TOO STEEP'}, over ×${limitGrowth}`, tooSteep)
  for (const mistake of mistakes) console.log(wrong(`  WRONG adversarial: ${mistake}`))
}

/** How many are printed; the file has all. */
const printed = 60

function printOffenders(what: string, offenders: readonly Attacked[]): void {
  for (const one of offenders.slice(0, printed)) console.log(wrong(`  ${what}: ${attackText(one)}`))
  if (offenders.length > printed) console.log(wrong(`  ${what}: and ${offenders.length - printed} more`))
}

function attackText({ unit, form, bytes, ms, growth, findings }: Attacked): string {
  const perMebibyte = ((ms / bytes) * (1 << 20)).toFixed(0).padStart(5)
  const measured = `${ms.toFixed(1)} ms for ${bytes >> 10} KiB, twice as many ×${growth.toFixed(2)}`
  return `${perMebibyte} ms/MiB (${measured}), ${findings} findings, ${form} ${unit}`
}

function wrong(text: string): string {
  return styleText('red', text)
}

/** Writes what was measured, where, and of which commit. */
export function writeReport(path: string, report: Report): void {
  const { rows, ...rest } = report
  const cases = rows.map((row) => ({
    name: row.name,
    bytes: row.bytes,
    lines: row.lines,
    ...figures(row),
    secrets: row.planted,
    mistakes: row.mistakes
  }))
  const machine = { node: process.version, cpu: cpus()[0]?.model ?? 'unknown', cpus: cpus().length }
  mkdirSync(dirname(path), { recursive: true })
  const all = { date: new Date().toISOString(), ...machine, commit: describeCommit(), ...rest, cases }
  const rounded = (_: string, value: unknown) => (typeof value === 'number' ? round(value, 100) : value)
  writeFileSync(path, `${JSON.stringify(all, rounded, 2)}\n`)
}

function figures({ bytes, lines, samples, ratio }: Row) {
  const mbps = (ms: number) => round(bytes / ms / 1e3)
  const typical = median(samples)
  return {
    mbps: { median: mbps(typical), min: mbps(Math.max(...samples)), max: mbps(Math.min(...samples)) },
    linesPerSecond: Math.round((lines / typical) * 1e3),
    nsPerLine: Math.round((typical / lines) * 1e6),
    ratio: ratio === null ? null : round(ratio, 100)
  }
}

function round(value: number, parts = 10): number {
  return Math.round(value * parts) / parts
}

/** With `-dirty` when files differ from the commit. */
function describeCommit(): string {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty', '--abbrev=12'], { encoding: 'utf8' }).trim()
  } catch {
    return 'unknown'
  }
}
