// From a program that logs with pino, in its hook and in its worker, to the daemon that takes what they found.
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { run, temporaryDirectory } from '../cli/spawn.ts'
import { secretOf } from '../hooks/pino-secrets.ts'
import { type Daemon, startDaemon } from './daemon.ts'

const program = fileURLToPath(new URL('./findings-program.ts', import.meta.url))
const { path, remove } = temporaryDirectory()
const [token, old] = [['tok', 'en-1'].join(''), ['tok', 'en-0'].join('')]
let daemon: Daemon
beforeAll(async () => {
  const source = { type: 'otlp', http: '127.0.0.1:0', grpc: null }
  daemon = await startDaemon(
    {
      admin: '127.0.0.1:0',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder of the configuration
      findings: { bearerTokens: ['${env:FINDINGS_TOKEN}', old] },
      pipelines: [{ name: 'otlp', source, sinks: [{ type: 'file', path: path('out.jsonl') }] }]
    },
    { FINDINGS_TOKEN: token }
  )
})
afterAll(async () => {
  await daemon.stop()
  remove()
})

const metrics = async () =>
  (await (await fetch(`${daemon.admin}/metrics`)).text())
    .split('\n')
    .filter((line) => /^logveil_findings_(reported|refused)_total/.test(line))
    .sort()

const log = (how: string, authorization: string) =>
  run(program, [how, `${daemon.admin}/v1/findings`, authorization, path(`${how}.log`)])

test('what is found in a hook and in a worker is counted there, and nothing of it is shown', async () => {
  const ended = [await log('hook', `Bearer ${token}`), await log('transport', `Bearer ${old}`)]
  expect(ended).toEqual(Array(2).fill({ status: 0, stdout: '', stderr: '' }))
  expect(await metrics()).toEqual([
    'logveil_findings_reported_total{placement="pino",detector="generic-password"} 6',
    'logveil_findings_reported_total{placement="pino",detector="github-pat-classic"} 6'
  ])
  const shown = `${JSON.stringify(daemon.log())}${await metrics()}`
  expect([0, 1, 2].map((i) => shown.includes(secretOf(i)))).toEqual([false, false, false])
})

test('who has no right to report is told in a warning, and the log goes on', async () => {
  const { status, stderr } = await log('hook', 'Bearer wrong')
  expect([status, stderr.includes('LogveilWarning: 127.0.0.1'), stderr.includes('refuses findings')]).toEqual([
    0,
    true,
    true
  ])
  expect(await metrics()).toContain('logveil_findings_refused_total{reason="unauthorized"} 1')
})
