// Secrets of records, and of applications, become tickets, whatever number of threads; no value is anywhere.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { main, run, temporaryDirectory } from '../cli/spawn.ts'
import { receiveWebhooks, type WebhookReceiver } from '../tickets/webhook-receiver.ts'
import { startDaemon } from './daemon.ts'

const github = ['ghp', '_', '16C7e42F292c6912E7710c838347Ae178B4a'].join('')
const password = 'Xq7Zr2mVt9LkPw4s'
const signing = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const trace = '0af7651916cd43dd8448eb211c80319c'

test.each([1, 2])('%d thread(s): from OTLP and POST /v1/findings to tickets and their webhook', async (workers) => {
  const { path, remove } = temporaryDirectory()
  const directory = path('tickets')
  mkdirSync(directory)
  writeFileSync(join(directory, 'webhook.secret'), signing)
  const receiver = await receiveWebhooks(signing)
  const source = { type: 'otlp', http: '127.0.0.1:0', grpc: null }
  const daemon = await startDaemon({
    admin: '127.0.0.1:0',
    workers,
    findings: { bearerTokens: ['reporter'] },
    tickets: { directory, channels: [{ type: 'webhook', url: receiver.url }] },
    pipelines: [{ name: 'in', source, sinks: [{ type: 'otlp', url: 'http://127.0.0.1:1' }] }]
  })
  // Nobody takes the records: what was found in them is known all the same.
  const abort = new AbortController()
  const sent = fetch(`http://127.0.0.1:${daemon.ports['in/http']}/v1/logs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: requestOf(`clone ${github} password=${password}`),
    signal: abort.signal
  }).catch(() => null)
  await tells(receiver, 2)
  abort.abort()
  await sent
  const found = { time: '2026-11-01T00:00:00Z', placement: 'pino', detector: 'toy-token', confidence: 'likely' }
  const reported = await fetch(`${daemon.admin}/v1/findings`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson', authorization: 'Bearer reporter' },
    body: JSON.stringify({
      ...found,
      service: 'web',
      severity: 'high',
      path: '',
      length: 9,
      fingerprint: 'k1.AAAAAAAAAAAAAAAA',
      action: 'label',
      hints: {},
      expired: null
    })
  })
  expect(reported.status).toBe(200)
  await tells(receiver, 3)
  const metrics = await (await fetch(`${daemon.admin}/metrics`)).text()
  expect(metrics).toMatch(/logveil_ticket_sightings_total\{outcome="recorded"\} \d+/)
  const rawOf = () => readdirSync(directory).map((name) => readFileSync(join(directory, name), 'latin1'))
  expect(readdirSync(directory)).toContain('tickets.db-wal')
  const running = rawOf()
  expect(await daemon.stop()).toBe(0)
  const list = await run(main, ['tickets', 'list', '--tickets', directory, '--json'])
  const tickets = JSON.parse(list.stdout)
  const places = Object.fromEntries(tickets.map(({ detector, places }: never) => [detector, (places as object[])[0]]))
  expect(places).toEqual({
    'github-pat-classic': expect.objectContaining({ service: 'pay', pod: 'pay-1', trace }),
    'generic-password': expect.objectContaining({ service: 'pay', pod: 'pay-1', trace }),
    'toy-token': expect.objectContaining({ service: 'web' })
  })
  await receiver.close()
  expect(receiver.faults).toEqual([])
  const log = JSON.stringify(daemon.log())
  for (const output of [...running, ...rawOf(), ...receiver.raw, metrics, log, list.stdout]) {
    for (const secret of [github.slice(4), password])
      for (let at = 0; at + 6 <= secret.length; at += 3) expect(output).not.toContain(secret.slice(at, at + 6))
  }
  remove()
})

function requestOf(text: string): string {
  const attributes = [
    { key: 'service.name', value: { stringValue: 'pay' } },
    { key: 'k8s.pod.name', value: { stringValue: 'pay-1' } }
  ]
  const logRecords = [{ traceId: trace, body: { stringValue: text } }]
  return JSON.stringify({ resourceLogs: [{ resource: { attributes }, scopeLogs: [{ logRecords }] }] })
}

async function tells({ taken }: WebhookReceiver, events: number): Promise<void> {
  await expect.poll(() => taken.length).toBeGreaterThanOrEqual(events)
}

test('a ledger that cannot be reached is waited for beside the data; one that never can ends the start', async () => {
  const { path, remove } = temporaryDirectory()
  const key = `id:${Buffer.alloc(32, 7).toString('base64')}`
  const source = { type: 'otlp', http: '127.0.0.1:0', grpc: null }
  const pipelines = [{ name: 'in', source, sinks: [{ type: 'file', path: path('out.jsonl') }] }]
  const daemon = await startDaemon({
    admin: null,
    redaction: { keys: [key] },
    tickets: { postgres: 'postgres://u:sesame-17@127.0.0.1:1/x' },
    pipelines
  })
  const answer = await fetch(`http://127.0.0.1:${daemon.ports['in/http']}/v1/logs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: requestOf(`clone ${github}`)
  })
  expect(answer.status).toBe(200)
  await daemon.logged('tickets: the ledger of tickets (PostgreSQL): ECONNREFUSED')
  expect(await daemon.stop()).toBe(0)
  expect(daemon.log().find(({ lost }) => lost !== undefined)).toMatchObject({ lost: 1 })
  expect(JSON.stringify(daemon.log())).not.toContain('sesame-17')
  writeFileSync(path('file'), '')
  await expect(startDaemon({ admin: null, tickets: { directory: path('file') }, pipelines })).rejects.toThrow(
    /cannot make .*file\/fingerprint.key/
  )
  remove()
})
