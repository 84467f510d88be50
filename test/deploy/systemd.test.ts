// The unit, as systemd reads it where it is there; nothing of it runs here.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { temporaryDirectory } from '../cli/spawn.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const text = readFileSync(join(root, 'deploy/systemd/logveil.service'), 'utf8')
const directory = temporaryDirectory()
const missing =
  spawnSync('systemd-analyze', ['--version']).status === 0 ? '' : 'no systemd-analyze: it is a part of systemd'

/** With a program that is there. */
function placed(unit: string): string {
  const path = directory.path('unit/logveil.service')
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, unit.replace('ExecStart=logveil', `ExecStart=${process.execPath}`))
  return path
}

function analyze(...args: string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync('systemd-analyze', args, { encoding: 'utf8' })
  return { status, output: `${stdout}${stderr}` }
}

afterAll(() => directory.remove())

describe('as systemd reads it', () => {
  beforeEach((context) => {
    if (missing !== '') context.skip(missing)
  })

  test('it is one, without mistakes', () => {
    expect(analyze('verify', placed(text))).toEqual({ status: 0, output: '' })
    expect(analyze('verify', placed(text.replace('ProtectHome', 'ProtectHouse'))).output).toContain('ProtectHouse')
  })

  test('what it may do is rated below 2 of 10', () => {
    const { output } = analyze('security', '--offline=true', '--no-pager', placed(text))
    const [, exposure] = /exposure level for logveil\.service: ([\d.]+)/.exec(output) ?? []
    expect(Number(exposure)).toBeLessThan(2)
  })
})

test('it has more time to end than what is under way, and its state where the configuration beside it has it', () => {
  expect(Number(/^TimeoutStopSec=(\d+)$/m.exec(text)?.[1])).toBeGreaterThan(25)
  expect(text).toMatch(/^StateDirectory=logveil$/m)
  const config = readFileSync(join(root, 'deploy/systemd/logveil.yaml'), 'utf8')
  expect([...config.matchAll(/irectory: ([^ ]+) /g)].map(([, path]) => path)).toEqual([
    '/var/lib/logveil/queue',
    '/var/lib/logveil/positions'
  ])
})
