// The whole loop: a listed secret in a log becomes one alert and one issue, its rotation hook runs (dry), it is rotated, an old sighting tells of a
// stale consumer, a quiet period verifies it. The value is nowhere.
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { stringify } from 'yaml'
import { main, run, temporaryDirectory } from '../cli/spawn.ts'
import { alertmanagerFake, alertmanagerToken } from '../tickets/channels/alertmanager-fake.ts'
import { missingAlertmanager, openAlertmanager } from '../tickets/channels/alertmanager-server.ts'
import { startFake } from '../tickets/channels/fake-service.ts'
import { jiraAccess, jiraFake } from '../tickets/channels/jira-fake.ts'
import { startDaemon } from './daemon.ts'

/** No shape that a detector knows: only the inventory does. */
const value = ['Zt4', 'kW9qLx2', 'vBn7RmHs'].join('')
const key = `k1:${Buffer.alloc(32, 7).toString('base64')}`
const token = 'a-token-for-tests-0'
/** 10 s: the old value has to be seen again before they are over. */
const quietDays = 10 / 86_400

interface Told {
  readonly actor: string
  readonly kind: string
  readonly to: string
  readonly reason: string
}

/** Alertmanager itself, or a fake of it. */
async function openAlerts(real: boolean) {
  const headers = { authorization: `Bearer ${alertmanagerToken}` }
  if (!real) {
    const fake = await startFake(alertmanagerFake())
    const firing = async () => fake.things().flatMap(({ ticket, state }) => (state === 'firing' ? [ticket] : []))
    return { ...fake, headers, firing }
  }
  const server = await openAlertmanager()
  await server.start()
  const answers: string[] = []
  return {
    url: server.url,
    headers: {},
    raw: answers,
    faults: [],
    async firing() {
      const alerts = await server.alerts()
      answers.push(JSON.stringify(alerts))
      return alerts.map(({ labels }) => labels.ticket)
    },
    async close() {
      await server.stop()
      server.remove()
    }
  }
}

test.for([
  ['a fake of Alertmanager', false],
  ['Alertmanager', true]
] as const)('from the log to the rotated secret, with %s', async ([_, real], context) => {
  if (real && missingAlertmanager !== '') return context.skip(missingAlertmanager)
  const { path, remove } = temporaryDirectory()
  writeFileSync(path('keys'), key)
  const fingerprinted = await run(main, ['inventory', 'fingerprint', '--key-file', path('keys'), '--json'], value)
  expect(fingerprinted.stderr).toBe('')
  const program = path('rotate')
  writeFileSync(program, `#!/bin/sh\ntouch '${path('rotated')}'\n`)
  chmodSync(program, 0o755)
  const secret = {
    name: 'pay/db',
    owner: 'team-pay',
    runbook: 'https://runbook.example/pay',
    classification: 'break-glass',
    rotation: { phases: 'dual', hook: { name: 'mine', target: 'pay' } },
    versions: [JSON.parse(fingerprinted.stdout)]
  }
  writeFileSync(path('inventory.yaml'), stringify({ secrets: [secret] }))
  const alerts = await openAlerts(real)
  const issues = await startFake(jiraFake())
  const directory = path('tickets')
  const daemon = await startDaemon({
    admin: '127.0.0.1:0',
    redaction: { keys: [key], inventory: path('inventory.yaml') },
    tickets: {
      directory,
      quietDays,
      api: { tokens: [{ name: 'ada', token }] },
      rotation: { automatic: true, hooks: [{ type: 'command', name: 'mine', command: [program] }] },
      channels: [
        { type: 'alertmanager', urls: [alerts.url], headers: alerts.headers },
        { type: 'jira', url: issues.url, ...jiraAccess, project: 'SEC', settleSeconds: 0 }
      ]
    },
    pipelines: [
      {
        name: 'in',
        source: { type: 'otlp', http: '127.0.0.1:0', grpc: null },
        sinks: [{ type: 'file', path: path('out.jsonl') }]
      }
    ]
  })
  const said: string[] = []
  async function api(at: string, body?: object) {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const request = body === undefined ? { headers } : { headers, method: 'POST', body: JSON.stringify(body) }
    const text = await (await fetch(`${daemon.admin}/v1/${at}`, request)).text()
    said.push(text)
    return JSON.parse(text)
  }
  const log = (service: string) =>
    fetch(`http://127.0.0.1:${daemon.ports['in/http']}/v1/logs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: requestOf(service, `connected as ${value} again`)
    })

  const began = performance.now()
  expect((await log('pay')).status).toBe(200)
  await until(async () => issues.things().length === 1 && (await alerts.firing()).length === 1)
  const tookMs = Math.round(performance.now() - began)
  if (process.env.LOGVEIL_TIMES !== undefined) process.stdout.write(`alert and issue after ${tookMs} ms\n`)
  const [{ id, owner, runbook, severity, confidence }] = (await api('tickets')).tickets
  expect({ owner, runbook, severity, confidence }).toEqual({
    owner: 'team-pay',
    runbook: 'https://runbook.example/pay',
    severity: 'critical',
    confidence: 'confirmed'
  })
  expect(await alerts.firing()).toEqual([id])
  expect(issues.things()).toMatchObject([{ ticket: id, state: 'To Do' }])

  const history = async (): Promise<Told[]> => (await api(`tickets/${id}/history`)).history
  const tells = (text: string) => until(async () => (await history()).some(({ reason }) => reason.includes(text)))
  await tells('dry run: would run the command of mine for pay')
  expect(existsSync(path('rotated'))).toBe(false)

  expect(await api(`tickets/${id}/rotated`, { reason: 'by hand' })).toMatchObject({ state: 'rotated' })
  expect((await log('old-consumer')).status).toBe(200)
  await tells('the old value is still used by old-consumer')
  await tells('the old value was not seen for the quiet period')
  expect((await history()).map(({ actor, kind, to }) => `${actor} ${kind} ${to}`)).toEqual([
    'logveil opened open',
    'hook mine updated open',
    'ada changed rotated',
    'logveil stale-consumer rotated',
    'logveil changed verified'
  ])
  await until(async () => issues.things()[0].state === 'Done' && (await alerts.firing()).length === 0)
  expect(issues.things()).toHaveLength(1)
  expect(issues.things()[0].events).toEqual([1, 2, 3, 4, 5].map((revision) => `${id}.${revision}`))

  const metrics = await (await fetch(`${daemon.admin}/metrics`)).text()
  const raw = () => readdirSync(directory).map((name) => readFileSync(`${directory}/${name}`, 'latin1'))
  const running = raw()
  expect(await daemon.stop()).toBe(0)
  await Promise.all([alerts.close(), issues.close()])
  expect([...alerts.faults, ...issues.faults]).toEqual([])
  const files = ['out.jsonl', 'inventory.yaml'].map((name) => readFileSync(path(name), 'utf8'))
  const places = [
    ...running,
    ...raw(),
    ...alerts.raw,
    ...issues.raw,
    ...said,
    ...files,
    metrics,
    JSON.stringify(daemon.log())
  ]
  for (const text of places)
    for (let at = 0; at + 6 <= value.length; at++) expect(text.includes(value.slice(at, at + 6))).toBe(false)
  remove()
})

function requestOf(service: string, text: string): string {
  const attributes = [{ key: 'service.name', value: { stringValue: service } }]
  const logRecords = [{ body: { stringValue: text } }]
  return JSON.stringify({ resourceLogs: [{ resource: { attributes }, scopeLogs: [{ logRecords }] }] })
}

async function until(done: () => boolean | Promise<boolean>): Promise<void> {
  await expect.poll(done).toBe(true)
}
