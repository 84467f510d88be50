// Cases of the built command, as processes: throughput, start-up, memory.

import { spawn, spawnSync } from 'node:child_process'
import { appendFileSync, closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Case, median, type Row } from './measure.ts'
import type { Planted, Span } from './plant.ts'
import { type Group, percent, shares } from './stages.ts'
import { replaced } from './verify.ts'

const command = fileURLToPath(new URL('../bin/logveil.mjs', import.meta.url))
const line = '{"level":30,"time":1761998400000,"msg":"service started"}\n'

/** A folder for inputs and outputs, which goes when `use` has ended. */
export async function withFolder<T>(use: (folder: string) => T | Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'logveil-bench-'))
  try {
    return await use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export function commandGroup(folder: string, corpus: string, planted: (share: number) => Planted): Group {
  return {
    cases: shares.map((share) => {
      const name = `cli ${corpus} ${percent(share)}`
      return { name, make: () => commandCase(name, folder, planted(share)) }
    })
  }
}

/** How often the log is repeated, so that start-up weighs little. */
const copies = 4

/** Runs throw unless they end with 0; what they find is counted in one copy, untimed: the command is deterministic. */
function commandCase(name: string, folder: string, planted: Planted): Case {
  const input = join(folder, `${name.replace(/\W+/g, '-')}.log`)
  writeFileSync(input, planted.bytes)
  const mistakes = verifyCommand(input, folder, planted)
  for (let copy = 1; copy < copies; copy++) appendFileSync(input, planted.bytes)
  return {
    name,
    bytes: copies * planted.bytes.length,
    lines: copies * planted.lines,
    planted: copies * planted.secrets.length,
    expected: 0,
    verify: () => mistakes,
    run() {
      runCommand(input, '/dev/null')
      return 0
    }
  }
}

function verifyCommand(input: string, folder: string, { bytes, secrets }: Planted): string[] {
  const output = join(folder, 'output.log')
  const report = join(folder, 'findings.jsonl')
  runCommand(input, output, ['--findings', report])
  const findings: { detector: string; span: Span }[] = readFileSync(report, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((one) => JSON.parse(one))
  const spans = new Set(findings.map(({ span }) => span.join('-')))
  const missed = secrets.filter((span) => !spans.has(span.join('-'))).length
  const mistakes: string[] = []
  if (missed > 0 || findings.length !== secrets.length)
    mistakes.push(`${findings.length} findings, ${secrets.length} expected, ${missed} missed`)
  if (!replaced(bytes, findings).equals(readFileSync(output))) mistakes.push('wrong bytes came out')
  return mistakes
}

/** Throws when the command does not end with 0. Returns what it wrote on standard error. */
function runCommand(input: string, output: string, args: readonly string[] = [], node: readonly string[] = []): string {
  const stdin = openSync(input, 'r')
  const stdout = openSync(output, 'w')
  try {
    const stdio = [stdin, stdout, 'pipe'] as const
    const ended = spawnSync(process.execPath, [...node, command, 'redact', ...args], {
      stdio: [...stdio],
      encoding: 'utf8'
    })
    if (ended.status !== 0) throw new Error(`logveil redact ended with ${ended.status}: ${ended.stderr.slice(0, 500)}`)
    return ended.stderr
  } finally {
    closeSync(stdin)
    closeSync(stdout)
  }
}

/** Milliseconds from starting the command to its end, for a log of one line; the median. */
export function measureEmptyRun(folder: string, rounds = 5): number {
  const input = join(folder, 'line.log')
  writeFileSync(input, line)
  return median(
    Array.from({ length: rounds }, () => {
      const start = performance.now()
      runCommand(input, '/dev/null')
      return performance.now() - start
    })
  )
}

/** The same runs less what starting and ending the process takes; what is wrong with them stands in their own row. */
export function withoutStartUp(row: Row, emptyRunMs: number): Row {
  const samples = row.samples.map((ms) => Math.max(0.001, ms - emptyRunMs))
  return { ...row, name: `${row.name}, without start-up`, samples, ratio: null, mistakes: [] }
}

/** Milliseconds from starting the command to its first line out, while its input stays open; the median. */
export async function measureFirstLine(rounds = 5): Promise<number> {
  const samples: number[] = []
  for (let round = 0; round < rounds; round++) samples.push(await firstLineMs())
  return median(samples)
}

function firstLineMs(): Promise<number> {
  return new Promise((resolve, reject) => {
    const start = performance.now()
    const child = spawn(process.execPath, [command, 'redact'], { stdio: ['pipe', 'pipe', 'inherit'] })
    let ms = Number.NaN
    let out = ''
    child.stdin.write(line)
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk
      if (out.length < line.length) return
      ms = performance.now() - start
      child.stdin.end()
    })
    child.on('error', reject)
    child.on('close', (status) =>
      status === 0 && out === line ? resolve(ms) : reject(new Error(`no line came out, exit status ${status}`))
    )
  })
}

/** Largest resident memory of a run over `copies` of the log, in bytes, as the kernel counts it. */
export function measurePeakRss(folder: string, planted: Planted): number {
  const input = join(folder, 'rss.log')
  for (let copy = 0; copy < copies; copy++) appendFileSync(input, planted.bytes)
  const hook = `data:text/javascript,${encodeURIComponent(tellPeak)}`
  const told = runCommand(input, '/dev/null', [], ['--import', hook])
  const kibibytes = /rss (\d+)/.exec(told)?.[1]
  if (kibibytes === undefined) throw new Error('the command did not tell its memory')
  return Number(kibibytes) * 1024
}

/** Linux counts the parent's memory into a child's `maxRSS`, when it was larger; `VmHWM` begins anew with the program. */
const tellPeak = `import { readFileSync, writeSync } from 'node:fs'
process.on('exit', () => {
  const status = process.platform === 'linux' ? readFileSync('/proc/self/status', 'latin1') : ''
  writeSync(2, 'rss ' + (/VmHWM:\\s+(\\d+)/.exec(status)?.[1] ?? process.resourceUsage().maxRSS))
})`
