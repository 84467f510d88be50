// What the figures are to be seen against: every pattern over every line, and the least that can be done with lines.

import RE2 from 're2'
import { bundledDetectors } from '../src/index.ts'
import type { Case } from './measure.ts'
import type { Group } from './stages.ts'

export function peerGroup(corpus: string, sample: () => Buffer): Group {
  const patterns = bundledDetectors.filter(({ pattern }) => pattern !== '').length
  const copy = `peer: copy ${corpus} line by line`
  const naive = `peer: ${patterns} RE2 patterns over every line of ${corpus}`
  return {
    cases: [
      { name: copy, make: () => copyCase(copy, sample()) },
      { name: naive, make: () => naiveCase(naive, sample()) }
    ]
  }
}

function copyCase(name: string, log: Buffer): Case {
  const out = Buffer.alloc(log.length)
  const lines = eachLine(log, () => 0).lines
  return {
    ...{ name, bytes: log.length, lines, planted: 0, expected: 0 },
    verify() {
      run()
      return out.equals(log) ? [] : ['wrong bytes came out']
    },
    run
  }
  function run(): number {
    let at = 0
    return eachLine(log, (line) => {
      at += line.copy(out, at)
      return 0
    }).found
  }
}

/** Without keywords, key names, boundaries and checks its patterns find other things; only that it always finds the same is checked. */
function naiveCase(name: string, log: Buffer): Case {
  const patterns = bundledDetectors
    .filter(({ pattern }) => pattern !== '')
    .map(({ pattern, caseInsensitive }) => new RE2(pattern, caseInsensitive ? 'i' : ''))
  const countMatches = (line: Buffer) => patterns.reduce((found, pattern) => found + (pattern.test(line) ? 1 : 0), 0)
  const { found, lines } = eachLine(log, countMatches)
  const run = () => eachLine(log, countMatches).found
  return { name, bytes: log.length, lines, planted: 0, expected: found, verify: () => [], run }
}

function eachLine(log: Buffer, visit: (line: Buffer) => number): { found: number; lines: number } {
  let found = 0
  let lines = 0
  for (let at = 0; at < log.length; lines++) {
    const end = log.indexOf(0x0a, at) + 1 || log.length
    found += visit(log.subarray(at, end))
    at = end
  }
  return { found, lines }
}
