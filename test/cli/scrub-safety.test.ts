/** Whatever happens to a run, and at whatever moment: the old file or the new one, and no secret in what is beside it. */
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { createSearch } from '../canary-search.ts'
import type { Fault } from './fs-faults.ts'
import { keyOf, type Project, passwordOf, useProjects } from './scan-project.ts'
import { main, start } from './spawn.ts'

const project = useProjects()

const secret = passwordOf(1)
const key = keyOf(6, 2)
const secretsIn = createSearch({ password: secret, key: key.split('\n')[2] })
const old = `password=${secret}\n${key}\n`
const scrubbed = `password=[REDACTED:generic-password]\n${'[REDACTED:private-key-pem]\n'.repeat(7)}${key.split('\n').at(-1)}\n`

const faults = fileURLToPath(new URL('./fs-faults.ts', import.meta.url))

function scrubWith(files: Project, paths: readonly string[], fault: Fault | null, list = '') {
  const env = {
    NODE_OPTIONS: `--import ${faults}`,
    FAULT: fault === null ? '' : JSON.stringify(fault),
    FAULT_LIST: list
  }
  return files.logveil(['scrub', '--no-summary', '--write', ...paths], { env })
}

const namesIn = ({ path }: Project, folder: string): string[] => readdirSync(path(folder)).sort()
const read = ({ path }: Project, name: string): string => readFileSync(path(name), 'latin1')

describe('kill -9', () => {
  test('at every step', { timeout: 180_000 }, async () => {
    const files = project()
    files.write('0/a.log', old)
    await scrubWith(files, ['0'], null, files.path('steps'))
    const steps = read(files, 'steps').split('\n')
    expect([read(files, '0/a.log'), steps[0]]).toEqual([scrubbed, 'before openSync'])
    const renamed = steps.indexOf('after renameSync') + 1
    const closed = steps.lastIndexOf('after closeSync') + 1
    expect(renamed).toBeGreaterThan(10)

    const outcomes: (number | null)[] = []
    const killAt = async (at: number): Promise<void> => {
      files.write(`${at}/a.log`, old)
      const { status } = await scrubWith(files, [`${at}`], { at, what: 'kill' })
      outcomes.push(status)
      expect(read(files, `${at}/a.log`)).toBe(at < renamed ? old : scrubbed)
      const strays = namesIn(files, `${at}`).filter((name) => name !== 'a.log')
      expect(strays.length).toBe(at > 1 && at < renamed ? 1 : 0)
      for (const name of strays) expect(secretsIn(read(files, `${at}/${name}`))).toEqual([])
    }
    const all = Array.from({ length: closed }, (_, i) => i + 1)
    for (let i = 0; i < all.length; i += 3) await Promise.all(all.slice(i, i + 3).map(killAt))
    expect(outcomes).toEqual(all.map(() => null))

    const next = await scrubWith(files, all.map(String), null)
    expect([next.status, next.stderr]).toEqual([0, ''])
    for (const at of all) expect([namesIn(files, `${at}`), read(files, `${at}/a.log`)]).toEqual([['a.log'], scrubbed])
  })

  test('at random, in the midst of large files', async () => {
    const files = project()
    const filler = '2026-11-25 12:00:00 INFO nothing of interest\n'.repeat(40_000)
    const text = `${old}${filler}${old}${filler}${old}`
    const expected = `${scrubbed}${filler}${scrubbed}${filler}${scrubbed}`
    mkdirSync(files.path('logs'))
    writeFileSync(files.path('whole.gz'), gzipSync(text, { level: 1 }))
    const names = ['a.log', 'b.gz', 'c.log', 'd.gz', 'e.log', 'f.gz']
    const contentOf = (name: string): string => {
      const bytes = readFileSync(files.path(`logs/${name}`))
      return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1')
    }
    let killed = 0
    for (let round = 0; round < 6; round++) {
      for (const name of names) {
        if (name.endsWith('.gz')) cpSync(files.path('whole.gz'), files.path(`logs/${name}`))
        else writeFileSync(files.path(`logs/${name}`), text)
      }
      const running = start(process.execPath, [main, 'scrub', '--no-summary', '--write', files.path('logs')])
      // From when it is at work.
      while (running.stdout() === '' && namesIn(files, 'logs').length === names.length) await wait(2)
      await wait((round * 37) % 200)
      running.child.kill('SIGKILL')
      const { status } = await running.ended
      killed += status === null ? 1 : 0
      for (const name of names) expect([text, expected]).toContain(contentOf(name))
      for (const name of namesIn(files, 'logs').filter((one) => !names.includes(one)))
        expect(secretsIn(read(files, `logs/${name}`).slice(0, 100_000))).toEqual([])
      const again = await files.logveil(['scrub', '--no-summary', '--write', 'logs'])
      expect([again.status, again.stderr, namesIn(files, 'logs')]).toEqual([0, '', names])
      for (const name of names) expect(contentOf(name) === expected).toBe(true)
    }
    expect(killed).toBeGreaterThan(0)
  })
})

