// Every command that README.md shows, as a new user would type it, with what is built out of this tree. Those that cannot run here are listed with the reason; a
// command that is in neither list fails, as does one that README.md does not show any more.
import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { temporaryDirectory } from '../cli/spawn.ts'
import { secretOf } from '../hooks/pino-secrets.ts'
import { type HttpDownstream, startHttpDownstream } from './http-downstream.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const readme = readFileSync(join(root, 'README.md'), 'utf8')
const { path, remove } = temporaryDirectory()
/** A copy of this tree, as it is after `npm ci`. */
const clone = path('clone')
const home = path('home')
const placeholder = '[REDACTED:github-pat-classic]'
let backend: HttpDownstream

/** Fenced blocks without a language, or of a shell: the commands without their comments. What a command with `$ ` before it puts out stands behind it. */
function commandsOf(text: string): string[] {
  const blocks = [...text.matchAll(/^( *)```(\w*)\n([\s\S]*?)^\1```$/gm)]
  return blocks.flatMap(([, , language, body]) => {
    if (!['', 'sh', 'bash', 'shell', 'console'].includes(language)) return []
    const lines = body.split('\n').filter((line) => /^\s*[^#\s]/.test(line))
    const typed = lines.some((line) => line.startsWith('$ ')) ? lines.filter((line) => line.startsWith('$ ')) : lines
    return typed.map((line) =>
      line
        .replace(/^\$ /, '')
        .replace(/\s+#\s.*$/, '')
        .trim()
    )
  })
}

/** What stands behind a command that is shown with its output. */
function shownOutput(command: string): string {
  const [, behind] = readme.split(`$ ${command}\n`)
  return behind.slice(0, behind.indexOf('```'))
}

beforeAll(async () => {
  for (const folder of ['bin', 'scripts', 'detectors', 'package.json'])
    cpSync(join(root, folder), join(clone, folder), { recursive: true })
  const build = spawnSync(process.execPath, [join(root, 'scripts/build.mjs'), '--out', join(clone, 'dist')])
  expect(build.status).toBe(0)
  symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'))
  for (const folder of ['bin', 'node_modules/.bin', 'var/log/app', 'var/log/containers', 'var/lib', 'our-detectors'])
    mkdirSync(join(home, folder), { recursive: true })
  for (const folder of ['bin', 'node_modules/.bin'])
    symlinkSync(join(clone, 'bin/logveil.mjs'), join(home, folder, 'logveil'))
  const lines = shownOutput('kubectl logs -f deploy/api | npx logveil redact')
    .replace(placeholder, secretOf(1))
    .replace('[REDACTED:generic-password]', password)
    .replace('[REDACTED:url-password]', password)
  write('lines', lines)
  command('kubectl', 'cat lines')
  command('some-app', `echo 'a ${secretOf(2)}' >&2`)
  command('ship-logs', 'cat > shipped')
  write('build.sh', `#!/bin/sh\necho "pin $SIGNING_PIN"\n`)
  chmodSync(join(home, 'build.sh'), 0o755)
  write('package.json', JSON.stringify({ scripts: { test: `echo 'tested ${secretOf(3)}'` } }))
  write('app.log', `x ${secretOf(4)}\nclean\n`)
  write(
    'logveil.yaml',
    'admin: 127.0.0.1:0\npipelines: [{ name: a, source: { type: otlp, http: 127.0.0.1:0, grpc: null }, sinks: [{ type: stdout }] }]\n'
  )
  write('key', `${Buffer.alloc(32, 7).toString('base64')}\n`)
  write('.gitleaks.toml', `[[rules]]\nid = "acme"\nregex = '''acme_[a-z]{20}'''\nkeywords = ["acme_"]\n`)
  backend = await startHttpDownstream()
})
afterAll(async () => {
  await backend?.close()
  remove()
})

const password = ['Xq7', 'Zr2mVt9LkPw4s'].join('')

function write(name: string, text: string): void {
  writeFileSync(join(home, name), text)
}

const read = (name: string) => readFileSync(join(home, name), 'utf8')

function command(name: string, script: string): void {
  write(`bin/${name}`, `#!/bin/sh\n${script}\n`)
  chmodSync(join(home, 'bin', name), 0o755)
}

/** Names of machines and folders of the system stand for those of the test. */
function here(typed: string): string {
  return typed
    .replaceAll('http://collector:4318', backend.url.href)
    .replaceAll('https://hooks.example/', backend.url.href)
    .replaceAll(/(?<=[ '])\/var\//g, `${home}/var/`)
}

const environment = () => ({
  PATH: [join(home, 'bin'), dirname(process.execPath), process.env.PATH].join(delimiter),
  HOME: home,
  PASSWORD: password,
  SIGNING_PIN: 'pin-4711-of-a-test',
  GIT_CONFIG_GLOBAL: '/dev/null'
})

interface Run {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

function say(typed: string, { input = '', cwd = home } = {}): Run {
  const { status, stdout, stderr } = spawnSync('sh', ['-c', here(typed)], {
    cwd,
    env: environment(),
    input,
    encoding: 'utf8',
    timeout: 110_000,
    killSignal: 'SIGKILL'
  })
  return { status, stdout, stderr }
}

/** Runs it until `done`, which gets the address of metrics and the first port, then ends it as a service manager does. */
async function serve(
  typed: string,
  done: (admin: string, port: number) => Promise<boolean>,
  more = ''
): Promise<number | null> {
  const child = spawn('sh', ['-c', `exec ${here(typed)} ${more}`], { cwd: home, env: environment() })
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  let log = ''
  child.stderr.on('data', (chunk: Buffer) => {
    log += chunk
  })
  child.stdout.resume()
  try {
    const started = await until(
      () => log.split('\n').find((line) => line.includes('"msg":"started"')),
      () => log
    )
    const { admin, ports } = JSON.parse(started)
    await until(
      () => done(`http://127.0.0.1:${admin}`, Number(Object.values(ports ?? {})[0])),
      () => log
    )
  } finally {
    child.kill('SIGTERM')
  }
  return ended
}

async function until<T>(what: () => T | Promise<T>, log: () => string): Promise<NonNullable<T>> {
  for (const end = performance.now() + 100_000; performance.now() < end; ) {
    const value = await what()
    if (value) return value
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`it never came: ${log()}`)
}

async function send(port: number, text: string): Promise<number> {
  const body = { resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: { stringValue: text } }] }] }] }
  const headers = { 'content-type': 'application/json' }
  return (await fetch(`http://127.0.0.1:${port}/v1/logs`, { method: 'POST', headers, body: JSON.stringify(body) }))
    .status
}

/** Addresses are the defaults, which somebody else on this machine may have. */
const freePorts = '--http 127.0.0.1:0 --grpc off --admin 127.0.0.1:0'
const arrivedAt = (path: string) =>
  backend.arrived.filter((one) => one.path === path).map(({ body }) => body.toString())

async function relays(typed: string, more: (admin: string) => Promise<boolean> = async () => true): Promise<void> {
  backend.arrived.length = 0
  const status = await serve(
    typed,
    async (admin, port) => {
      if (arrivedAt('/v1/logs').length === 0) expect(await send(port, `a ${secretOf(5)}`)).toBe(200)
      return more(admin)
    },
    freePorts
  )
  expect(status).toBe(0)
  expect(
    arrivedAt('/v1/logs').map((body) => body.includes(placeholder.slice(0, -1)) && !body.includes(secretOf(5)))
  ).toEqual([true])
}

/** In the order of README.md: some need what others made. */
const runs: Record<string, (typed: string) => void | Promise<void>> = {
  'kubectl logs -f deploy/api | npx logveil redact': (typed) => {
    expect(say(typed)).toEqual({ status: 0, stdout: shownOutput(typed), stderr: '' })
  },
  'logveil relay --to http://collector:4318': (typed) => relays(typed),
  'logveil run --config logveil.yaml': async (typed) => {
    const status = await serve(typed, async (admin, port) => {
      expect(await send(port, 'x')).toBe(200)
      return (await fetch(`${admin}/readyz`)).ok
    })
    expect(status).toBe(0)
  },
  'some-app 2>&1 | logveil redact | ship-logs': (typed) => {
    expect(say(typed).status).toBe(0)
    expect(read('shipped')).toBe(`a ${placeholder}\n`)
  },
  'logveil redact --findings leaks.jsonl app.log > app.redacted.log': (typed) => {
    expect(say(typed)).toEqual({ status: 0, stdout: '', stderr: '' })
    expect(read('app.redacted.log')).toBe(`x ${placeholder}\nclean\n`)
    expect(JSON.parse(read('leaks.jsonl')).detector).toBe('github-pat-classic')
  },
  "logveil follow '/var/log/app/*.log' --state /var/lib/logveil --out /var/log/clean.log": async (typed) => {
    write('var/log/app/a.log', `f ${secretOf(6)}\n`)
    const written = () =>
      existsSync(join(home, 'var/log/clean.log')) && read('var/log/clean.log') === `f ${placeholder}\n`
    expect(await serve(typed, async () => written())).toBe(0)
  },
  "logveil follow '/var/log/containers/*.log' --state /var/lib/logveil --to http://collector:4318 --multiline stack-traces":
    async (typed) => {
      backend.arrived.length = 0
      write('var/log/containers/a.log', `2026-11-26T12:00:00Z stdout F k ${secretOf(7)}\n`)
      expect(await serve(typed, async () => arrivedAt('/v1/logs').length > 0)).toBe(0)
      expect(arrivedAt('/v1/logs').map((body) => body.includes(`k ${placeholder}`))).toEqual([true])
    },
  'logveil exec -- npm test': (typed) => {
    const { status, stdout } = say(typed)
    expect([status, stdout.split('\n').at(-2)]).toEqual([0, `tested ${placeholder}`])
  },
  'logveil exec --env SIGNING_PIN --findings leaks.jsonl -- ./build.sh': (typed) => {
    expect(say(typed)).toEqual({ status: 0, stdout: 'pin [REDACTED:environment:SIGNING_PIN]\n', stderr: '' })
    expect(read('leaks.jsonl')).toContain('"environment')
  },
  'logveil scan .': (typed) => {
    const { status, stdout } = say(typed)
    expect([status, stdout.includes('app.log:1:3')]).toEqual([1, true])
  },
  'logveil scan --staged': (typed) => {
    say('git init -q . && git -c user.name=a -c user.email=a@b.c commit -q --allow-empty -m x && git add app.log')
    const { status, stdout } = say(typed)
    expect([status, stdout.includes('app.log:1:3')]).toEqual([1, true])
  },
  'logveil scan --diff origin/main': (typed) => {
    say('git update-ref refs/remotes/origin/main HEAD && git -c user.name=a -c user.email=a@b.c commit -q -m y')
    const { status, stdout } = say(typed)
    expect([status, stdout.includes('app.log:1:3')]).toEqual([1, true])
  },
  'exec logveil scan --staged': (typed) => {
    writeFileSync(join(home, '.git/hooks/pre-commit'), `#!/bin/sh\n${typed}\n`, { mode: 0o755 })
    write('b.log', secretOf(8))
    const commit = 'git add b.log && git -c user.name=a -c user.email=a@b.c commit -q -m z'
    expect(say(commit).status).toBe(1)
    write('b.log', 'nothing')
    expect(say(commit)).toMatchObject({ status: 0 })
  },
  'logveil scrub /var/log/app': (typed) => {
    expect(say(typed).status).toBe(1)
    expect(read('var/log/app/a.log')).toBe(`f ${secretOf(6)}\n`)
  },
  'logveil scrub --write /var/log/app': (typed) => {
    expect(say(typed).status).toBe(0)
    expect(read('var/log/app/a.log')).toBe(`f ${placeholder}\n`)
  },
  'logveil redact --tickets /var/lib/logveil/tickets app.log > clean.log': (typed) => {
    expect(say(typed).status).toBe(0)
    expect(read('clean.log')).toMatch(/^x \[REDACTED:github-pat-classic:[\w.-]+\]\nclean\n$/)
  },
  'logveil relay --to http://collector:4318 --tickets /var/lib/logveil/tickets --webhook https://hooks.example/leaks': (
    typed
  ) => relays(typed, async () => arrivedAt('/leaks').length > 0),
  'logveil tickets list --tickets /var/lib/logveil/tickets': (typed) => {
    const { status, stdout } = say(typed)
    expect([status, stdout.split('github-pat-classic').length - 1]).toEqual([0, 2])
  },
  'logveil relay --to http://collector:4318 --tickets /var/lib/logveil/tickets --console': (typed) =>
    relays(typed, async (admin) => (await fetch(`${admin}/console/`)).ok),
  'printf %s "$PASSWORD" | logveil inventory fingerprint --key-file key': (typed) => {
    const { status, stdout } = say(typed)
    expect(status).toBe(0)
    write(
      'inventory.yaml',
      `secrets:\n  - name: pay/db\n    versions:\n${stdout.replaceAll(/^/gm, '      ').trimEnd()}\n`
    )
  },
  'logveil redact --inventory inventory.yaml --key-file key app.log': (typed) => {
    write('app.log', `word ${password} here\n`)
    expect(say(typed)).toMatchObject({ status: 0, stderr: '' })
    expect(say(typed).stdout).toMatch(/^word \[REDACTED:\S+\] here\n$/)
  },
  'logveil inventory report inventory.yaml --tickets /var/lib/logveil/tickets --format markdown': (typed) => {
    const { status, stdout } = say(typed)
    expect([status, stdout.includes('pay/db')]).toEqual([0, true])
  },
  'npm run new:detector acme': (typed) => {
    expect(say(typed, { cwd: clone }).status).toBe(0)
    expect(existsSync(join(clone, 'detectors/acme.yaml'))).toBe(true)
  },
  'logveil detectors check': (typed) => {
    const { status, stdout } = say(typed, { cwd: clone })
    expect([status, /, 0 mistakes\n$/.test(stdout)]).toEqual([0, true])
  },
  'logveil redact --detectors ./our-detectors': (typed) => {
    const name = 'our-detectors/acme.yaml'
    cpSync(join(clone, 'detectors/acme.yaml'), join(home, name))
    expect(say(typed, { input: `x acme_${'a1B2c3D4'.repeat(4)}\n` }).stdout).toMatch(/^x \[REDACTED:acme-\S+\]\n$/)
  },
  "logveil detectors explain 'token=...'": (typed) => {
    expect(say(typed).status).toBe(0)
  },
  'logveil detectors check .gitleaks.toml': (typed) => {
    expect(say(typed)).toMatchObject({ status: 0, stdout: '1 file, 1 detector, 0 mistakes\n' })
  },
  'logveil redact --detectors .gitleaks.toml': (typed) => {
    expect(say(typed, { input: `x acme_${'abcdefghij'.repeat(2)}\n` }).stdout).toBe('x [REDACTED:gitleaks-acme]\n')
  }
}

/** Why not. */
const elsewhere: Record<string, string> = {
  'npm ci && npm run demo': 'installs from a registry; the demo itself runs below',
  'npm ci && npm test': 'is what runs this test',
  'npm start': 'listens on 4317 and 4318, which others on this machine may have: it is `logveil run`',
  'logveil kafka --brokers kafka:9092 --in logs --out logs.clean --group logveil --transactional-id node-1 --dead-letters logs.dead':
    'needs a broker: test/kafka has one',
  'logveil inventory import vault --mount kv --key-file key --into inventory.yaml':
    'needs a Vault: test/inventory has what stands for one'
}

test.each(Object.entries(runs))('%s', async (typed, check) => check(typed))

test('npm run demo', () => {
  const { status, stdout } = say('npm run -s demo --ignore-scripts', { cwd: clone })
  expect([status, stdout.includes('[REDACTED:github-pat-classic]')]).toEqual([0, true])
})

test('README.md shows these commands and no others', () => {
  expect([...commandsOf(readme)].sort()).toEqual([...Object.keys(runs), ...Object.keys(elsewhere)].sort())
})
