// What compose.yaml starts, without containers: its application, configurations and Collector, a real broker; only addresses are other ones.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Running, start, temporaryDirectory } from '../cli/spawn.ts'
import { type Daemon, freePort, startCommand } from '../e2e/daemon.ts'
import { type HttpDownstream, startHttpDownstream } from '../e2e/http-downstream.ts'
import { useBroker } from '../kafka/broker.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const binary = join(root, 'node_modules/.cache/logveil/collector')
const missing = existsSync(binary) ? '' : 'no OpenTelemetry Collector: npm run collector builds one, with Go'
const secret = /ghp_[A-Za-z0-9]{36}|shop:[\w-]{12}@/
const directory = temporaryDirectory()
const broker = useBroker()
const ended: Running[] = []
const daemons: Daemon[] = []
let alerts: HttpDownstream

/** A file of deploy/compose with other addresses. */
function placed(name: string, addresses: Readonly<Record<string, string>>): string {
  let text = readFileSync(join(root, 'deploy/compose', name), 'utf8')
  for (const [from, to] of Object.entries(addresses)) {
    expect(text).toContain(from)
    text = text.replaceAll(from, to)
  }
  writeFileSync(directory.path(name), text)
  return directory.path(name)
}

beforeAll(async () => {
  if (missing !== '') return
  alerts = await startHttpDownstream()
  alerts.answers(() => ({ body: '{}' }))
})
beforeEach((context) => {
  if (missing !== '') context.skip(missing)
})
afterAll(async () => {
  for (const { child } of ended) child.kill('SIGKILL')
  for (const { child } of daemons) child.kill('SIGKILL')
  await alerts?.close()
  directory.remove()
})

// Tickets have a key, so its placeholders have fingerprints; the worker has none.
test('its configurations, with the Collector, a broker and the application: no secret arrives, everything else does', async () => {
  const otlp = await freePort()
  const config = placed('collector.yaml', { '0.0.0.0:4318': `127.0.0.1:${otlp}` })
  const collector = start(binary, ['--config', `file:${config}`])
  ended.push(collector)
  let printed = ''
  collector.child.stderr.on('data', (chunk: Buffer) => {
    printed += chunk.toString()
  })

  const gateway = await startCommand(
    [
      'run',
      '--config',
      placed('logveil.yaml', {
        '0.0.0.0:9464': '127.0.0.1:0',
        '0.0.0.0:4318': '127.0.0.1:0',
        '0.0.0.0:4317': '127.0.0.1:0',
        'http://collector:4318': `http://127.0.0.1:${otlp}`,
        'http://alertmanager:9093': alerts.url.href.slice(0, -1),
        '/var/lib/logveil/tickets': directory.path('tickets')
      })
    ],
    { LOGVEIL_TOKEN: 'a-token-of-the-test' }
  )
  const topics = ['logs', 'logs.clean', 'logs.dead'].map((topic) => ({ topic, numPartitions: 3 }))
  await broker.admin.createTopics({ topics, waitForLeaders: true })
  const worker = await startCommand([
    'run',
    '--config',
    placed('worker.yaml', { '0.0.0.0:9464': '127.0.0.1:0', 'kafka:9092': broker.address })
  ])
  daemons.push(gateway, worker)

  const clean: string[] = []
  const consumer = broker.kafka.consumer({ groupId: 'demo-test', readUncommitted: false })
  await consumer.connect()
  await consumer.subscribe({ topics: ['logs.clean'], fromBeginning: true })
  await consumer.run({
    async eachMessage({ message }) {
      clean.push(String(message.value))
    }
  })

  const application = start(process.execPath, [join(root, 'deploy/compose/application.mjs')], {
    OTLP_URL: `http://127.0.0.1:${gateway.ports['gateway/http']}`,
    KAFKA_BROKERS: broker.address,
    INTERVAL_MS: '20',
    NODE_NO_WARNINGS: '1'
  })
  ended.push(application)
  const placeholders = (all: string) => all.match(/\[REDACTED:(?:github-pat-classic|url-password)[:\]]/g)?.length ?? 0
  const all = () => [printed, clean.join('\n')]
  await expect.poll(() => all().every((text) => placeholders(text) > 10 && /order \d+ paid/.test(text))).toBe(true)
  await expect.poll(() => alerts.arrived.map(({ path }) => path)).toContain('/api/v2/alerts')
  application.child.kill('SIGTERM')
  const { status, stdout, stderr } = await application.ended
  await consumer.disconnect()
  expect([status, stdout, stderr]).toEqual([0, '', ''])
  expect(await Promise.all([gateway.stop(), worker.stop()])).toEqual([0, 0])
  const everything = [...all(), ...alerts.arrived.map(({ body }) => body.toString())]
  expect(everything.filter((text) => secret.test(text))).toEqual([])
})
