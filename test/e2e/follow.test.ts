// `logveil follow`: files through rotation and restarts.
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync
} from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { otlpToJson } from '../../src/codecs/otlp-to-json.ts'
import { expand } from '../../src/scan/template.ts'
import { temporaryDirectory } from '../cli/spawn.ts'
import { type Daemon, startCommand, startDaemon } from './daemon.ts'
import { startHttpDownstream } from './http-downstream.ts'

const { path, remove } = temporaryDirectory()
afterAll(remove)
const token = expand('[[ghp_{{base62:30}}{{crc32-base62}}]]', 7).text
const running: Daemon[] = []
let count = 0
let base: string
let out: string
let log: string
beforeEach(() => {
  base = path(String(count++))
  mkdirSync(base)
  out = join(base, 'out.txt')
  log = join(base, 'app.log')
})
afterEach(() => {
  for (const { child } of running.splice(0)) child.kill('SIGKILL')
})

async function follow(...more: string[]): Promise<Daemon> {
  const args = ['follow', join(base, '*.log'), '--out', out, '--state', join(base, 'state'), ...more]
  const daemon = await startCommand(args)
  running.push(daemon)
  return daemon
}

function output(): string {
  try {
    return readFileSync(out, 'latin1')
  } catch {
    return ''
  }
}

async function until(text: string): Promise<void> {
  await expect.poll(output).toBe(text)
}

/** Once the checkpoint of the log is on the disk: what was delivered after that would come again. */
async function kill(daemon: Daemon): Promise<void> {
  const { dev, ino, size } = statSync(log)
  const positions = () =>
    readFileSync(join(base, 'state', 'positions.jsonl'), 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line))
  await expect.poll(() => positions().findLast(({ id }) => id === `${dev}:${ino}`)?.offset).toBe(size)
  daemon.child.kill('SIGKILL')
  await daemon.ended
}

test('lines of files that are there, that come, that grow; without their secrets', async () => {
  writeFileSync(log, `one\ntoken ${token}\n`)
  await follow()
  await until('one\ntoken [REDACTED:github-pat-classic]\n')
  appendFileSync(log, 'two\nthr')
  await until('one\ntoken [REDACTED:github-pat-classic]\ntwo\n')
  appendFileSync(log, 'ee\n')
  await until('one\ntoken [REDACTED:github-pat-classic]\ntwo\nthree\n')
  writeFileSync(join(base, 'later.log'), 'four\n')
  await until('one\ntoken [REDACTED:github-pat-classic]\ntwo\nthree\nfour\n')
})

test('SIGTERM, then again: nothing twice, nothing missing', async () => {
  writeFileSync(log, 'one\n')
  const first = await follow()
  await until('one\n')
  expect(await first.stop()).toBe(0)
  appendFileSync(log, 'two\n')
  await follow()
  await until('one\ntwo\n')
})

test('--from end, once', async () => {
  writeFileSync(log, 'old\n')
  const first = await follow('--from', 'end')
  appendFileSync(log, 'one\n')
  await until('one\n')
  await kill(first)
  appendFileSync(log, 'two\n')
  writeFileSync(join(base, 'other.log'), '')
  const second = await follow('--from', 'end')
  await until('one\ntwo\n')
  await second.stop()
})

test('renamed while it is followed, and while nobody looks: what stands behind the new name first', async () => {
  writeFileSync(log, 'one\n')
  const first = await follow()
  await until('one\n')
  renameSync(log, `${log}.1`)
  appendFileSync(`${log}.1`, 'two\n')
  writeFileSync(log, 'three\n')
  await until('one\ntwo\nthree\n')
  await first.stop()
  appendFileSync(log, 'four\n')
  renameSync(log, `${log}.1`)
  writeFileSync(log, 'five\n')
  renameSync(`${log}.1`, `${log}.2`)
  renameSync(log, `${log}.1`)
  writeFileSync(log, 'six\n')
  await follow()
  await until('one\ntwo\nthree\nfour\nfive\nsix\n')
})

