import { expect, test } from 'vitest'
import type { Totals } from '../../src/cli/redact-stream.ts'
import { isBalanced, summarize } from '../../src/cli/summary.ts'

const clean: Totals = {
  lines: 31987,
  linesOut: 31987,
  bytesIn: 4460000,
  bytesOut: 4460000,
  findings: 0,
  byDetector: new Map(),
  withheld: { depth: 0, size: 0, effort: 0, error: 0, unknown: 0 },
  dropped: 0
}

test('a clean run', () => {
  expect(summarize(clean, 0.02)).toBe(
    'logveil: 31,987 lines, 4.5 MB in 0.02 s, 223.0 MB/s\n' +
      'logveil: 0 findings\n' +
      'logveil: lines: 31,987 in = 31,987 out + 0 dropped\n'
  )
})

test('findings by number, then by name; withheld by reason', () => {
  const totals: Totals = {
    ...clean,
    lines: 10,
    linesOut: 9,
    bytesIn: 999,
    findings: 1204,
    byDetector: new Map([
      ['toy-b', 2],
      ['toy-c', 1200],
      ['toy-a', 2]
    ]),
    withheld: { depth: 0, size: 1, effort: 0, error: 2, unknown: 0 },
    dropped: 1
  }
  expect(summarize(totals, 0)).toBe(
    'logveil: 10 lines, 999 B in 0.00 s\n' +
      'logveil: 1,204 findings\n' +
      'logveil:   toy-c 1,200\n' +
      'logveil:   toy-a 2\n' +
      'logveil:   toy-b 2\n' +
      'logveil: withheld parts: size 1, error 2\n' +
      'logveil: lines: 10 in = 9 out + 1 dropped\n'
  )
})

test('a line that vanished is seen', () => {
  const totals = { ...clean, linesOut: 31986 }
  expect(isBalanced(totals)).toBe(false)
  expect(summarize(totals, 1)).toContain('logveil: lines: 31,987 in IS NOT 31,986 out + 0 dropped\n')
  expect(isBalanced({ ...totals, dropped: 1 })).toBe(true)
  expect(isBalanced({ ...totals, linesOut: null })).toBe(true)
})
