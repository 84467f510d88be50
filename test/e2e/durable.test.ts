// The daemon with a disk between the answer and the backend, through all that can happen to it.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { otlpToProto } from '../../src/codecs/otlp-to-proto.ts'
import { decodeStatus } from '../../src/otlp/messages.ts'
import { expand } from '../../src/scan/template.ts'
import { createSearch } from '../canary-search.ts'
import { main, temporaryDirectory } from '../cli/spawn.ts'
import { type Daemon, freePort, relayConfig, startCommand } from './daemon.ts'
import { createGrpcClient } from './grpc-client.ts'
import { type Answer, type HttpDownstream, startHttpDownstream } from './http-downstream.ts'

const { path, remove } = temporaryDirectory()
afterAll(remove)
let directories = 0

const secrets = Object.fromEntries(
  Array.from({ length: 8 }, (_, i) => [
    `secret ${i}`,
    expand(`[[${i % 2 === 0 ? 'ghp_{{base62:30}}{{crc32-base62}}' : '{{base62:24}}'}]]`, 31 + i).text
  ])
)
const values = Object.values(secrets)
const secretsIn = createSearch(secrets)

/** What the backend has taken, as text. */
let taken: string[]
let answer: () => Answer
let backend: HttpDownstream
let directory: string
const daemons: Daemon[] = []
beforeEach(async () => {
  directory = path(String(directories++))
  taken = []
  answer = () => ({})
  backend = await startHttpDownstream()
  backend.answers(({ body, headers }) => {
    const one = answer()
    if ((one.status ?? 200) === 200)
      taken.push((headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString('latin1'))
    return one
  })
})
afterEach(async () => {
  for (const { child } of daemons.splice(0)) child.kill('SIGKILL')
  await backend.close()
})

async function relay(...more: string[]): Promise<Daemon> {
  const addresses = ['--http', '127.0.0.1:0', '--grpc', '127.0.0.1:0', '--admin', '127.0.0.1:0']
  return kept(await startCommand(['relay', '--to', backend.url.href, '--durable', directory, ...addresses, ...more]))
}

async function run(durable: object, more: Parameters<typeof relayConfig>[1] = {}, within?: string[]): Promise<Daemon> {
  const file = path(`${directories++}.yaml`)
  const sink = { retry: { initialMs: 10, maxMs: 50 }, ...more.sink }
  writeFileSync(
    file,
    JSON.stringify(relayConfig(backend.url, { ...more, sink, pipeline: { durable: { directory, ...durable } } }))
  )
  return kept(await startCommand(['run', '--config', file], {}, within))
}

function kept(daemon: Daemon): Daemon {
  daemons.push(daemon)
  return daemon
}

/** Records with ids, and a secret in each. */
function request(name: string, from: number, count = 3): string {
  const logRecords = Array.from({ length: count }, (_, i) => {
    const [token, password] = [values[(2 * (from + i)) % values.length], values[(2 * (from + i) + 1) % values.length]]
    const attributes = [{ key: 'password', value: { stringValue: password } }]
    return { body: { stringValue: `id=${name}-${from + i}; say ${token}` }, attributes }
  })
  return JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] })
}

async function post(
  daemon: Daemon,
  body: string | Uint8Array,
  headers: Record<string, string> = {}
): Promise<Response> {
  const type = typeof body === 'string' ? 'application/json' : 'application/x-protobuf'
  return fetch(`http://127.0.0.1:${daemon.ports['relay/http']}/v1/logs`, {
    method: 'POST',
    headers: { 'content-type': type, connection: 'close', ...headers },
    body: body as never
  })
}

/** Ids in the order they first arrived. */
function arrived(name: string): number[] {
  const ids = taken.flatMap((text) =>
    [...text.matchAll(new RegExp(`id=${name}-(\\d+);`, 'g'))].map(([, id]) => Number(id))
  )
  return [...new Set(ids)]
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  await expect.poll(condition).toBe(true)
}

const metrics = async (daemon: Daemon) => (await fetch(`${daemon.admin}/metrics`)).text()

/** Batches on disk, as the metrics tell them. */
async function waiting(daemon: Daemon): Promise<number> {
  return Number(/^logveil_queue_batches\{.*\} (\d+)$/m.exec(await metrics(daemon))?.[1])
}

