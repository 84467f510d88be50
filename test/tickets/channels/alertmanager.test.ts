// Alertmanager itself. `npm run alertmanager` builds it; without it these tests are skipped.
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { openDesk } from '../../../src/tickets/desk.ts'
import { openLedger } from '../../../src/tickets/ledger.ts'
import { openAt, policy, sightingOf } from '../backends.ts'
import { type AlertmanagerServer, missingAlertmanager, openAlertmanager } from './alertmanager-server.ts'
import { openCase } from './cases.ts'

let server: AlertmanagerServer

async function until(done: () => Promise<boolean>): Promise<void> {
  await expect.poll(done).toBe(true)
}

const alerts = () => server.alerts()

beforeAll(async () => {
  if (missingAlertmanager !== '') return
  server = await openAlertmanager()
  await server.start()
})
beforeEach((context) => {
  if (missingAlertmanager !== '') context.skip(missingAlertmanager)
})
afterAll(async () => {
  if (missingAlertmanager !== '') return
  await server.stop()
  server.remove()
})

test('one alert for each ticket: it changes with it, is back after a restart of Alertmanager, and resolves with it', async () => {
  const where = join(server.folder, 'tickets.db')
  const channel = openCase({ type: 'alertmanager', urls: [server.url], labels: { team: 'security' }, resendSeconds: 1 })
  const failures: string[] = []
  const desk = await openDesk({
    database: openAt(where),
    channels: [{ channel, perSecond: 1000 }],
    policy,
    delivery: { initialMs: 20, maxMs: 100, attempts: 1000, leaseMs: 5000, inFlight: 4 },
    events: {
      delivered() {},
      backlog() {},
      open() {},
      allowances() {},
      failed: (_, __, message) => failures.push(message),
      trouble() {}
    }
  })
  const places = [{ place: { service: 'pay' }, count: 1, first: Date.now(), last: Date.now() }]
  await desk.record('w', 1, [sightingOf(1, Date.now(), { places }), sightingOf(2, Date.now())], Date.now())
  await until(async () => (await alerts()).length === 2)
  const database = openAt(where)
  const ledger = await openLedger(database, policy)
  const [ticket] = (await ledger.list({})).filter(({ places }) => places.length > 0)
  const ours = async () => (await alerts()).filter(({ labels }) => labels.ticket === ticket.id)
  const { id, fingerprint } = ticket
  const labels = { alertname: 'LeakedSecret', detector: 'toy-token', team: 'security', tenant: 'default', ticket: id }
  expect(await ours()).toMatchObject([
    {
      labels: { ...labels, severity: 'high' },
      annotations: { fingerprint, state: 'open', places: 'service pay: 1 time' }
    }
  ])
  // Worse: another label, so another alert for Alertmanager; the first one is over.
  await desk.record('w', 2, [sightingOf(1, Date.now(), { severity: 'critical' })], Date.now())
  await until(async () => (await ours()).some(({ labels }) => labels.severity === 'critical'))
  expect((await ours()).map(({ labels: { severity } }) => severity)).toEqual(['critical'])
  // It keeps no alerts on its disk.
  await server.stop()
  await server.start()
  await until(async () => (await alerts()).length === 2)
  expect((await ours()).map(({ labels: { severity } }) => severity)).toEqual(['critical'])
  await ledger.change(id, { to: 'closed', by: 'ada', reason: 'revoked', at: Date.now() })
  await until(async () => (await ours()).length === 0)
  // It is not kept alive any more.
  await new Promise((resolve) => setTimeout(resolve, 1500))
  expect((await alerts()).map(({ labels }) => labels.ticket === id)).toEqual([false])
  await desk.record('w', 3, [sightingOf(1, Date.now() + 1000)], Date.now())
  await until(async () => (await ours()).length === 1)
  await Promise.all([desk.close(0), database.close()])
  expect(new Set(failures)).toEqual(
    failures.length > 0 ? new Set(['alertmanager does not answer (ECONNREFUSED)']) : new Set()
  )
})

test('a storm is one alert', async () => {
  const channel = openCase({ type: 'alertmanager', urls: [server.url] })
  const digest = { id: 'digest.default.7', kind: 'digest', at: Date.now(), tenant: 'default', count: 500 } as const
  await channel.deliver({ ...digest, detectors: { 'toy-token': 500 }, tickets: ['a'] }, null)
  const found = (await alerts()).filter(({ labels }) => labels.alertname === 'LeakedSecretStorm')
  expect(found).toMatchObject([{ labels: { severity: 'critical', digest: 'digest.default.7' } }])
})