test('rotated once more while what was rotated before is still being read, and seen without a file under the name: in order', async () => {
  const backend = await startHttpDownstream()
  let delayMs = 0
  const taken: string[] = []
  backend.answers(({ body }) => {
    for (const [name] of body.toString('latin1').matchAll(/[abc]\d(?=x{9})/g)) taken.push(name)
    return { delayMs }
  })
  const shift = () => {
    for (let i = 2; i > 0; i--) if (existsSync(`${log}.${i}`)) renameSync(`${log}.${i}`, `${log}.${i + 1}`)
    renameSync(log, `${log}.1`)
  }
  /** Each is a batch of its own. */
  const lines = (name: string, count: number) =>
    Array.from({ length: count }, (_, i) => `${name}${i + 1}${'x'.repeat(12_000)}\n`).join('')
  const seen = () => new Promise((resolve) => setTimeout(resolve, 400))
  writeFileSync(log, lines('a', 1))
  const source = {
    type: 'files',
    include: [join(base, '*.log')],
    stateDirectory: join(base, 'state'),
    batchBytes: 16_384
  }
  const sinks = [{ type: 'otlp', url: backend.url.href }]
  const daemon = await startDaemon({ admin: null, pipelines: [{ name: 'a', source, sinks }] })
  running.push(daemon)
  const arrived = (count: number) => expect.poll(() => taken.length).toBeGreaterThanOrEqual(count)
  await arrived(1)
  delayMs = 700
  appendFileSync(log, lines('a', 4).slice(lines('a', 1).length))
  shift()
  writeFileSync(log, lines('b', 2))
  await seen()
  shift()
  await seen()
  writeFileSync(log, lines('c', 1))
  await arrived(7)
  expect(taken).toEqual(['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'c1'])
  await daemon.stop()
  await backend.close()
})

test('emptied while it is followed, and while nobody looks: the copy is read to its end first', async () => {
  const long = `${'x'.repeat(80)}\n`
  writeFileSync(log, long)
  const first = await follow()
  await until(long)
  await first.stop()
  appendFileSync(log, 'two\n')
  copyFileSync(log, `${log}.1`)
  truncateSync(log)
  appendFileSync(log, 'three\n')
  const second = await follow()
  await until(`${long}two\nthree\n`)
  truncateSync(log)
  appendFileSync(log, 'four\n')
  await until(`${long}two\nthree\nfour\n`)
  expect(await second.logged('a file was emptied')).toMatchObject({ copies: 1 })
})

test('a private key over two lives: its second half goes as well', async () => {
  const body = Array.from({ length: 6 }, (_, i) => expand('{{base64:64}}', 20 + i).text)
  const begin = `-----BEGIN RSA PRIVATE ${'KEY'}-----`
  writeFileSync(log, `${[begin, ...body.slice(0, 3)].join('\n')}\n`)
  const gone = '[REDACTED:private-key-pem]\n'
  const first = await follow()
  await until(gone.repeat(4))
  await kill(first)
  appendFileSync(log, `${body.slice(3).join('\n')}\n-----END RSA PRIVATE ${'KEY'}-----\nafter\n`)
  await follow()
  await expect.poll(output).toMatch(/after\n$/)
  expect(body.filter((line) => output().includes(line))).toEqual([])
})

test('nothing of the lines is in the state', async () => {
  writeFileSync(log, `token ${token}\n`)
  const daemon = await follow()
  await until('token [REDACTED:github-pat-classic]\n')
  await daemon.stop()
  const state = readdirSync(join(base, 'state')).map((name) => readFileSync(join(base, 'state', name), 'latin1'))
  expect(state.filter((text) => text.includes(token) || text.includes('app.log'))).toEqual([])
})

test('a last line without an end: shown after a while, unless it may be the beginning of a secret, and whole when its end comes', async () => {
  const config = ['run', '--config', join(base, 'c.yaml')]
  const source = { type: 'files', include: [join(base, '*.log')], partialLineMs: 300, pollMs: 50 }
  const pipelines = [{ name: 'p', source, sinks: [{ type: 'file', path: out }] }]
  writeFileSync(join(base, 'c.yaml'), JSON.stringify({ admin: null, pipelines }))
  writeFileSync(log, 'one\nthe end')
  const daemon = await startCommand(config)
  running.push(daemon)
  await until('one\nthe end\n')
  appendFileSync(log, ' is near\npassword=')
  await until('one\nthe end\nthe end is near\npassword=\n')
  appendFileSync(log, `hunter2hunter\ntoken ${token.slice(0, 9)}`)
  await until('one\nthe end\nthe end is near\npassword=\npassword=[REDACTED:generic-password]\n')
  await new Promise((resolve) => setTimeout(resolve, 1000))
  appendFileSync(log, `${token.slice(9)}\n`)
  const rest = 'password=[REDACTED:generic-password]\ntoken [REDACTED:github-pat-classic]\n'
  await until(`one\nthe end\nthe end is near\npassword=\n${rest}`)
})

test('a private key over a reload with other detectors: its second half goes as well', async () => {
  const body = Array.from({ length: 6 }, (_, i) => expand('{{base64:64}}', 40 + i).text)
  const gone = '[REDACTED:private-key-pem]\n'
  const config = join(base, 'c.yaml')
  const pipelines = [{ name: 'p', source: { type: 'files', include: [log] }, sinks: [{ type: 'file', path: out }] }]
  writeFileSync(config, JSON.stringify({ admin: null, pipelines }))
  writeFileSync(log, `-----BEGIN RSA PRIVATE ${'KEY'}-----\n${body.slice(0, 3).join('\n')}\n`)
  const daemon = await startCommand(['run', '--config', config])
  running.push(daemon)
  await until(gone.repeat(4))
  const disable = ['aws-access-key-id', 'github-pat-classic']
  writeFileSync(config, JSON.stringify({ admin: null, pipelines, redaction: { disable } }))
  daemon.child.kill('SIGHUP')
  await daemon.logged('redaction was read again')
  appendFileSync(log, `${body.slice(3).join('\n')}\n-----END RSA PRIVATE ${'KEY'}-----\nafter\n`)
  await until(`${gone.repeat(7)}-----END RSA PRIVATE ${'KEY'}-----\nafter\n`)
})

test('containers: files stay what they are, records have their pod, stream and time', async () => {
  const backend = await startHttpDownstream()
  const pods = join(base, 'pods', 'shop_web-1_12-34', 'nginx')
  const links = join(base, 'containers')
  mkdirSync(pods, { recursive: true })
  mkdirSync(links)
  const file = join(pods, '0.log')
  const at = '2026-11-25T10:00:00.123456789Z'
  writeFileSync(file, `${at} stdout P a ${token.slice(0, 9)}\n${at} stderr F x\n${at} stderr F  at y\n`)
  symlinkSync(file, join(links, `web-1_shop_nginx-${'a1'.repeat(32)}.log`))
  const args = ['follow', join(links, '*.log'), '--to', backend.url.href, '--out', out, '--multiline', 'indented']
  running.push(await startCommand(args))
  // Longer than lines wait for each other.
  await new Promise((resolve) => setTimeout(resolve, 2000))
  appendFileSync(file, `${at} stdout F ${token.slice(9)} b\n`)
  const gone = '[REDACTED:github-pat-classic]'
  await until(`${at} stdout P a ${gone}\n${at} stderr F x\n${at} stderr F  at y\n${at} stdout F  b\n`)
  // The two ways out do not wait for each other, and what becomes one batch is a matter of time.
  type Attributes = { key: string; value: { stringValue: string } }[]
  type Record = { body: { stringValue: string }; attributes: Attributes; timeUnixNano: string }
  type Group = { resource: { attributes: Attributes }; scopeLogs: { logRecords: Record[] }[] }
  const texts = (attributes: Attributes) =>
    Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue]))
  const records = () =>
    backend.arrived
      .flatMap(({ body }): Group[] => JSON.parse(otlpToJson(body, 'logs')).resourceLogs)
      .flatMap(({ resource, scopeLogs }) =>
        scopeLogs.flatMap(({ logRecords }) =>
          logRecords.map(({ body, attributes, timeUnixNano }) => {
            const {
              'k8s.namespace.name': space,
              'k8s.pod.name': pod,
              'k8s.container.name': name
            } = texts(resource.attributes)
            return [body.stringValue, `${space}/${pod}/${name}`, texts(attributes)['log.iostream'], timeUnixNano]
          })
        )
      )
  await expect.poll(() => records().length).toBe(2)
  const nanos = `${Date.UTC(2026, 10, 25, 10) / 1000}123456789`
  expect(records().sort()).toEqual([
    [`a ${gone} b`, 'shop/web-1/nginx', 'stdout', nanos],
    ['x\n at y', 'shop/web-1/nginx', 'stderr', nanos]
  ])
  await backend.close()
})

