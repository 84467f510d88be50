// What `logveil exec` adds to the way of a line: a program writes the time into every line, we look when it arrives.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { styleText } from 'node:util'

const command = fileURLToPath(new URL('../bin/logveil.mjs', import.meta.url))
const program = fileURLToPath(new URL('./exec-program.ts', import.meta.url))
const secret = ['maple', 'syrup', '4711'].join('-')
const placeholder = '[REDACTED:environment:BENCH_PASSWORD]'

/** Milliseconds from writing a line to reading it. */
export interface Latency {
  readonly p50: number
  readonly p99: number
  readonly max: number
}

export interface ExecFigures {
  readonly lines: number
  /** Without us between: a pipe. */
  readonly bare: Latency
  readonly exec: Latency
  /** What a line waits longer with us, by percentile. */
  readonly added: Latency
  readonly mistakes: readonly string[]
}

/** Both take turns, so that a noisy moment of the machine falls on both. One line in ten holds a secret, every other one is JSON. */
export async function measureExec(lines: number, rounds = 3): Promise<ExecFigures> {
  const bare: number[] = []
  const exec: number[] = []
  const mistakes: string[] = []
  for (let round = 0; round < rounds; round++) {
    bare.push(...(await latencies([program, String(lines)], secret, mistakes)))
    const wrapped = [command, 'exec', '--', process.execPath, program, String(lines)]
    exec.push(...(await latencies(wrapped, placeholder, mistakes)))
  }
  const [without, withUs] = [latencyOf(bare), latencyOf(exec)]
  const added = {
    p50: withUs.p50 - without.p50,
    p99: withUs.p99 - without.p99,
    max: withUs.max - without.max
  }
  const missing = 2 * lines * rounds - bare.length - exec.length
  if (missing !== 0) mistakes.push(`${missing} lines are missing`)
  return { lines: exec.length, bare: without, exec: withUs, added, mistakes: [...new Set(mistakes)] }
}

async function latencies(args: readonly string[], expected: string, mistakes: string[]): Promise<number[]> {
  const env = { ...process.env, BENCH_PASSWORD: secret }
  const child = spawn(process.execPath, [...args], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const found: number[] = []
  let rest = ''
  child.stdout.on('data', (chunk: Buffer) => {
    const now = performance.timeOrigin + performance.now()
    const complete = (rest + chunk.toString('latin1')).split('\n')
    rest = complete.pop() ?? ''
    for (const line of complete) found.push(now - timeIn(line, found.length, expected, mistakes))
  })
  const [status] = await once(child, 'close')
  if (status !== 0) mistakes.push(`the command ended with ${status}`)
  return found
}

function timeIn(line: string, index: number, expected: string, mistakes: string[]): number {
  const [, number, time] = /"?n"?[=:](\d+),? "?t"?[=:]([\d.]+)/.exec(line) ?? []
  if (Number(number) !== index) mistakes.push('a line is out of order, or changed')
  if (line.includes('dsn') && !line.includes(`app:${expected}@`)) mistakes.push('a secret is not what it should be')
  return Number(time)
}

function latencyOf(samples: readonly number[]): Latency {
  const sorted = [...samples].sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
  return { p50: at(0.5), p99: at(0.99), max: at(1) }
}

export function printExec({ lines, bare, exec, added, mistakes }: ExecFigures): void {
  const told = ({ p50, p99, max }: Latency) => `p50 ${p50.toFixed(2)}, p99 ${p99.toFixed(2)}, max ${max.toFixed(2)} ms`
  console.log(`exec: ${lines} lines; a pipe ${told(bare)}; with us ${told(exec)}; added ${told(added)}`)
  for (const mistake of mistakes) console.log(styleText('red', `  WRONG exec: ${mistake}`))
}
