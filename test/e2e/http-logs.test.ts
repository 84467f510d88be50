// Followed lines to backends that know no OTLP: NDJSON, Loki, Elasticsearch; when they fail, and take a part.
import { writeFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { expand } from '../../src/scan/template.ts'
import { temporaryDirectory } from '../cli/spawn.ts'
import { startDaemon } from './daemon.ts'
import { type HttpDownstream, startHttpDownstream } from './http-downstream.ts'

const { path, remove } = temporaryDirectory()
afterAll(remove)
const token = expand('[[ghp_{{base62:30}}{{crc32-base62}}]]', 7).text
const gone = '[REDACTED:github-pat-classic]'
const at = '2026-11-25T10:00:00.123456789Z'
const nanos = `${Date.UTC(2026, 10, 25, 10) / 1000}123456789`
let count = 0
let log: string
beforeEach(() => {
  log = path(`web-${count++}.log`)
})

const lines = [`${at} stdout F token ${token}`, `${at} stderr F two`, `${at} stdout F three`].map((line) => `${line}\n`)

/** Runs until so many requests have come. */
async function send(backend: HttpDownstream, requests: number, sink: object, pipeline: object = {}): Promise<void> {
  writeFileSync(log, lines.join(''))
  const sinks = [{ type: 'http', url: backend.url.href, retry: { initialMs: 10, maxMs: 20 }, ...sink }]
  const source = { type: 'files', include: [log] }
  const daemon = await startDaemon({ admin: null, pipelines: [{ name: 'p', source, sinks, ...pipeline }] })
  await expect.poll(() => backend.arrived.length).toBe(requests)
  await new Promise((resolve) => setTimeout(resolve, 200))
  expect(await daemon.stop()).toBe(0)
  expect(backend.arrived).toHaveLength(requests)
  await backend.close()
}

const records = (body: string) =>
  body
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line))

test('NDJSON, compressed, from a disk, to a path of its own', async () => {
  const backend = await startHttpDownstream()
  const url = `${backend.url.href}in?source=x`
  const durable = { directory: path('durable') }
  await send(
    backend,
    1,
    { format: 'ndjson', url, compression: 'gzip', headers: { authorization: 'Bearer x' } },
    { durable }
  )
  const [{ path: where, headers, body }] = backend.arrived
  expect([where, headers['content-type'], headers.authorization]).toEqual([
    '/in?source=x',
    'application/x-ndjson',
    'Bearer x'
  ])
  expect(records(String(gunzipSync(body)))).toEqual(
    [`token ${gone}`, 'two', 'three'].map((text, i) => ({
      timestamp: at,
      severity: '',
      body: text,
      attributes: { 'log.iostream': i === 1 ? 'stderr' : 'stdout' },
      resource: { 'log.file.path': log }
    }))
  )
})

test('Loki: labels are few, the rest is metadata; a failure that passes is tried again', async () => {
  const backend = await startHttpDownstream()
  backend.answers(() => (backend.arrived.length === 1 ? { status: 503 } : { status: 204 }))
  await send(backend, 2, { format: 'loki' })
  expect(backend.arrived.map(({ path: where }) => where)).toEqual(['/loki/api/v1/push', '/loki/api/v1/push'])
  expect(JSON.parse(String(backend.arrived[1].body))).toEqual({
    streams: [
      {
        stream: { log_file_path: log },
        values: [
          [nanos, `token ${gone}`, { log_iostream: 'stdout' }],
          [nanos, 'two', { log_iostream: 'stderr' }],
          [nanos, 'three', { log_iostream: 'stdout' }]
        ]
      }
    ]
  })
})

test('Elasticsearch: what it did not take yet comes again alone, what it refuses is told', async () => {
  const backend = await startHttpDownstream()
  const item = (status: number, type = '') => ({ create: { status, ...(type === '' ? {} : { error: { type } }) } })
  backend.answers(() => {
    const items = backend.arrived.length === 1 ? [item(201), item(429), item(503)] : [item(201), item(400, 'mapper')]
    return { body: JSON.stringify({ errors: true, items }) }
  })
  await send(backend, 2, { format: 'elasticsearch', index: 'logs' })
  const [first, second] = backend.arrived.map(({ body }) => records(String(body)))
  expect(backend.arrived[0].path).toBe('/_bulk')
  expect(first.filter((_, i) => i % 2 === 0)).toEqual(Array(3).fill({ create: { _index: 'logs' } }))
  expect(first[1]).toEqual({
    '@timestamp': at,
    message: `token ${gone}`,
    attributes: { 'log.iostream': 'stdout' },
    resource: { 'log.file.path': log }
  })
  expect(second.map(({ message }) => message)).toEqual([undefined, 'two', undefined, 'three'])
})
