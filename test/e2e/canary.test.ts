// Invariant 2, for the daemon: planted everywhere, with everything failing, a secret is in nothing that comes out.
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { otlpToProto } from '../../src/codecs/otlp-to-proto.ts'
import { encodeResponse, encodeStatus } from '../../src/otlp/messages.ts'
import { expand } from '../../src/scan/template.ts'
import { createSearch } from '../canary-search.ts'
import { type Daemon, relayConfig, startDaemon } from './daemon.ts'
import { createGrpcClient } from './grpc-client.ts'
import { type HttpDownstream, startHttpDownstream } from './http-downstream.ts'

const make = (template: string, seed: number) => expand(`[[${template}]]`, seed).text
const secrets = { token: make('ghp_{{base62:30}}{{crc32-base62}}', 21), password: make('{{base62:20}}', 22) }
const { token, password } = secrets
const secretsIn = createSearch(secrets)

const json = JSON.stringify({
  resourceLogs: [
    {
      resource: { attributes: [{ key: 'password', value: { stringValue: password } }] },
      scopeLogs: [{ logRecords: [{ body: { stringValue: `say ${token}` }, attributes: [{ key: token, value: {} }] }] }]
    }
  ]
})
const proto = otlpToProto(Buffer.from(json), 'logs')

let backend: HttpDownstream
let daemon: Daemon
let out = ''
beforeAll(async () => {
  backend = await startHttpDownstream()
  const sink = { timeoutMs: 300, retry: { initialMs: 20 } }
  daemon = await startDaemon(relayConfig(backend.url, { sink, pipeline: { annotate: true } }))
})
afterAll(() => backend.close())

async function send(
  body: Uint8Array | string,
  headers: Record<string, string> = {},
  path = '/v1/logs'
): Promise<number> {
  const type = { 'content-type': typeof body === 'string' ? 'application/json' : 'application/x-protobuf' }
  const url = `http://127.0.0.1:${daemon.ports['relay/http']}${path}`
  const response = await fetch(url, { method: 'POST', headers: { ...type, ...headers }, body: body as never })
  out += `${JSON.stringify([...response.headers])} ${Buffer.from(await response.arrayBuffer()).toString('latin1')}\n`
  return response.status
}

test('a secret is in no answer, log, metric or batch that goes on', async () => {
  const quoted = `cannot store {"body":"say ${token}","password":"${password}"}`
  const status = encodeStatus({ http: 0, grpc: 0, message: quoted, retryAfterMs: null }, 'otlp-json')
  const answers = [
    {},
    { status: 400, body: status, headers: { 'content-type': 'application/json' } },
    { status: 500, body: quoted, headers: { 'content-type': 'text/plain', 'x-error': quoted } },
    { status: 503, body: status, headers: { 'content-type': 'application/json' } },
    {
      body: encodeResponse({ rejected: 1, message: quoted }, 'logs', 'otlp-proto'),
      headers: { 'content-type': 'application/x-protobuf' }
    },
    { delayMs: 1000 }
  ]
  const statuses = []
  const client = createGrpcClient(`http://127.0.0.1:${daemon.ports['relay/grpc']}`)
  for (const answer of answers) {
    backend.answers(() => answer)
    statuses.push([await send(json), await send(gzipSync(proto), { 'content-encoding': 'gzip' })])
    const result = await client.call(proto)
    out += result.ok ? result.message.toString('latin1') : `${result.details} ${result.status?.toString('latin1')}`
  }
  client.close()
  expect(statuses).toEqual([
    [200, 200],
    [400, 400],
    [500, 500],
    [503, 503],
    [200, 200],
    [503, 503]
  ])
  backend.answers(() => ({}))

  // What is no OTLP, in every way.
  expect(await send(`${json.slice(0, -3)} ${token}`)).toBe(400)
  expect(await send(`{"resourceLogs":"${token}"}`)).toBeOneOf([200, 400])
  expect(await send(Buffer.from(`\x0a\xff password=${password} ${token}`, 'latin1'))).toBe(400)
  expect(await send(json, { 'content-encoding': 'gzip' })).toBe(400)
  expect(await send(json, { 'content-encoding': token })).toBe(415)
  expect(await send(json, { 'content-type': `text/${token}` })).toBe(415)
  expect(await send(json, {}, `/v1/${token}?password=${password}`)).toBe(404)
  const raw = connect(daemon.ports['relay/http'], '127.0.0.1')
  raw.end(`POST /v1/logs HTTP/1.1\r\nhost a\r\npassword: ${password}\r\n\r\n${token}`)
  for await (const chunk of raw) out += chunk

  const metrics = await (await fetch(`${daemon.admin}/metrics`)).text()
  await daemon.stop()
  const { stdout, stderr } = await daemon.ended
  const batches = backend.arrived
    .map(({ headers, body }) => `${JSON.stringify(headers)} ${body.toString('latin1')}`)
    .join('\n')
  expect(batches).toContain('[REDACTED:github-pat-classic]')
  expect(batches).toContain('logveil.detectors')
  const places = { answers: out, metrics, stdout, stderr, batches }
  expect(
    Object.entries(places).flatMap(([place, text]) => secretsIn(text).map((secret) => `${secret} in ${place}`))
  ).toEqual([])
})