const stays = 'what is not delivered stays on disk for the next start'

/** All files below a directory, by their names. */
function filesIn(root: string): Record<string, Buffer> {
  const names = readdirSync(root, { recursive: true }).map(String)
  const files = names.filter((name) => statSync(join(root, name)).isFile() && !name.endsWith('lock'))
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(root, name))]))
}

/** Whether the cursor on the disk stands behind the last batch: its newer place holds a number of its own, a segment, how far that is delivered. */
function allIsNoted(): boolean {
  const [[folder, cursor]] = Object.entries(filesIn(directory)).flatMap(([name, bytes]) =>
    name.endsWith('/cursor') ? [[dirname(name), bytes] as const] : []
  )
  const places = [0, 4096].map((at) => [0, 8, 16].map((field) => cursor.readDoubleLE(at + field)))
  const [, segment, offset] = places.sort(([a], [b]) => b - a)[0]
  return statSync(join(directory, folder, `${String(segment).padStart(16, '0')}.seg`)).size === offset
}

const range = (count: number) => Array.from({ length: count }, (_, i) => i)

test('killed again and again under load: all that was acknowledged arrives, in order, and no secret is anywhere', async () => {
  let random = 7
  const dice = (sides: number) => {
    random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((random / 2 ** 32) * sides)
  }
  let daemon = await relay()
  let over = false
  const names = ['json', 'gzip', 'grpc']
  const acknowledged: Record<string, number> = {}
  const out: string[] = []

  async function sender(name: string, send: (body: string) => Promise<boolean>): Promise<void> {
    for (let next = 0; !over; next += 3) {
      while (!(await send(request(name, next)).catch(() => false))) await sleep(20)
      acknowledged[name] = next + 3
      await sleep(2)
    }
  }

  const ok = async (response: Response) => {
    out.push(`${JSON.stringify([...response.headers])} ${await response.text()}`)
    return response.ok
  }
  const proto = (body: string) => otlpToProto(Buffer.from(body), 'logs')
  const senders = [
    sender('json', async (body) => ok(await post(daemon, body))),
    sender('gzip', async (body) => ok(await post(daemon, gzipSync(proto(body)), { 'content-encoding': 'gzip' }))),
    sender('grpc', async (body) => {
      const client = createGrpcClient(`http://127.0.0.1:${daemon.ports['relay/grpc']}`)
      const result = await client.call(proto(body))
      client.close()
      out.push(JSON.stringify(result))
      return result.ok
    })
  ]

  const moods: (() => Answer)[] = [
    () => (dice(2) === 0 ? { status: 503 } : { delayMs: dice(30) }),
    () => ({ status: 503, body: `no: ${values[0]}`, headers: { 'retry-after': '0' } }),
    () => ({ delayMs: 40 }),
    () => ({})
  ]
  async function kill(): Promise<void> {
    out.push(await metrics(daemon))
    daemon.child.kill('SIGKILL')
    const { stdout, stderr } = await daemon.ended
    out.push(stdout, stderr)
    for (const bytes of Object.values(filesIn(directory))) out.push(bytes.toString('latin1'))
  }

  for (let life = 0; life < 5; life++) {
    answer = moods[life % moods.length]
    // Each life has some work, however slow the machine is.
    const before = { ...acknowledged }
    await until(() => names.every((name) => (acknowledged[name] ?? 0) >= (before[name] ?? 0) + 12))
    await sleep(dice(500))
    await kill()
    daemon = await relay()
  }
  answer = () => ({})
  over = true
  await Promise.all(senders)
  await until(() => names.every((name) => arrived(name).length >= acknowledged[name]))
  for (const name of names) {
    expect(acknowledged[name]).toBeGreaterThan(30)
    expect(arrived(name)).toEqual(range(acknowledged[name]))
  }
  // That something is delivered is on the disk a moment later, and then it does not come again.
  await until(async () => (await waiting(daemon)) === 0)
  await until(allIsNoted)
  await kill()
  answer = () => ({ status: 503 })
  daemon = await relay()
  expect(await waiting(daemon)).toBe(0)
  expect(await daemon.stop()).toBe(0)
  out.push((await daemon.ended).stderr)
  expect(taken.join('')).toContain('[REDACTED:github-pat-classic]')
  for (const { headers, body } of backend.arrived) out.push(JSON.stringify(headers), body.toString('latin1'))
  expect(secretsIn(out.join('\n'))).toEqual([])
}, 360_000)

