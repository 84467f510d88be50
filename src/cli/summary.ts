import { withheldReasons } from '../model.ts'
import type { Totals } from './redact-stream.ts'

/** What a run did, for people: a few lines of text, without any of the input. */
export function summarize(totals: Totals, seconds: number): string {
  const rate = seconds > 0 ? `, ${size(totals.bytesIn / seconds)}/s` : ''
  const rows = [
    `${many(totals.lines, 'line')}, ${size(totals.bytesIn)} in ${seconds.toFixed(2)} s${rate}`,
    findings(totals),
    ...withheld(totals),
    balance(totals)
  ]
  return rows.map((row) => `logveil: ${row}\n`).join('')
}

/** Whether no line vanished and none was added. True as well when the output was not counted. */
export function isBalanced({ lines, linesOut, dropped }: Totals): boolean {
  return linesOut === null || lines === linesOut + dropped
}

function findings({ findings, byDetector }: Totals): string {
  const parts = [...byDetector]
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .map(([id, count]) => `  ${id} ${grouped(count)}`)
  return [many(findings, 'finding'), ...parts].join('\nlogveil: ')
}

function withheld({ withheld }: Totals): string[] {
  const reasons = withheldReasons.filter((reason) => withheld[reason] > 0)
  return reasons.length === 0
    ? []
    : [`withheld parts: ${reasons.map((reason) => `${reason} ${grouped(withheld[reason])}`).join(', ')}`]
}

function balance(totals: Totals): string {
  const { lines, linesOut, dropped } = totals
  return `lines: ${grouped(lines)} in ${isBalanced(totals) ? '=' : 'IS NOT'} ${grouped(linesOut ?? 0)} out + ${grouped(dropped)} dropped`
}

export function many(count: number, word: string): string {
  return `${grouped(count)} ${word}${count === 1 ? '' : 's'}`
}

function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',')
}

const units = ['B', 'kB', 'MB', 'GB', 'TB']

export function size(bytes: number): string {
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)))
  return `${(bytes / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`
}
