// `logveil tickets serve`: findings of others in, over HTTP and from a topic; one ticket for a secret; people change it by the API.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { main, run, temporaryDirectory } from '../cli/spawn.ts'
import { createTopic, freshName, produce, useBroker } from '../kafka/broker.ts'
import { startCommand } from './daemon.ts'

const found = {
  time: '2026-11-01T00:00:00.000Z',
  placement: 'pino',
  service: 'web',
  detector: 'toy-token',
  confidence: 'likely',
  severity: 'high',
  path: '',
  length: 9,
  fingerprint: 'k1.AAAAAAAAAAAAAAAA',
  action: 'label',
  hints: {},
  expired: null
}
/** As a stage writes them into its topic of findings. */
const staged = {
  time: '2026-11-01T00:00:00.000Z',
  detector: 'toy-token',
  confidence: 'likely',
  severity: 'high',
  action: 'label',
  fingerprint: 'k1.AAAAAAAAAAAAAAAA',
  length: 9,
  hints: {},
  place: { topic: 'logs', partition: 0, offset: '7', path: 'msg' }
}

async function jsonOf(response: Response) {
  return JSON.parse(await response.text())
}

test('findings over HTTP become tickets; the API changes them; a restart has them still', async () => {
  const { path, remove } = temporaryDirectory()
  const directory = path('tickets')
  const serve = ['tickets', 'serve', '--tickets', directory, '--listen', '127.0.0.1:0']
  const first = await startCommand(serve)
  const token = readFileSync(`${directory}/api.token`, 'utf8').trim()
  expect(statSync(`${directory}/api.token`).mode & 0o777).toBe(0o600)
  const headers = { authorization: `Bearer ${token}` }
  const list = async (admin: string) =>
    (await jsonOf(await fetch(`${admin}/v1/tickets`, { headers }))).tickets as Record<string, unknown>[]
  for (let i = 0; i < 3; i++) {
    const body = `${JSON.stringify(found)}\n`
    const request = { method: 'POST', headers: { ...headers, 'content-type': 'application/x-ndjson' }, body }
    expect((await fetch(`${first.admin}/v1/findings`, request)).status).toBe(200)
  }
  await expect.poll(() => list(first.admin)).toMatchObject([{ count: 3 }])
  const [{ id }] = await list(first.admin)
  const changed = await fetch(`${first.admin}/v1/tickets/${id}/ack`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: '{"reason":"mine"}'
  })
  expect([changed.status, (await jsonOf(changed)).state]).toEqual([200, 'acknowledged'])
  expect((await fetch(`${first.admin}/v1/tickets`)).status).toBe(401)
  expect(await first.stop()).toBe(0)
  const log = JSON.stringify(first.log())

  const second = await startCommand(serve)
  expect(await list(second.admin)).toEqual([
    expect.objectContaining({ id, state: 'acknowledged', count: 3, firstSeen: expect.any(String) })
  ])
  expect(await second.stop()).toBe(0)
  const told = await run(main, ['tickets', 'history', String(id), '--tickets', directory, '--json'])
  expect(JSON.parse(told.stdout)[1]).toMatchObject({ actor: 'api', to: 'acknowledged', reason: 'mine' })
  const raw = readdirSync(directory).filter((name) => name.startsWith('tickets.db'))
  for (const text of [log, told.stdout, ...raw.map((name) => readFileSync(`${directory}/${name}`, 'latin1'))])
    expect(text).not.toContain(token)
  remove()
})

test('what cannot be served is said', async () => {
  const { path, remove } = temporaryDirectory()
  const refused = async (...args: string[]) => (await run(main, ['tickets', 'serve', ...args])).stderr
  writeFileSync(path('tokens'), 'no-name-of-a-holder\n')
  writeFileSync(path('short'), 'ada:short\n')
  const tickets = ['--tickets', path('tickets')]
  expect(await refused()).toBe('logveil: say where tickets are kept: --tickets DIR, or --config FILE\n')
  expect(await refused(...tickets, '--topic', 'x')).toBe('logveil: --brokers and --topic belong together\n')
  expect(await refused(...tickets, '--token-file', path('tokens'))).toMatch(/holds no tokens: write NAME:TOKEN/)
  expect(await refused(...tickets, '--token-file', path('short'))).toMatch(/--token-file: is too short/)
  expect(await refused(...tickets, '--listen', 'nowhere')).toMatch(/--listen: is no address/)
  expect(await refused('--config', path('tokens'), ...tickets)).toMatch(/--config says it all/)
  const { stdout, status } = await run(main, ['tickets', 'openapi'])
  expect([JSON.parse(stdout).openapi, status]).toEqual(['3.1.0', 0])
  remove()
})

const broker = useBroker()
/** The one that was killed is a member of its group until its session is over. */
const rebalanced = { timeout: 150_000 }

test('findings of a topic count once each, by two processes and through kill -9', async () => {
  const { path, remove } = temporaryDirectory()
  const topic = await createTopic(broker, 'findings', 3)
  const directory = path('tickets')
  const token = 'a-token-for-tests-0'
  writeFileSync(path('tokens'), `tester:${token}\n`)
  const serve = [
    ...['tickets', 'serve', '--tickets', directory, '--listen', '127.0.0.1:0', '--token-file', path('tokens')],
    ...['--brokers', broker.address, '--topic', topic, '--group', freshName('tickets')]
  ]
  const records = Array.from({ length: 600 }, (_, i) => {
    const fingerprint = `k1.${String(i % 6).padStart(16, 'A')}`
    const value =
      i % 100 === 99
        ? 'no finding'
        : JSON.stringify(i % 2 === 0 ? { ...staged, fingerprint } : { ...found, fingerprint })
    return { key: fingerprint, value }
  })
  const sum = async (admin: string) => {
    const response = await fetch(`${admin}/v1/tickets`, { headers: { authorization: `Bearer ${token}` } })
    const { tickets } = await jsonOf(response)
    return tickets.reduce((all: number, { count }: { count: number }) => all + count, 0)
  }
  await produce(broker, topic, records.slice(0, 200))
  const killed = await startCommand(serve)
  await expect.poll(() => sum(killed.admin), rebalanced).toBe(198)
  await produce(broker, topic, records.slice(200, 400))
  killed.child.kill('SIGKILL')
  await killed.ended
  const both = await Promise.all([startCommand(serve), startCommand(serve)])
  await produce(broker, topic, records.slice(400))
  await expect.poll(() => sum(both[0].admin), rebalanced).toBe(594)
  const metrics = await (await fetch(`${both[0].admin}/metrics`)).text()
  expect(metrics).toMatch(/logveil_kafka_rebalances_total\{pipeline="findings"\} \d/)
  const tickets = await jsonOf(
    await fetch(`${both[1].admin}/v1/tickets`, { headers: { authorization: `Bearer ${token}` } })
  )
  expect(tickets.tickets).toHaveLength(6)
  expect(tickets.tickets[0]).toMatchObject({ firstSeen: found.time, places: expect.any(Array) })
  expect(await Promise.all(both.map((one) => one.stop()))).toEqual([0, 0])
  remove()
}, 360_000)