test('a backend that is down for all of one life gets everything from the next, of other workers', async () => {
  answer = () => ({ status: 503 })
  const source = { http: `127.0.0.1:${await freePort()}`, grpc: null }
  const first = await run({}, { source, rest: { workers: 2 } })
  for (const i of range(40)) expect((await post(first, request('a', i, 1))).status).toBe(200)
  // Every connection goes to one of them.
  const queue = join(directory, 'relay', `to-127.0.0.1%3A${backend.url.port}`)
  expect(readdirSync(queue)).toEqual(['0', '1'])
  const segments = Object.keys(filesIn(queue)).filter((name) => name.endsWith('.seg'))
  expect(segments.map((name) => name.slice(0, 2)).sort()).toEqual(['0/', '1/'])
  await until(async () => (await waiting(first)) === 40)
  expect(await first.stop()).toBe(0)
  const left = first.log().filter(({ msg }) => msg === stays)
  expect(left.reduce((sum, { batches }) => sum + Number(batches), 0)).toBe(40)
  expect(arrived('a')).toEqual([])

  answer = () => ({})
  const second = await run({})
  await until(() => arrived('a').length === 40)
  expect(arrived('a').sort((a, b) => a - b)).toEqual(range(40))
  expect(await second.stop()).toBe(0)
  expect(taken).toHaveLength(40)
  expect(Object.keys(filesIn(queue)).filter((name) => name.endsWith('.seg'))).toEqual([])
  expect(second.log().map(({ msg }) => msg)).not.toContain(stays)
})

test('a full queue refuses retryably over both protocols, is not ready, and recovers', async () => {
  answer = () => ({ status: 503 })
  const daemon = await run({ maxBytes: 1 << 20, segmentBytes: 1 << 16 })
  const attributes = [{ key: 'a', value: { stringValue: 'x'.repeat(1 << 18) } }]
  const large = JSON.stringify({ resourceLogs: [{ resource: { attributes } }] })
  const statuses = []
  for (const _ of range(5)) statuses.push((await post(daemon, large)).status)
  expect(statuses).toEqual([200, 200, 200, 429, 429])
  const refused = await post(daemon, large)
  expect([refused.headers.get('retry-after'), await refused.json()]).toEqual([
    '5',
    {
      code: 8,
      message: 'the queue on disk is full',
      details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '5s' }]
    }
  ])
  const client = createGrpcClient(`http://127.0.0.1:${daemon.ports['relay/grpc']}`)
  const call = await client.call(otlpToProto(Buffer.from(large), 'logs'))
  client.close()
  expect(call).toMatchObject({ ok: false, code: 8 })
  expect(decodeStatus(call.ok ? Buffer.alloc(0) : (call.status as Buffer), 'otlp-proto').retryAfterMs).toBe(5000)
  const ready = await fetch(`${daemon.admin}/readyz`)
  const name = `127.0.0.1:${backend.url.port}`
  expect([ready.status, await ready.text()]).toEqual([503, `relay: batches for ${name} cannot be stored\n`])
  expect(await metrics(daemon)).toContain(
    `logveil_queue_refused_batches_total{pipeline="relay",sink="${name}",reason="full"} 4`
  )
  answer = () => ({})
  await until(async () => (await post(daemon, request('a', 0, 1))).ok)
  await until(() => arrived('a').length === 1)
  expect(await daemon.stop()).toBe(0)
})

