import { withheldReasons } from '../model.ts'
import type { Totals } from './redact-stream.ts'
import type { ScanError, ScanTotals } from './scan-report.ts'
import { passedOver } from './scan-summary.ts'
import { printable } from './scan-text.ts'
import type { ScrubbedFile } from './scrub-file.ts'
import { many, size } from './summary.ts'

export interface ScrubTotals {
  /** Files that were read. */
  files: number
  /** Of them: those with something to take out, and those where that was done. */
  due: number
  scrubbed: number
  findings: number
  bytes: number
  readonly passed: ScanTotals['passed']
  readonly errors: ScanError[]
  readonly warnings: ScanError[]
  seconds: number
}

/** A report as it grows: each call returns what comes next of it. Files in which nothing was found are left out. */
export interface ScrubReport {
  begin(): string
  file(scrubbed: ScrubbedFile): string
  end(totals: ScrubTotals): string
}

export function createScrubReport(format: 'text' | 'json', version: string, write: boolean): ScrubReport {
  return format === 'json' ? createJson(version, write) : createText(write)
}

function createText(write: boolean): ScrubReport {
  return {
    begin: () => '',
    file({ name, outcome, totals, problem }) {
      if (totals === null || outcome === 'clean') return ''
      const did =
        outcome === 'scrubbed' ? 'scrubbed' : write ? 'left' : problem === null ? 'would scrub' : 'would leave'
      return `${did} ${printable(name)}: ${partsOf(totals)}\n`
    },
    end: () => ''
  }
}

function partsOf({ byDetector, withheld }: Totals): string {
  const reasons = withheldReasons.filter((reason) => withheld[reason] > 0)
  const parts = [
    ...[...byDetector].map(([detector, count]) => `${detector} ${count}`),
    ...reasons.map((reason) => `withheld for ${reason} ${withheld[reason]}`)
  ]
  return parts.join(', ')
}

function createJson(version: string, write: boolean): ScrubReport {
  let separator = '\n'
  return {
    begin: () => `{"logveil":${JSON.stringify(version)},"written":${write},"files":[`,
    file({ name, outcome, totals, bytes, bytesAfter }) {
      if (totals === null || outcome === 'clean') return ''
      const { lines, byDetector, withheld, dropped } = totals
      const findings = Object.fromEntries(byDetector)
      const row = { file: name, outcome, findings, withheld, dropped, lines, bytes, bytesAfter }
      const text = `${separator}${JSON.stringify(row)}`
      separator = ',\n'
      return text
    },
    end: ({ errors, warnings, ...summary }) =>
      `\n],\n"errors":${JSON.stringify(errors)},\n"warnings":${JSON.stringify(warnings)},\n"summary":${JSON.stringify(summary)}}\n`
  }
}

/** 0: nothing is left to do. 1: a dry run found something. 2: something could not be read or scrubbed. */
export function scrubStatus({ errors, due, scrubbed }: ScrubTotals): 0 | 1 | 2 {
  if (errors.length > 0) return 2
  return due > scrubbed ? 1 : 0
}

/** What a run did, for people. */
export function summarizeScrub(totals: ScrubTotals, write: boolean): string {
  const { files, due, scrubbed, findings, bytes, passed, errors, seconds } = totals
  const rows = [
    write ? `${scrubbed} of ${many(due, 'file')} with findings scrubbed` : `${many(due, 'file')} to scrub`,
    `${many(findings, 'finding')} in ${many(files, 'file')}, ${size(bytes)} in ${seconds.toFixed(2)} s`,
    ...passedOver(passed),
    ...(errors.length > 0 ? [`NOT DONE, or not all of it: ${many(errors.length, 'place')}, see above`] : []),
    ...(due > 0 ? [write ? afterwards : 'nothing was changed: --write does it'] : [])
  ]
  return rows.map((row) => `logveil: ${row}\n`).join('')
}

const afterwards = 'rotate what was found: it was readable until now, and backups, snapshots and copies still have it'
