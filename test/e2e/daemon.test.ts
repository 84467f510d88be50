// `logveil run` as a process: start, reload, workers, end.
import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { expand } from '../../src/scan/template.ts'
import { main, run, temporaryDirectory } from '../cli/spawn.ts'
import { freePort, relayConfig, startCommand, startDaemon } from './daemon.ts'
import { createGrpcClient } from './grpc-client.ts'
import { type HttpDownstream, startHttpDownstream } from './http-downstream.ts'

const { text: secret } = expand('ghp_{{base62:30}}{{crc32-base62}}', 6)
const logsOf = (text: string) =>
  JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: { stringValue: text } }] }] }] })
const post = (port: number, body: string) =>
  fetch(`http://127.0.0.1:${port}/v1/logs`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
const metric = async (admin: string, name: string) => {
  const text = await (await fetch(`${admin}/metrics`)).text()
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1])
}

let backend: HttpDownstream
beforeAll(async () => {
  backend = await startHttpDownstream()
})
afterAll(() => backend.close())
afterEach(() => {
  backend.arrived.length = 0
  backend.answers(() => ({}))
})

test('logveil relay --to: redacts, is ready, tells metrics', async () => {
  const ports = ['--http', '127.0.0.1:0', '--grpc', '127.0.0.1:0', '--admin', '127.0.0.1:0']
  const relay = await startCommand(['relay', '--to', backend.url.href, ...ports])
  expect((await post(relay.ports['relay/http'], logsOf(secret))).status).toBe(200)
  expect(backend.arrived.map(({ body }) => body.toString())).toEqual([logsOf('[REDACTED:github-pat-classic]')])
  const [health, ready] = await Promise.all(['healthz', 'readyz'].map((path) => fetch(`${relay.admin}/${path}`)))
  expect([await health.text(), ready.status, await ready.text()]).toEqual(['ok\n', 200, 'ready\n'])
  const metrics = await fetch(`${relay.admin}/metrics`)
  expect(metrics.headers.get('content-type')).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8')
  expect(await metrics.text()).toMatch(/# EOF\n$/)
  expect(await relay.stop()).toBe(0)
  expect(relay.log().map(({ msg }) => msg)).toEqual(['started', 'stopping: settling what is in flight', 'stopped'])
})

test('without a backend: redacted records on standard output, one batch a line', async () => {
  const config = {
    admin: null,
    pipelines: [
      { name: 'out', source: { type: 'otlp', http: '127.0.0.1:0', grpc: '127.0.0.1:0' }, sinks: [{ type: 'stdout' }] }
    ]
  }
  const daemon = await startDaemon(config)
  const pretty = JSON.stringify(JSON.parse(logsOf(`a\n${secret}`)), null, 2)
  expect((await post(daemon.ports['out/http'], pretty)).status).toBe(200)
  const client = createGrpcClient(`http://127.0.0.1:${daemon.ports['out/grpc']}`)
  expect(await client.call(Uint8Array.from([10, 10, 18, 8, 18, 6, 42, 4, 10, 2, 104, 105]))).toMatchObject({ ok: true })
  client.close()
  expect(await daemon.stop()).toBe(0)
  const lines = daemon.stdout().split('\n')
  expect(lines).toHaveLength(3)
  expect(lines.slice(0, 2).map((line) => JSON.parse(line))).toEqual([
    JSON.parse(logsOf('a\n[REDACTED:github-pat-classic]')),
    JSON.parse(logsOf('hi'))
  ])
})

describe('the end', () => {
  test('SIGTERM: what is in flight is delivered and answered, then it ends with 0', async () => {
    backend.answers(() => ({ delayMs: 400 }))
    const daemon = await startDaemon(relayConfig(backend.url))
    const answers = Array.from({ length: 20 }, (_, i) => post(daemon.ports['relay/http'], logsOf(`line ${i}`)))
    await expect.poll(() => backend.arrived.length).toBe(20)
    const ended = daemon.stop()
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(Array(20).fill(200))
    expect(await ended).toBe(0)
  })

  test('after the grace period it ends with 1, whatever is in flight', async () => {
    backend.answers(() => ({ delayMs: 60_000 }))
    const daemon = await startDaemon(relayConfig(backend.url, { rest: { gracePeriodMs: 100 } }))
    const answer = post(daemon.ports['relay/http'], logsOf('x')).catch(() => 'broken')
    await expect.poll(() => backend.arrived.length).toBe(1)
    expect(await daemon.stop()).toBe(1)
    expect(await answer).toBe('broken')
    expect(daemon.log().at(-1)?.msg).toBe('stopped before all was settled: its senders will send it again')
  })

  test('a second signal ends it at once', async () => {
    backend.answers(() => ({ delayMs: 60_000 }))
    const daemon = await startDaemon(relayConfig(backend.url))
    post(daemon.ports['relay/http'], logsOf('x')).catch(() => {})
    await expect.poll(() => backend.arrived.length).toBe(1)
    daemon.child.kill('SIGTERM')
    await daemon.logged('stopping: settling what is in flight')
    daemon.child.kill('SIGTERM')
    expect((await daemon.ended).status).toBe(143)
  })
})

describe('reload', () => {
  test('SIGHUP puts a new policy in place; a bad file keeps the old one, and says so', async () => {
    const daemon = await startDaemon(relayConfig(backend.url))
    const config = JSON.parse(readFileSync(daemon.configPath, 'utf8'))
    const redacted = async () => {
      await post(daemon.ports['relay/http'], logsOf(secret))
      return JSON.parse(backend.arrived.at(-1)?.body.toString() ?? '').resourceLogs[0].scopeLogs[0].logRecords[0].body
        .stringValue
    }
    expect(await redacted()).toBe('[REDACTED:github-pat-classic]')

    writeFileSync(daemon.configPath, JSON.stringify({ ...config, redaction: { action: 'mask' } }))
    daemon.child.kill('SIGHUP')
    await daemon.logged('redaction was read again')
    expect(await redacted()).toBe('*'.repeat(secret.length))

    writeFileSync(daemon.configPath, JSON.stringify({ ...config, redaction: { action: `show ${secret}` } }))
    daemon.child.kill('SIGHUP')
    const { msg } = await daemon.logged(/^the configuration is bad/)
    expect(msg).toBe(
      `the configuration is bad, the one before stays in use: ${daemon.configPath}:1: redaction.action is one of label, mask, partial, hmac, encrypt, remove, drop, flag`
    )
    expect(await redacted()).toBe('*'.repeat(secret.length))
    expect(await metric(daemon.admin, 'logveil_reload_ok')).toBe(0)

    writeFileSync(daemon.configPath, JSON.stringify({ ...config, gracePeriodMs: 1 }))
    await daemon.logged('what changed outside redaction needs a restart')
    expect(await redacted()).toBe('[REDACTED:github-pat-classic]')
    expect(await metric(daemon.admin, 'logveil_reload_ok')).toBe(1)
    await daemon.stop()
  })
})

describe('workers', () => {
  test('share an address, are told of new settings, count together, and settle at the end', async () => {
    const source = { http: `127.0.0.1:${await freePort()}`, grpc: `127.0.0.1:${await freePort()}` }
    const daemon = await startDaemon(relayConfig(backend.url, { source, rest: { workers: 2 } }))
    const port = daemon.ports['relay/http']
    const send = (count: number) => Promise.all(Array.from({ length: count }, () => post(port, logsOf(secret))))
    expect((await send(30)).map(({ status }) => status)).toEqual(Array(30).fill(200))
    expect(new Set(backend.arrived.map(({ body }) => body.toString()))).toEqual(
      new Set([logsOf('[REDACTED:github-pat-classic]')])
    )
    expect(await metric(daemon.admin, 'logveil_records_sent_total\\{pipeline="relay",signal="logs"\\}')).toBe(30)
    expect(await metric(daemon.admin, 'logveil_workers')).toBe(2)
    expect((await fetch(`${daemon.admin}/readyz`)).status).toBe(200)
    expect(await (await fetch(`${daemon.admin}/metrics`)).text()).toMatch(/# EOF\n$/)

    const config = JSON.parse(readFileSync(daemon.configPath, 'utf8'))
    writeFileSync(daemon.configPath, JSON.stringify({ ...config, redaction: { action: 'remove' } }))
    daemon.child.kill('SIGHUP')
    await daemon.logged('redaction was read again')
    backend.arrived.length = 0
    await send(20)
    expect(new Set(backend.arrived.map(({ body }) => body.toString()))).toEqual(new Set([logsOf('')]))

    backend.answers(() => ({ delayMs: 300 }))
    const last = send(10)
    await expect.poll(() => backend.arrived.length).toBe(30)
    const ended = daemon.stop()
    expect((await last).map(({ status }) => status)).toEqual(Array(10).fill(200))
    expect(await ended).toBe(0)
  })
})

describe('what cannot start', () => {
  test('all mistakes at once, each with its line', async () => {
    const config = JSON.stringify({ workers: 0, pipelines: [{ name: 'A', sinks: [] }], grace: 1 }, null, 1)
    const { path, remove } = temporaryDirectory()
    const file = path('bad.yaml')
    writeFileSync(file, config)
    const { status, stderr } = await run(main, ['run', '--config', file])
    remove()
    expect([status, stderr]).toEqual([
      2,
      [
        `logveil: ${file}:2: workers must be at least 1`,
        `${file}:5: pipelines[0].name is lower-case letters, digits and dashes`,
        `${file}:4: pipelines[0].source is missing`,
        `${file}:6: pipelines[0].sinks must be at least 1 entry`,
        `${file}:9: grace is not known`,
        ''
      ].join('\n')
    ])
  })

  test.each(['--http', '--grpc', '--admin'])('an address that is taken: %s', async (option) => {
    const { port } = backend.url
    const free = ['--http', '--grpc', '--admin'].flatMap((other) => [
      other,
      other === option ? `127.0.0.1:${port}` : '127.0.0.1:0'
    ])
    const { status, stderr } = await run(main, ['relay', '--to', 'http://a:1', ...free])
    expect([status, stderr]).toEqual([
      2,
      expect.stringMatching(`^logveil: (admin )?cannot listen on 127.0.0.1:${port}: .*\n$`)
    ])
  })
})
