import type { JudgedLeak, ScanReport } from './scan-report.ts'

/** A line for every new leak, as compilers write it, so that editors and CI make links of it. */
export function createTextReport(): ScanReport {
  return {
    begin: () => '',
    file: (name, leaks) =>
      leaks
        .filter(({ status }) => status === 'new')
        .map((leak) => `${printable(name === '-' ? 'standard input' : name)}${textOf(leak)}\n`)
        .join(''),
    end: () => ''
  }
}

function textOf({ line, column, severity, detector, confidence, snippet, allowance }: JudgedLeak): string {
  const remark = allowance === '' ? ' (its allow comment gives no reason)' : ''
  return `:${line}:${column}: ${severity} ${detector} (${confidence})${remark}: ${printable(snippet.trim())}`
}

/** Nothing that a terminal would take for a command, or that turns text around. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, (control) =>
    control === '\t' ? ' ' : `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`
  )
}
