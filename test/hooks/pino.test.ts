/** Real programs that log with pino and end in every way: every line is there, in order, and no secret anywhere. */
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { type Ended, start, temporaryDirectory } from '../cli/spawn.ts'
import { secretOf } from './pino-secrets.ts'

const program = fileURLToPath(new URL('./pino-program.ts', import.meta.url))
const directory = temporaryDirectory()
afterAll(directory.remove)

/** Which lines of the program came through, and how many were redacted. */
interface Log {
  readonly numbers: number[]
  readonly redacted: number
}

function begin(setup: string, end: string, count: number, file: string) {
  return start(process.execPath, [program, setup, end, String(count), file])
}

/** Throws for a line that is no JSON, and for a secret. */
function logOf(text: string, count: number): Log {
  for (let i = 0; i < count; i += 10) if (text.includes(secretOf(i))) throw new Error(`secret ${i} is in the output`)
  const lines = text.split('\n')
  expect(lines.pop()).toBe('')
  const numbers = lines.map((line) => JSON.parse(line).i)
  return { numbers, redacted: lines.filter((line) => line.includes('[REDACTED:github-pat-classic]')).length }
}

function all(count: number): Log {
  return { numbers: Array.from({ length: count }, (_, i) => i), redacted: count / 10 }
}

let files = 0

async function run(setup: string, end: string, count: number): Promise<{ ended: Ended; log: Log }> {
  const file = directory.path(`${files++}.log`)
  const { child, ended } = begin(setup, end, count, file)
  if (end === 'terminated' || end === 'killed by SIGTERM') {
    await once(child.stdout, 'data')
    child.kill('SIGTERM')
  }
  const result = await ended
  logOf(result.stdout.startsWith('{') ? result.stdout : '', count)
  return { ended: result, log: logOf(readFileSync(file, 'utf8'), count) }
}

const count = 2000

describe('every line, in order, without its secret', () => {
  const ends: [end: string, status: number | null][] = [
    ['normal', 0],
    ['exit', 3],
    ['crash', 1]
  ]
  const setups = ['hook', 'hook, buffered', 'hook, transport', 'transport', 'transport, pipeline']
  test.concurrent.each(setups.flatMap((setup) => ends.map(([end, status]) => [setup, end, status] as const)))(
    '%s: %s',
    async (setup, end, status) => {
      const { ended, log } = await run(setup, end, count)
      // What pino still writes on its own when the process ends may come behind what it writes at the end.
      if (setup === 'hook, buffered') log.numbers.sort((a, b) => a - b)
      expect([ended.status, log]).toEqual([status, all(count)])
      expect(ended.stderr.includes('Error: crash')).toBe(end === 'crash')
    }
  )

  test.concurrent('hook, multistream', async () => {
    const { ended, log } = await run('hook, multistream', 'normal', count)
    expect([ended.status, ended.stderr, log]).toEqual([0, '', all(count)])
    expect(logOf(ended.stdout, count)).toEqual(all(count))
  })

  test.concurrent.each(['hook', 'transport'])('%s: SIGTERM that the program handles', async (setup) => {
    const { ended, log } = await run(setup, 'terminated', count)
    expect([ended.status, log]).toEqual([143, all(count)])
  })

  test.concurrent('hook: SIGTERM that it does not', async () => {
    const { ended, log } = await run('hook', 'killed by SIGTERM', count)
    expect([ended.status, log]).toEqual([null, all(count)])
  })

  test.concurrent.each(['hook, standard output', 'transport, standard output'])('%s', async (setup) => {
    const { child, ended } = begin(setup, 'normal', count, '')
    child.stdin.end()
    const { status, stdout, stderr } = await ended
    expect([status, stderr, logOf(Buffer.from(stdout, 'latin1').toString(), count)]).toEqual([0, '', all(count)])
  })
})

describe('whoever reads', () => {
  test.each(['pino/file', fileURLToPath(new URL('../../src/pino.ts', import.meta.url))])(
    'a disk that is full: the transport tells, and the program goes on: %s',
    async (target) => {
      const text = `
      import pino from 'pino'
      const transport = pino.transport({ target: ${JSON.stringify(target)}, options: { destination: '/dev/full' } })
      const log = pino(transport)
      const writing = setInterval(() => log.info('x'), 20)
      transport.once('error', ({ message }) => {
        clearInterval(writing)
        transport.on('error', () => {})
        console.log(message)
      })`
      const { stdout, status } = await start(process.execPath, ['--input-type=module', '-e', text]).ended
      expect([status, stdout]).toEqual([0, 'ENOSPC: no space left on device, write\n'])
    }
  )

  test.each(['hook', 'transport', 'transport, pipeline'])('slowly gets every line: %s', async (setup) => {
    const many = 20_000
    const pipe = directory.path(`${files++}.pipe`)
    spawnSync('mkfifo', [pipe])
    const { ended } = begin(setup, 'normal', many, pipe)
    let text = ''
    for await (const piece of createReadStream(pipe, { highWaterMark: 65536 })) {
      text += piece
      await sleep(3)
    }
    expect([(await ended).status, logOf(text, many)]).toEqual([0, all(many)])
  })

  test.each(['hook, standard output', 'transport, standard output'])('goes away ends nothing: %s', async (setup) => {
    const { child, ended } = begin(setup, 'normal', 20_000, '')
    await once(child.stdout, 'data')
    child.stdout.destroy()
    const { status, stdout, stderr } = await ended
    const whole = stdout.slice(0, stdout.lastIndexOf('\n') + 1)
    const { numbers } = logOf(Buffer.from(whole, 'latin1').toString(), 20_000)
    expect([status, stderr, numbers]).toEqual([0, '', numbers.map((_, i) => i)])
  })
})
