// A secret in OTLP is told to every channel at once; no part of it is in anything that any service is sent.
import { mkdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { temporaryDirectory } from '../cli/spawn.ts'
import { cases } from '../tickets/channels/cases.ts'
import { startDaemon } from './daemon.ts'

const github = ['ghp', '_', '16C7e42F292c6912E7710c838347Ae178B4a'].join('')
const password = 'Xq7Zr2mVt9LkPw4s'

test('every channel has both tickets, and nothing of what leaked', async () => {
  const { path, remove } = temporaryDirectory()
  mkdirSync(path('tickets'))
  const fakes = await Promise.all(cases.map((one) => one.start(false)))
  const source = { type: 'otlp', http: '127.0.0.1:0', grpc: null }
  const daemon = await startDaemon({
    admin: null,
    tickets: { directory: path('tickets'), channels: cases.map((one, i) => one.config(fakes[i].url)) },
    pipelines: [{ name: 'in', source, sinks: [{ type: 'file', path: path('out.jsonl') }] }]
  })
  const attributes = [
    { key: 'service.name', value: { stringValue: `pay-${github}` } },
    { key: 'k8s.pod.name', value: { stringValue: 'pay-1' } }
  ]
  const logRecords = [{ body: { stringValue: `clone ${github} password=${password}` } }]
  const answer = await fetch(`http://127.0.0.1:${daemon.ports['in/http']}/v1/logs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceLogs: [{ resource: { attributes }, scopeLogs: [{ logRecords }] }] })
  })
  expect(answer.status).toBe(200)
  const thingsOf = (i: number) => new Set(fakes[i].things().map(({ ticket }) => ticket)).size
  await expect.poll(() => cases.map(({ type }, i) => [type, thingsOf(i)])).toEqual(cases.map(({ type }) => [type, 2]))
  expect(await daemon.stop()).toBe(0)
  for (const [i, fake] of fakes.entries()) {
    expect([cases[i].type, thingsOf(i), fake.faults]).toEqual([cases[i].type, 2, []])
    const output = fake.raw.join('\n')
    expect(output).toContain('pay-1')
    for (const secret of [github.slice(4), password])
      for (let at = 0; at + 6 <= secret.length; at++) expect(output).not.toContain(secret.slice(at, at + 6))
    await fake.close()
  }
  remove()
})