test('a line that is longer than the limit goes on as several, none of its secrets with it', async () => {
  const words = Array.from({ length: 60_000 }, (_, i) => `word${i}`)
  for (let i = 500; i < words.length; i += 1000) words[i] = i % 3 === 0 ? token : `password=${token.slice(5, 30)}`
  const line = words.join(' ')
  writeFileSync(log, `${line}\nnext\n`)
  const config = join(base, 'c.yaml')
  const source = { type: 'files', include: [log], maxLineBytes: 65_536 }
  const pipelines = [{ name: 'p', source, sinks: [{ type: 'file', path: out }] }]
  writeFileSync(config, JSON.stringify({ admin: null, pipelines }))
  running.push(await startCommand(['run', '--config', config]))
  const clean = line
    .replaceAll(`password=${token.slice(5, 30)}`, 'password=[REDACTED:generic-password]')
    .replaceAll(token, '[REDACTED:github-pat-classic]')
  await expect.poll(() => output().slice(-6)).toBe('\nnext\n')
  const lines = output().split('\n')
  expect(lines.length).toBeGreaterThan(5)
  expect(lines.slice(0, -2).join('')).toBe(clean)
  expect(lines.slice(-2)).toEqual(['next', ''])
})

test('compressed before it was read to its end: the rest is read from there, after kill -9 as well', async () => {
  const lines = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => `line ${from + i} of this log, made at ${1e12 + from + i}\n`).join('')
  writeFileSync(log, lines(0, 100))
  const first = await follow()
  await until(lines(0, 100))
  await kill(first)
  appendFileSync(log, lines(100, 200))
  writeFileSync(`${log}.2.gz`, gzipSync(readFileSync(log)))
  writeFileSync(`${log}.1.gz`, gzipSync(`${lines(200, 300)}token ${token}\n`))
  const past = new Date(Date.now() - 1)
  utimesSync(`${log}.2.gz`, past, past)
  rmSync(log)
  writeFileSync(log, lines(300, 400))
  const clean = `${lines(0, 300)}token [REDACTED:github-pat-classic]\n`
  const second = await follow()
  await until(clean + lines(300, 400))
  await kill(second)
  appendFileSync(log, 'more\n')
  await follow()
  await until(`${clean + lines(300, 400)}more\n`)
})
