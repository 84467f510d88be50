// A false positive that somebody decides on stays in the data from then on, in every thread of the daemon, until it is none any more.
import { expect, test } from 'vitest'
import { temporaryDirectory } from '../cli/spawn.ts'
import { freePort, startDaemon } from './daemon.ts'
import { startHttpDownstream } from './http-downstream.ts'

const token = 'a-token-for-tests-0'
const github = ['ghp', '_', '16C7e42F292c6912E7710c838347Ae178B4a'].join('')
const day = 86_400_000

test.each([1, 2])('%d thread(s)', async (workers) => {
  const { path, remove } = temporaryDirectory()
  const downstream = await startHttpDownstream()
  const port = await freePort()
  const daemon = await startDaemon({
    admin: '127.0.0.1:0',
    workers,
    tickets: { directory: path('tickets'), api: { tokens: [{ name: 'ada', token }] } },
    pipelines: [
      {
        name: 'in',
        source: { type: 'otlp', http: `127.0.0.1:${port}`, grpc: null },
        sinks: [{ type: 'otlp', url: downstream.url.href }]
      }
    ]
  })
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const api = async (at: string, body?: object) => {
    const request = body === undefined ? { headers } : { headers, method: 'POST', body: JSON.stringify(body) }
    return JSON.parse(await (await fetch(`${daemon.admin}/v1/${at}`, request)).text())
  }
  /** Whether it came through, by each of several connections: with two threads, some to each. */
  async function passes(): Promise<boolean[]> {
    const before = downstream.arrived.length
    const send = () =>
      fetch(`http://127.0.0.1:${port}/v1/logs`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', connection: 'close' },
        body: JSON.stringify({
          resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: { stringValue: `x ${github} y` } }] }] }]
        })
      })
    await Promise.all(Array.from({ length: 8 }, send))
    return downstream.arrived.slice(before).map(({ body }) => body.includes(github))
  }
  expect(await passes()).toEqual(Array(8).fill(false))
  await expect.poll(async () => (await api('tickets')).tickets.length).toBe(1)
  const [{ id }] = (await api('tickets')).tickets
  const end = new Date(Date.now() + day).toISOString()
  expect(await api(`tickets/${id}/false-positive`, { reason: 'an example', until: end })).toMatchObject({
    state: 'false-positive'
  })
  await expect.poll(passes).toEqual(Array(8).fill(true))
  const metrics = await (await fetch(`${daemon.admin}/metrics`)).text()
  expect(metrics).toMatch(/logveil_allowed_total\{detector="github-pat-classic"\} \d+/)
  await api(`tickets/${id}/reopen`, { reason: 'it is real' })
  await expect.poll(passes).toEqual(Array(8).fill(false))
  expect(await daemon.stop()).toBe(0)
  await downstream.close()
  remove()
})
