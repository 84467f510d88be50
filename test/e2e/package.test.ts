// What is published, installed from its tarball in a clean folder, as a user would. Needs the npm registry, for what it depends on.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { run, temporaryDirectory } from '../cli/spawn.ts'
import { secretOf } from '../hooks/pino-secrets.ts'
import { startCommand } from './daemon.ts'
import { type HttpDownstream, startHttpDownstream } from './http-downstream.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const directory = temporaryDirectory()
const application = directory.path('application')
const installed = join(application, 'node_modules/logveil')
const bin = join(application, 'node_modules/.bin/logveil')
const placeholder = '[REDACTED:github-pat-classic]'
let backend: HttpDownstream

beforeAll(async () => {
  execFileSync(process.execPath, [join(root, 'scripts/package.mjs'), '--to', directory.path('')], { stdio: 'pipe' })
  const tarball = readdirSync(directory.path('')).find((name) => name.endsWith('.tgz')) ?? ''
  mkdirSync(application)
  writeFileSync(join(application, 'package.json'), '{ "name": "application", "private": true }')
  const install = ['install', '--prefer-offline', '--ignore-scripts', '--no-audit', directory.path(tarball)]
  execFileSync('npm', install, { cwd: application, stdio: 'pipe' })
  backend = await startHttpDownstream()
}, 300_000)
afterEach(() => {
  backend.arrived.length = 0
})
afterAll(async () => {
  await backend?.close()
  directory.remove()
})

/** Sends one log record with a secret through, and stops it. */
async function sendThrough(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const daemon = await startCommand(args, env, [], bin)
  const body = { stringValue: `cloning with ${secretOf(1)}` }
  const response = await fetch(`http://127.0.0.1:${Object.values(daemon.ports)[0]}/v1/logs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [{ body }] }] }] })
  })
  const metrics = await (await fetch(`${daemon.admin}/metrics`)).text()
  expect([response.status, await daemon.stop()]).toEqual([200, 0])
  expect(daemon.log().filter(({ level }) => Number(level) > 30)).toEqual([])
  expect(
    backend.arrived.map(({ path, body: arrived }) => [path, arrived.toString().includes(placeholder.slice(0, -1))])
  ).toEqual([['/v1/logs', true]])
  return metrics
}

test('has what its manifest names, and nothing of ours', () => {
  const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'))
  const named = Object.values(manifest.exports).flatMap((entry) =>
    typeof entry === 'string' ? [entry] : Object.values(entry as object)
  )
  expect(named.filter((file) => !existsSync(join(installed, String(file))))).toEqual([])
  expect(
    ['private', 'scripts', 'devDependencies', 'overrides', 'allowScripts'].filter((key) => key in manifest)
  ).toEqual([])
  expect(manifest.publishConfig).toEqual({ access: 'public', provenance: true })
  expect(readdirSync(installed).sort()).toEqual([
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'bin',
    'detectors',
    'dist',
    'package.json'
  ])
})

test('redact, in a pipe', async () => {
  expect(await run(bin, ['redact', '--fail-on-findings'], `a ${secretOf(1)}\nb\n`)).toEqual({
    status: 1,
    stdout: `a ${placeholder}\nb\n`,
    stderr: ''
  })
})

test('exec, around a command', async () => {
  const ended = await run(bin, ['exec', '--', 'echo', `x ${secretOf(1)}`])
  expect([ended.status, ended.stdout]).toEqual([0, `x ${placeholder}\n`])
})

test('scan and the detectors that come along', async () => {
  writeFileSync(join(application, 'leak.txt'), secretOf(1))
  expect((await run(bin, ['scan', join(application, 'leak.txt')])).status).toBe(1)
  expect((await run(bin, ['detectors', 'list'])).status).toBe(0)
})

test('relay, with tickets', async () => {
  const tickets = directory.path('tickets')
  const args = ['--http', '127.0.0.1:0', '--grpc', 'off', '--admin', '127.0.0.1:0', '--tickets', tickets]
  const metrics = await sendThrough(['relay', '--to', backend.url.href, ...args])
  expect(metrics).toContain('logveil_canary_ok 1')
  const { status, stdout } = await run(bin, ['tickets', 'list', '--tickets', tickets])
  expect([status, stdout.includes('github-pat-classic')]).toEqual([0, true])
  expect(stdout).not.toContain(secretOf(1))
})

test('run, with a queue on disk', async () => {
  const config = directory.path('logveil.yaml')
  writeFileSync(
    config,
    `admin: 127.0.0.1:0
pipelines:
  - name: relay
    source: { type: otlp, http: 127.0.0.1:0 }
    durable: { directory: ${directory.path('queue')} }
    sinks: [{ type: otlp, url: '${backend.url.href}' }]
`
  )
  await sendThrough(['run', '--config', config])
})

test.each([
  ['logveil', 'createRedactor'],
  ['logveil/pino', 'streamWrite'],
  ['logveil/otel', 'RedactingSpanExporter'],
  ['logveil/inventory', 'readListed']
])('%s is there for programs', (entry, name) => {
  const program = `import { ${name} } from '${entry}'; console.log(typeof ${name})`
  const args = ['--input-type=module', '-e', program]
  expect(execFileSync(process.execPath, args, { cwd: application, encoding: 'utf8' })).toBe('function\n')
})