test('what the backend refuses for good is a dead letter: redacted, counted, told; those behind it go on', async () => {
  let refusals = 2
  answer = () => (refusals-- > 0 ? { status: 400, body: values[0] } : {})
  const daemon = await run({})
  for (const i of range(4)) expect((await post(daemon, request('a', i, 1))).status).toBe(200)
  await until(() => arrived('a').length === 2)
  expect(arrived('a')).toEqual([2, 3])
  const name = `127.0.0.1:${backend.url.port}`
  const text = await metrics(daemon)
  expect(text).toContain(`logveil_queue_rejected_batches_total{pipeline="relay",sink="${name}",outcome="kept"} 2`)
  const file = join('relay', `to-${encodeURIComponent(name)}`, '0', 'dead-letters.jsonl')
  const letters = filesIn(directory)
    [file].toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  const bodies = letters.map(({ body }) => Buffer.from(body, 'base64').toString())
  expect(letters.map(({ reason }, i) => [reason, bodies[i].match(/id=a-\d/)?.[0]])).toEqual([
    ['the downstream answered 400', 'id=a-0'],
    ['the downstream answered 400', 'id=a-1']
  ])
  expect(await daemon.stop()).toBe(0)
  const out = [JSON.stringify(letters), ...bodies, text, (await daemon.ended).stderr]
  expect(secretsIn(out.join('\n'))).toEqual([])
  const told = daemon.log().filter(({ msg }) => msg === 'the sink refuses batches for good')
  expect(told).toMatchObject([{ kept: true, level: 50 }])
})

test('a segment that is broken is set aside, told and counted; the rest is delivered', async () => {
  answer = () => ({ status: 503 })
  const first = await run({})
  for (const i of range(5)) expect((await post(first, request('a', i, 1))).status).toBe(200)
  first.child.kill('SIGKILL')
  await first.ended
  const [segment] = Object.keys(filesIn(directory)).filter((file) => file.endsWith('.seg'))
  const bytes = readFileSync(join(directory, segment))
  bytes[bytes.indexOf('id=a-2') + 1] ^= 0x20
  // And the last frame was not finished.
  writeFileSync(join(directory, segment), Buffer.concat([bytes, bytes.subarray(0, 50)]))
  answer = () => ({})
  const second = await run({})
  await until(() => arrived('a').length === 4)
  await until(async () => (await waiting(second)) === 0)
  expect(arrived('a')).toEqual([0, 1, 3, 4])
  const counts = (await metrics(second)).matchAll(/^logveil_queue_(torn|quarantined)_total\{.*\} (\d+)$/gm)
  expect([...counts].map(([, kind, count]) => [kind, count])).toEqual([
    ['torn', '1'],
    ['quarantined', '1']
  ])
  expect(await second.stop()).toBe(0)
  expect(Object.keys(filesIn(directory)).sort()).toEqual([`${segment}.bad`, join(segment, '..', 'cursor')].sort())
})

test('a directory that is in use is no place to start', async () => {
  const daemon = await relay()
  const options = ['--to', backend.url.href, '--durable', directory, '--http', '127.0.0.1:0', '--grpc', 'off']
  const again = spawnSync(process.execPath, [main, 'relay', ...options, '--admin', 'off'])
  const lock = join(directory, 'relay', `to-127.0.0.1%3A${backend.url.port}`, '0', 'lock')
  expect([again.status, again.stderr.toString()]).toEqual([2, `logveil: cannot lock ${lock}: it is in use already\n`])
  expect(await daemon.stop()).toBe(0)
})

/** A file system of the test's own takes a namespace, which not every machine allows; the same with a simulated one: test/sinks/durable. */
const ownMounts = spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0

test.runIf(ownMounts)('a disk that is really full: refused retryably; it recovers when batches have left', async () => {
  answer = () => ({ status: 503 })
  mkdirSync(directory)
  const mount = `mount -t tmpfs -o size=256k none ${directory} && exec "$@"`
  const daemon = await run({ segmentBytes: 1 << 14 }, {}, ['unshare', '-rm', 'sh', '-c', mount, 'sh'])
  let stored = 0
  let last = await post(daemon, request('a', 0))
  while (last.ok) last = await post(daemon, request('a', 3 * ++stored))
  expect([last.status, last.headers.get('retry-after'), ((await last.json()) as { message: string }).message]).toEqual([
    503,
    '5',
    'the batch cannot be stored (ENOSPC)'
  ])
  expect(stored).toBeGreaterThan(100)
  answer = () => ({})
  await until(async () => (await post(daemon, request('b', 0, 1))).ok)
  await until(() => arrived('b').length === 1)
  expect(arrived('a')).toEqual(range(3 * stored))
  expect(daemon.log().filter(({ msg }) => msg === 'a batch cannot be stored')).toMatchObject([{ code: 'ENOSPC' }])
  expect(await daemon.stop()).toBe(0)
})
