import type { Detector } from '../model.ts'
import type { Leak } from './scan-leak.ts'

/** `known`: in the baseline. `allowed`: by a comment with a reason. Only new ones make a scan fail. */
export interface JudgedLeak extends Leak {
  readonly status: 'new' | 'known' | 'allowed'
}

export interface ScanError {
  /** The file it is about; null: none. */
  readonly file: string | null
  readonly message: string
}

export interface ScanTotals {
  /** Scanned, as far as they could be read. */
  files: number
  bytes: number
  readonly leaks: Record<JudgedLeak['status'], number>
  /** New ones that no report lists: of files with very many. */
  unlisted: number
  /** What was passed over: binary files, links, pipes and the like. */
  readonly passed: { binary: number; links: number; special: number }
  readonly errors: ScanError[]
  seconds: number
}

/** A report as it grows: each call returns what comes next of it. */
export interface ScanReport {
  begin(): string
  file(name: string, leaks: readonly JudgedLeak[]): string
  end(totals: ScanTotals): string
}

export interface ReportOptions {
  readonly version: string
  readonly detectors: ReadonlyMap<string, Detector>
  /** Whether leaks were compared with a baseline. */
  readonly hasBaseline: boolean
}

/** 0: nothing new. 1: something new. 2: something could not be scanned. */
export function statusOf({ errors, leaks }: ScanTotals): 0 | 1 | 2 {
  if (errors.length > 0) return 2
  return leaks.new > 0 ? 1 : 0
}
