// deploy/collector, with a Collector itself: `npm run collector` builds it; without it these tests are skipped.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { type Running, start, temporaryDirectory } from '../cli/spawn.ts'
import { type Daemon, freePort, startCommand } from '../e2e/daemon.ts'
import { startGrpcDownstream } from '../e2e/grpc-downstream.ts'
import { secretOf } from '../hooks/pino-secrets.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const binary = join(root, 'node_modules/.cache/logveil/collector')
const directory = temporaryDirectory()
const running: (Running | Daemon)[] = []

beforeEach((context) => {
  if (!existsSync(binary)) context.skip('no OpenTelemetry Collector: npm run collector builds one, with Go')
})
afterAll(() => {
  for (const { child } of running) child.kill('SIGKILL')
  directory.remove()
})

test.each(['collector/before.yaml', 'collector/behind.yaml', 'compose/collector.yaml'])('%s is valid', (name) => {
  const args = ['validate', '--config', `file:${join(root, 'deploy', name)}`]
  const { status, stdout, stderr } = spawnSync(binary, args, { encoding: 'utf8' })
  expect([status, `${stdout}${stderr}`]).toEqual([0, ''])
})

/** Starts it with other addresses, and without a port for its own metrics, which both would want. */
async function startCollector(name: string, addresses: Readonly<Record<string, string>>, http: number): Promise<void> {
  let text = readFileSync(join(root, 'deploy/collector', name), 'utf8')
  for (const [from, to] of Object.entries(addresses)) {
    expect(text).toContain(from)
    text = text.replaceAll(from, to)
  }
  writeFileSync(directory.path(name), text.replace('service:', 'service:\n  telemetry: { metrics: { level: none } }'))
  running.push(start(binary, ['--config', `file:${directory.path(name)}`]))
  const answers = () =>
    fetch(`http://127.0.0.1:${http}`).then(
      () => true,
      () => false
    )
  await expect.poll(answers).toBe(true)
}

test('application, Collector before, logveil, Collector behind, backend: a record arrives without its secret', async () => {
  const backend = await startGrpcDownstream()
  const [first, second] = [await freePort(), await freePort()]
  const behind = {
    'backend:4317': backend.url.host,
    '127.0.0.1:24317': `127.0.0.1:${await freePort()}`,
    '127.0.0.1:24318': `127.0.0.1:${second}`
  }
  await startCollector('behind.yaml', behind, second)
  const ports = ['--http', '127.0.0.1:0', '--grpc', 'off', '--admin', 'off']
  const daemon = await startCommand(['relay', '--to', `http://127.0.0.1:${second}`, ...ports])
  running.push(daemon)
  const before = {
    '0.0.0.0:14317': `127.0.0.1:${await freePort()}`,
    '0.0.0.0:14318': `127.0.0.1:${first}`,
    'http://127.0.0.1:4318': `http://127.0.0.1:${daemon.ports['relay/http']}`
  }
  await startCollector('before.yaml', before, first)

  const body = { stringValue: `cloning with ${secretOf(1)}` }
  const { status } = await fetch(`http://127.0.0.1:${first}/v1/logs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [{ body }] }] }] })
  })
  expect(status).toBe(200)
  const arrived = () => backend.arrived.map(({ message }) => Buffer.from(message).toString('latin1'))
  await expect.poll(() => arrived().length).toBe(1)
  expect(arrived()[0]).toContain('cloning with [REDACTED:github-pat-classic]')
  expect(arrived()[0]).not.toContain(secretOf(1))
  expect(await daemon.stop()).toBe(0)
  await backend.close()
})
