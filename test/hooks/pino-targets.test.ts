import { once } from 'node:events'
import { fileURLToPath, pathToFileURL } from 'node:url'
import pino from 'pino'
import build from 'pino-abstract-transport'
import { describe, expect, test } from 'vitest'
import { unprotectedTargets } from '../../src/hooks/pino-targets.ts'
import { streamWrite, withoutMetadata } from '../../src/pino.ts'
import { secretOf } from './pino-secrets.ts'

const self = 'file:///app/node_modules/logveil/dist/pino.js'
const ours = { target: '/app/node_modules/logveil/dist/pino.js' }
const other = { target: '/app/node_modules/pino/file.js', options: {} }

describe('targets of a transport', () => {
  test.each([
    ['no worker of pino', null, { raw: 0, all: 0 }],
    ['a target alone', { workerData: { destination: 'a' } }, { raw: 0, all: 0 }],
    ['a pipeline', { workerData: { pipelines: [[ours, other]] } }, { raw: 0, all: 1 }],
    ['by its URL', { workerData: { pipelines: [[{ target: self }, other]] } }, { raw: 0, all: 1 }],
    ['one beside it', { workerData: { targets: [ours, other], pipelines: [] } }, { raw: 1, all: 2 }],
    [
      'two beside a pipeline',
      { workerData: { targets: [other, other], pipelines: [[ours, other]] } },
      { raw: 2, all: 3 }
    ],
    ['all of them', { workerData: { targets: [ours, ours], pipelines: [[ours, other]] } }, { raw: 0, all: 3 }]
  ])('%s', (_, data, expected) => {
    expect(unprotectedTargets(self, data)).toEqual(expected)
  })
})

/** Warnings that come until the next turn. */
async function warnings(act: () => void): Promise<string[]> {
  const seen: string[] = []
  const listen = ({ name, message }: Error) => void (name === 'LogveilWarning' && seen.push(message))
  process.on('warning', listen)
  act()
  await new Promise((resolve) => setImmediate(resolve))
  process.off('warning', listen)
  return seen
}

describe('streams that are handed what is logged', () => {
  const metadata = Symbol.for('pino.metadata')
  const raw = () => ({
    [metadata]: true,
    lastObj: null as unknown,
    lines: [] as string[],
    write(line: string) {
      this.lines.push(line)
    }
  })
  const plain = () => ({
    lines: [] as string[],
    write(line: string) {
      this.lines.push(line)
    }
  })
  const warning = (count: number, all: number) =>
    `${count} of ${all} streams of a pino logger are handed what is logged before it is redacted: pass them through withoutMetadata of logveil/pino`

  test('a warning tells, once', async () => {
    const stream = raw()
    const log = pino({ hooks: { streamWrite: streamWrite() } }, stream)
    expect(await warnings(() => log.child({ a: 1 }).info({ token: secretOf(1) }))).toEqual([warning(1, 1)])
    expect(stream.lastObj).toEqual({ token: secretOf(1) })
    expect(await warnings(() => log.info('again'))).toEqual([])
  })

  test('one of several in a multistream', async () => {
    const log = pino(
      { hooks: { streamWrite: streamWrite() } },
      pino.multistream([{ stream: raw() }, { stream: plain() }])
    )
    expect(await warnings(() => log.info('x'))).toEqual([warning(1, 2)])
  })

  test('a multistream of plain ones is safe', async () => {
    const streams = [plain(), plain()]
    const log = pino({ hooks: { streamWrite: streamWrite() } }, pino.multistream(streams.map((stream) => ({ stream }))))
    expect(await warnings(() => log.info({ token: secretOf(1) }))).toEqual([])
    expect(streams.map(({ lines }) => lines.length)).toEqual([1, 1])
    expect(JSON.stringify(streams)).not.toContain(secretOf(1))
  })

  test('other loggers are no matter', async () => {
    const hook = streamWrite()
    const others = pino({}, raw())
    expect(await warnings(() => others.info('x'))).toEqual([])
    const log = pino({ hooks: { streamWrite: hook } }, plain())
    expect(await warnings(() => log.info('x'))).toEqual([])
  })

  test('withoutMetadata gives them lines only', async () => {
    const received: unknown[] = []
    const stream = build(async (source) => {
      for await (const one of source) received.push(one)
    })
    const log = pino({ hooks: { streamWrite: streamWrite() }, base: null, timestamp: false }, withoutMetadata(stream))
    expect(await warnings(() => log.info({ token: secretOf(1) }, 'x'))).toEqual([])
    expect((stream as unknown as { lastObj: unknown }).lastObj).toEqual({
      level: 30,
      token: '[REDACTED:github-pat-classic]',
      msg: 'x'
    })
    stream.end()
    await once(stream, 'close')
    expect(received).toEqual([{ level: 30, token: '[REDACTED:github-pat-classic]', msg: 'x' }])
  })
})

test('a target beside the transport gets raw lines: a warning of a real worker tells', async () => {
  const target = fileURLToPath(new URL('../../src/pino.ts', import.meta.url))
  const program = `
    import pino from ${JSON.stringify(pathToFileURL(fileURLToPath(import.meta.resolve('pino'))).href)}
    const targets = [{ target: ${JSON.stringify(target)} }, { target: 'pino/file', options: { destination: '/dev/null' } }]
    const log = pino(pino.transport({ targets }))
    log.info({ token: process.argv[1] })
    process.stdin.resume()`
  const { spawn } = await import('node:child_process')
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, secretOf(1)])
  let [out, err] = ['', '']
  child.stdout.on('data', (piece) => (out += piece))
  child.stderr.on('data', (piece) => (err += piece))
  // However long its worker takes to start, it lives until then.
  await expect.poll(() => err).toContain('LogveilWarning')
  child.stdin.end()
  await once(child, 'close')
  expect(JSON.parse(out).token).toBe('[REDACTED:github-pat-classic]')
  expect(err).toContain('LogveilWarning: 1 of 2 targets of a pino transport get lines that are not redacted')
})
