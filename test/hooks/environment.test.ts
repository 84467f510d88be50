// The option `environment` of every entry that lives in applications: secrets of the environment, as `logveil exec` takes them.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { PassThrough } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { redactStream } from '../../src/bunyan.ts'
import { captureConsole } from '../../src/console.ts'
import { type InProcessOptions, openInProcess } from '../../src/in-process.ts'
import { RedactingLogRecordProcessor } from '../../src/otel.ts'
import transport, { streamWrite } from '../../src/pino.ts'
import { redact } from '../../src/winston.ts'
import { temporaryDirectory } from '../cli/spawn.ts'

const directory = temporaryDirectory()
afterAll(directory.remove)

/** Such as no detector finds in prose. */
const password = ['maple', 'syrup', 'lane'].join(' ')
const color = ['crim', 'son'].join('')
const names = { SHOP_PASSWORD: password, SHOP_COLOUR: color }
beforeEach(() => void Object.assign(process.env, names))
afterEach(() => {
  for (const name of Object.keys(names)) delete process.env[name]
})

const placeholder = (name: string) => `[REDACTED:environment:${name}]`

function redacted(text: string, options: InProcessOptions): string {
  return Buffer.from(openInProcess('test', options).redact(Buffer.from(text)).payload).toString()
}

test.each<[string, InProcessOptions, string]>([
  ['none unless asked for', {}, `likes ${password} and ${color}`],
  ['false', { environment: false }, `likes ${password} and ${color}`],
  ['all whose names say so', { environment: true }, `likes ${placeholder('SHOP_PASSWORD')} and ${color}`],
  [
    'those that are named, and no others',
    { environment: ['SHOP_COLOUR', 'NOT_SET'] },
    `likes ${password} and ${placeholder('SHOP_COLOUR')}`
  ],
  [
    'what the application named itself keeps its name',
    { environment: true, known: [{ id: 'shop:door', value: password }] },
    `likes [REDACTED:shop:door] and ${color}`
  ]
])('%s', (_, options, expected) => {
  expect(redacted(`likes ${password} and ${color}`, options)).toBe(expected)
})

test('a variable that would be redacted everywhere is refused, without its value', () => {
  process.env.SHOP_COLOUR = 'xy'
  expect(() => openInProcess('test', { environment: ['SHOP_COLOUR'] })).toThrow(
    'SHOP_COLOUR has 2 bytes: it would be redacted everywhere; leave it out'
  )
})

const options: InProcessOptions = { environment: true }
const said = `likes ${placeholder('SHOP_PASSWORD')}`

test('pino: streamWrite', () => {
  expect(streamWrite(options)(`{"msg":"likes ${password}"}\n`)).toBe(`{"msg":"${said}"}\n`)
})

test('pino: the transport, in pino’s worker', () => {
  const file = directory.path('transport.log')
  const target = fileURLToPath(new URL('../../src/pino.ts', import.meta.url))
  const program = `
    import pino from 'pino'
    const options = { destination: '${file}', environment: true }
    pino({ base: null, timestamp: false }, pino.transport({ target: '${target}', options })).info('likes ${password}')`
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' })
  expect([status, stderr, readFileSync(file, 'utf8')]).toEqual([0, '', `{"level":30,"msg":"${said}"}\n`])
})

test('pino: options can be cloned into a worker', () => {
  const cloned = structuredClone({ environment: ['SHOP_COLOUR'], destination: directory.path('cloned.log') })
  const stream = transport(cloned)
  return new Promise<void>((resolve) => {
    stream.on('close', () => {
      expect(readFileSync(cloned.destination, 'utf8')).toBe(`${placeholder('SHOP_COLOUR')}\n`)
      resolve()
    })
    stream.end(`${color}\n`)
  })
})

test('otel', () => {
  const record = { body: `likes ${password}`, attributes: { at: encodeURIComponent(password) } }
  new RedactingLogRecordProcessor(options).onEmit(record as never)
  expect(record).toEqual({ body: said, attributes: { at: placeholder('SHOP_PASSWORD') } })
})

test('winston', () => {
  expect(redact(options).transform({ level: 'info', message: `likes ${password}` })).toEqual({
    level: 'info',
    message: said
  })
})

test('bunyan', () => {
  const written: unknown[] = []
  redactStream({ write: (chunk: never) => void written.push(chunk) }, options).write(`{"msg":"likes ${password}"}\n`)
  expect(written).toEqual([`{"msg":"${said}"}\n`])
})

test('console', async () => {
  const stdout = new PassThrough()
  const captured = { ...console }
  const end = captureConsole({ ...options, console: captured, stdout: stdout as never, stderr: stdout as never })
  captured.log('likes %s', password)
  await end()
  expect(stdout.read()?.toString()).toBe(`${said}\n`)
})
