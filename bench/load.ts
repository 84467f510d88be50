// What logveil/pino takes to load, and its first lines, on every line of Node that is there (`npm run nodes` fetches the others).

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { median } from './measure.ts'

const fetched = fileURLToPath(new URL('../node_modules/.cache/logveil/nodes/node_modules/', import.meta.url))
const stages = ['import', 'streamWrite()', 'first line', 'first secret', 'next secret'] as const
type Stage = (typeof stages)[number]

/** Milliseconds, of which Node itself is no part. */
export interface LoadFigures {
  readonly node: string
  readonly stages: Readonly<Record<Stage, { readonly median: number; readonly worst: number }>>
}

/** `entry`: URL of the built entry. */
export function measureLoad(entry: string, rounds: number, mistakes: Set<string>): LoadFigures[] {
  const nodes = [process.execPath, `${fetched}node-22/bin/node`, `${fetched}node-26/bin/node`].filter(existsSync)
  return nodes.map((node) => {
    const samples = Array.from({ length: rounds }, () => lived(node, entry, mistakes))
    const told = stages.map((stage, i) => {
      const all = samples.map(({ ms }) => ms[i])
      return [stage, { median: median(all), worst: Math.max(...all) }]
    })
    return { node: samples[0].version, stages: Object.fromEntries(told) }
  })
}

function lived(node: string, entry: string, mistakes: Set<string>): { version: string; ms: number[] } {
  const args = ['--input-type=module', '-e', program(entry)]
  const { stdout, stderr } = spawnSync(node, args, { encoding: 'utf8' })
  const [version, leaks, ...times] = stdout.trim().split(' ')
  if (stderr !== '' || leaks !== 'false') mistakes.add('loading says something, fails or leaks')
  return { version, ms: times.map(Number) }
}

function program(entry: string): string {
  return `
    const times = [performance.now()]
    const { streamWrite } = await import('${entry}')
    times.push(performance.now())
    const hook = streamWrite()
    times.push(performance.now())
    hook('{"level":30,"time":1,"msg":"request completed","url":"/users/1"}\\n')
    times.push(performance.now())
    const first = hook('{"level":30,"time":1,"msg":"m","password":"Maple-7-syrup!"}\\n')
    times.push(performance.now())
    hook('{"level":30,"time":1,"msg":"m","password":"Maple-8-syrup!"}\\n')
    times.push(performance.now())
    const ms = times.slice(1).map((time, i) => (time - times[i]).toFixed(3))
    console.log(process.version, first.includes('Maple'), ...ms)`
}

export function printLoad(figures: readonly LoadFigures[]): void {
  for (const { node, stages: told } of figures) {
    const texts = Object.entries(told).map(
      ([stage, { median, worst }]) => `${stage} ${median.toFixed(1)} (worst ${worst.toFixed(1)})`
    )
    console.log(`pino on Node ${node}, ms beyond Node itself: ${texts.join('; ')}`)
  }
}