describe.concurrent('what goes wrong leaves the old file, and nothing beside it', () => {
  const appended = { what: 'append', file: 'a.log' }
  const changed = 'logveil: a.log is left as it is: somebody changed it while it was read; rotate it first\n'
  test.each<[string, Fault, string]>([
    [
      'a full disk',
      { at: 'write', what: 'ENOSPC' },
      'logveil: cannot write what becomes a.log: no space left on device\n'
    ],
    ['no sync', { at: 'fsyncSync', what: 'ENOSPC' }, 'logveil: cannot scrub a.log: no space left on device\n'],
    ['no rename', { at: 'renameSync', what: 'ENOSPC' }, 'logveil: cannot scrub a.log: no space left on device\n'],
    ['a line while it is written', { at: 'write', ...appended }, changed],
    ['a line before the last look', { at: 'lstatSync', ...appended }, changed]
  ])('%s', async (_, fault, message) => {
    const files = project()
    files.write('a.log', old)
    files.write('b.log', old)
    expect(await scrubWith(files, ['a.log', 'b.log'], fault)).toEqual({
      status: 2,
      stdout:
        'left a.log: generic-password 1, private-key-pem 7\nscrubbed b.log: generic-password 1, private-key-pem 7\n',
      stderr: message
    })
    expect(read(files, 'a.log')).toBe(fault.what === 'append' ? `${old}a late line\n` : old)
    expect([read(files, 'b.log'), namesIn(files, '.')]).toEqual([scrubbed, ['a.log', 'b.log']])
  })

  test('a line in the moment of the change is told', async () => {
    const files = project()
    files.write('a.log', old)
    expect(await scrubWith(files, ['a.log'], { at: 'renameSync', what: 'append', file: 'a.log' })).toEqual({
      status: 2,
      stdout: 'scrubbed a.log: generic-password 1, private-key-pem 7\n',
      stderr:
        'logveil: a.log was scrubbed, but somebody wrote to the old file in the moment in which it was replaced, and that is lost\n'
    })
    expect(read(files, 'a.log')).toBe(scrubbed)
  })

  test('a folder that cannot be synced is told', async () => {
    const files = project()
    files.write('a.log', old)
    const { status, stderr } = await scrubWith(files, ['a.log'], { at: 'open of the folder', what: 'ENOSPC' })
    expect([status, stderr, read(files, 'a.log')]).toEqual([
      2,
      'logveil: a.log was scrubbed, but its folder could not be synced, so that a crash may bring the old file back: ' +
        'no space left on device\n',
      scrubbed
    ])
  })

  test('a file that grows all the time', async () => {
    const files = project()
    const before = old + 'x\n'.repeat(4_000_000)
    files.write('a.log', before)
    // In a thread of its own, which no other test holds up. Opened and closed each time: no process is seen with it.
    const appends = `
      const { appendFileSync } = require('node:fs')
      const clock = new Int32Array(new SharedArrayBuffer(4))
      for (;; Atomics.wait(clock, 0, 0, 1)) appendFileSync(require('node:worker_threads').workerData, 'more\\n')`
    const appender = new Worker(appends, { eval: true, workerData: files.path('a.log') })
    await expect.poll(() => statSync(files.path('a.log')).size).toBeGreaterThan(before.length)
    const ended = await files.logveil(['scrub', '--no-summary', '--write', 'a.log'])
    await appender.terminate()
    expect(ended).toEqual({
      status: 2,
      stdout: 'left a.log: generic-password 1, private-key-pem 7\n',
      stderr: changed
    })
    expect(read(files, 'a.log').startsWith(`${old}x\n`)).toBe(true)
    expect(namesIn(files, '.')).toEqual(['a.log'])
  })

  test('two runs at once', async () => {
    const files = project()
    const names = Array.from({ length: 20 }, (_, i) => `${i + 10}.log`)
    for (const name of names) files.write(`logs/${name}`, old + 'x\n'.repeat(200_000))
    const run = () => files.logveil(['scrub', '--no-summary', '--write', 'logs'])
    const both = await Promise.all([run(), run()])
    // Who comes second says so (the file has just been changed, or the other still has its new one open), or finds nothing left to do.
    const isLeft = (line: string) =>
      line.endsWith(changed.trimEnd().slice('logveil: a.log'.length)) || line.includes(' has it open for writing: ')
    for (const { status, stderr } of both) {
      expect(stderr.split('\n').filter((line) => !isLeft(line))).toEqual([''])
      expect(status).toBe(stderr === '' ? 0 : 2)
    }
    expect(namesIn(files, 'logs')).toEqual(names)
    for (const name of names) expect(read(files, `logs/${name}`) === scrubbed + 'x\n'.repeat(200_000)).toBe(true)
  })

  test('SIGTERM between two pieces', async () => {
    const files = project()
    files.write('a.log', old)
    files.write('b.log', old + 'x\n'.repeat(30_000_000))
    const running = start(process.execPath, [
      main,
      'scrub',
      '--no-summary',
      '--write',
      files.path('a.log'),
      files.path('b.log')
    ])
    await running.outputIs(`scrubbed ${files.path('a.log')}: generic-password 1, private-key-pem 7\n`)
    running.child.kill('SIGTERM')
    const { status, stderr } = await running.ended
    expect([status, stderr]).toEqual([2, 'logveil: stopped after 1 of 2 files\n'])
    expect(read(files, 'b.log').startsWith(old)).toBe(true)
    expect(namesIn(files, '.')).toEqual(['a.log', 'b.log'])
  })
})
