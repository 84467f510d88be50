// The DaemonSet's container as it would stand on a node: its configuration, user and groups, over log files with the rights that containerd gives
// them. Needs Helm (`npm run helm`), and root, to become another user; else it is skipped.
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { main, temporaryDirectory } from '../cli/spawn.ts'
import { startHttpDownstream } from '../e2e/http-downstream.ts'
import { secretOf } from '../hooks/pino-secrets.ts'
import { charts, missingHelm, type Rendered, render } from './rendered.ts'

const directory = temporaryDirectory()
const mayBecome = process.getuid?.() === 0 && spawnSync('setpriv', ['--version']).status === 0
const missing = mayBecome ? missingHelm : 'needs root and setpriv, to become another user'

beforeEach((context) => {
  if (missing !== '') context.skip(missing)
})
afterAll(() => directory.remove())

/** A log file of a container as containerd writes it: 0640, root's. */
function podLog(pod: string, line: string, mode = 0o640): void {
  const path = directory.path(`node/var/log/pods/${pod}/app/0.log`)
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 })
  writeFileSync(path, `2026-01-02T03:04:05.000000006Z stdout F ${line}\n`)
  chmodSync(path, mode)
}

test('nobody with the group 0 reads what pods wrote, but its own, and keeps its positions where the init container made that possible', async () => {
  const backend = await startHttpDownstream()
  chmodSync(directory.path(''), 0o755)
  podLog('shop_web-1_12-34', `cloning with ${secretOf(1)}`)
  podLog('logs_test-logveil-x7x_56-78', 'of logveil itself')
  podLog('shop_other_9-9', 'for its owner only', 0o600)
  const state = directory.path('node/var/lib/logveil')
  mkdirSync(state, { recursive: true, mode: 0o755 })
  chownSync(state, 0, 0)

  const objects = render(join(charts, 'logveil'), { mode: 'daemonset', to: backend.url.href.slice(0, -1) })
  const of = (kind: string) => objects.find((object) => object.kind === kind) ?? expect.unreachable()
  const { spec } = of('DaemonSet').spec.template
  const node = (text: string) => text.replaceAll('/var/l', `${directory.path('node')}/var/l`)
  const config = directory.path('logveil.yaml')
  const text = of('ConfigMap').data['logveil.yaml'].replace('0.0.0.0:9464', '127.0.0.1:0')
  writeFileSync(config, node(text))

  const [init]: Rendered[] = spec.initContainers
  execFileSync(process.execPath, init.command.slice(1).map(node))
  expect([statSync(state).uid, statSync(state).gid]).toEqual([65532, 65532])

  const { runAsUser, runAsGroup, supplementalGroups, fsGroup } = spec.securityContext
  const groups = [runAsGroup, fsGroup, ...supplementalGroups].join(',')
  const become = [`--reuid=${runAsUser}`, `--regid=${runAsGroup}`, `--groups=${groups}`]
  const nothing = ['--bounding-set=-all', '--inh-caps=-all', '--no-new-privs']
  const command = [...become, ...nothing, process.execPath, main, 'run', '--config', config]
  const daemon = spawn('setpriv', command, { stdio: ['ignore', 'ignore', 'pipe'], env: {} })
  let log = ''
  daemon.stderr.on('data', (chunk: Buffer) => {
    log += chunk.toString()
  })
  const arrived = () => backend.arrived.map(({ body }) => body.toString('latin1')).join('')
  await expect.poll(arrived).toContain('cloning with [REDACTED:github-pat-classic]')
  daemon.kill('SIGTERM')
  expect(await new Promise((resolve) => daemon.on('close', resolve))).toBe(0)
  await backend.close()

  for (const attribute of ['k8s.namespace.name', 'shop', 'k8s.pod.name', 'web-1', 'k8s.container.name'])
    expect(arrived()).toContain(attribute)
  expect(arrived()).not.toContain('of logveil itself')
  expect(arrived()).not.toContain('for its owner only')
  expect(log).toContain('EACCES')
  expect(readFileSync(join(state, 'positions/positions.jsonl'), 'utf8').length).toBeGreaterThan(0)
})
