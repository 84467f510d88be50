import {
  chmodSync,
  chownSync,
  createWriteStream,
  linkSync,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync
} from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import {
  brotliCompressSync,
  brotliDecompressSync,
  createGzip,
  gunzipSync,
  gzipSync,
  zstdCompressSync,
  zstdDecompressSync
} from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { parseScrubArguments } from '../../src/cli/scrub-options.ts'
import { createSearch } from '../canary-search.ts'
import { keyOf, type Project, passwordOf, tellsMemory, timeless, useProjects } from './scan-project.ts'
import { bash, start } from './spawn.ts'

const project = useProjects()

const secret = passwordOf(1)
const leak = `user=ada password=${secret} ok\n`
const clean = 'user=ada password=[REDACTED:generic-password] ok\n'
const key = keyOf(12, 2)
const secretsIn = createSearch({
  password: secret,
  ...Object.fromEntries(
    key
      .split('\n')
      .slice(1, -1)
      .map((line, i) => [`key line ${i}`, line])
  )
})
const found =
  'logveil: rotate what was found: it was readable until now, and backups, snapshots and copies still have it\n'
const dry = 'logveil: nothing was changed: --write does it\n'

async function scrub(project: Project, ...args: string[]) {
  const { status, stdout, stderr } = await project.logveil(['scrub', ...args])
  return { status, stdout, stderr: timeless(stderr) }
}

const read = ({ path }: Project, name: string): string => readFileSync(path(name), 'latin1')

/** What no read changes. */
function identity({ path }: Project, name: string): object {
  const { ino, mtimeNs, ctimeNs, size, mode } = statSync(path(name), { bigint: true })
  return { ino, mtimeNs, ctimeNs, size, mode }
}

/** Everything below the folder, hidden files too, as it is and decompressed. */
function everything({ path }: Project): string {
  const files = readdirSync(path('.'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return files
    .map((entry) => readFileSync(join(entry.parentPath, entry.name)))
    .map((bytes) => `${bytes.toString('latin1')}${decompressed(bytes)}`)
    .join('\n')
}

function decompressed(bytes: Buffer): string {
  for (const engine of [gunzipSync, zstdDecompressSync, brotliDecompressSync]) {
    try {
      return engine(bytes).toString('latin1')
    } catch {
      // Not compressed this way.
    }
  }
  return ''
}

describe.concurrent('what is scrubbed', () => {
  test('first it only tells', async () => {
    const files = project({ 'a.log': leak, 'b/c.gz': gzipSync(leak + leak), 'd.log': 'x\n' })
    const before = ['.', 'a.log', 'b', 'b/c.gz', 'd.log'].map((name) => identity(files, name))
    expect(await scrub(files, '.')).toEqual({
      status: 1,
      stdout: 'would scrub a.log: generic-password 1\nwould scrub b/c.gz: generic-password 2\n',
      stderr: `logveil: 2 files to scrub\nlogveil: 3 findings in 3 files, 128 B in N s\n${dry}`
    })
    expect(['.', 'a.log', 'b', 'b/c.gz', 'd.log'].map((name) => identity(files, name))).toEqual(before)
  })

  test('with --write it does: once, and what is clean is not touched', async () => {
    const files = project({ 'a.log': `x\r\n${leak}\n${leak.trimEnd()}`, 'b.log': 'clean\n', 'c/d.log': '' })
    const before = identity(files, 'b.log')
    expect(await scrub(files, '--write', '.')).toEqual({
      status: 0,
      stdout: 'scrubbed a.log: generic-password 2\n',
      stderr: `logveil: 1 of 1 file with findings scrubbed\nlogveil: 2 findings in 3 files, 93 B in N s\n${found}`
    })
    expect(read(files, 'a.log')).toBe(`x\r\n${clean}\n${clean.trimEnd()}`)
    expect(identity(files, 'b.log')).toEqual(before)
    const after = identity(files, 'a.log')
    expect(await scrub(files, '--write', '.')).toEqual({
      status: 0,
      stdout: '',
      stderr: 'logveil: 0 of 0 files with findings scrubbed\nlogveil: 0 findings in 3 files, 107 B in N s\n'
    })
    expect(identity(files, 'a.log')).toEqual(after)
    expect(readdirSync(files.path('.')).sort()).toEqual(['a.log', 'b.log', 'c'])
  })

  test('compression, owner, mode and times stay', async () => {
    const text = `${leak}${'x\n'.repeat(100_000)}${leak}`
    const files = project({
      'a.gz': Buffer.concat([gzipSync(text), gzipSync(leak)]),
      'a.zst': zstdCompressSync(text),
      'a.br': brotliCompressSync(text),
      'a.log': text
    })
    const names = ['a.gz', 'a.zst', 'a.br', 'a.log']
    const isRoot = process.getuid?.() === 0
    for (const name of names) {
      if (isRoot) chownSync(files.path(name), 12345, 54321)
      chmodSync(files.path(name), name === 'a.log' ? 0o4751 : 0o440)
      utimesSync(files.path(name), 1_500_000_000.123456, 1_400_000_000.654321)
    }
    const about = (name: string) => {
      const { uid, gid, mode, atimeMs, mtimeMs } = statSync(files.path(name))
      return { uid, gid, mode, atime: atimeMs.toFixed(2), mtime: mtimeMs.toFixed(2) }
    }
    const before = names.map(about)
    expect(before[0].mtime).toMatch(/^1400000000654\.3[12]$/)
    expect((await scrub(files, '--write', '.')).status).toBe(0)
    // Before anybody reads them.
    expect(names.map(about)).toEqual(before)
    const bytes = (name: string) => readFileSync(files.path(name))
    const expected = `${clean}${'x\n'.repeat(100_000)}${clean}`
    expect(gunzipSync(bytes('a.gz')).toString()).toBe(expected + clean)
    expect(zstdDecompressSync(bytes('a.zst')).toString()).toBe(expected)
    expect(brotliDecompressSync(bytes('a.br')).toString()).toBe(expected)
    expect(bytes('a.log').toString()).toBe(expected)
    expect(secretsIn(everything(files))).toEqual([])
  })

  test('as `logveil redact` has it, in large files and small ones', async () => {
    const filler = '2026-11-25 12:00:00 INFO nothing \u00e9\xff\0 of interest\r\n'
    const text = Buffer.from(
      Array.from({ length: 60_000 }, (_, i) => (i % 7001 === 0 ? `${key}\n` : i % 997 === 0 ? leak : filler)).join(''),
      'latin1'
    )
    expect(text.length).toBeGreaterThan(5 << 19)
    const files = project({ 'a.log': text, 'a.gz': gzipSync(text), 'long.log': `${'y'.repeat(5000)}\n${leak}` })
    const limit = ['--max-record-bytes', '4000']
    const redacted = await files.logveil(['redact', ...limit], { input: text.toString('latin1') })
    expect(await scrub(files, '--write', '--binary', '--no-summary', ...limit, '.')).toEqual({
      status: 0,
      stdout:
        'scrubbed a.gz: private-key-pem 117, generic-password 60\n' +
        'scrubbed a.log: private-key-pem 117, generic-password 60\n' +
        'scrubbed long.log: generic-password 1, withheld for size 1\n',
      stderr: ''
    })
    expect(read(files, 'a.log')).toBe(redacted.stdout)
    expect(gunzipSync(readFileSync(files.path('a.gz'))).toString('latin1')).toBe(redacted.stdout)
    expect(read(files, 'long.log')).toBe(`[WITHHELD:size]\n${clean}`)
    expect(secretsIn(everything(files))).toEqual([])
  })

  test.each([
    [['--action', 'mask'], `user=ada password=${'*'.repeat(20)} ok\n`],
    [['--action', 'drop'], 'x\n'],
    [['--action', 'remove'], 'user=ada password= ok\n'],
    [['--disable', 'generic-password'], leak]
  ])('%j', async (args, expected) => {
    const files = project({ 'a.log': `${leak}x\n` })
    await scrub(files, '--write', ...args, 'a.log')
    expect(read(files, 'a.log')).toBe(expected.endsWith('x\n') ? expected : `${expected}x\n`)
  })

  test('--findings, --key-file, --report json', async () => {
    const files = project({
      'a.log': `x\n${leak}`,
      'b.log': 'x\n',
      'cut.gz': gzipSync(leak).subarray(0, -4),
      bin: 'a\0b'
    })
    files.write('.keys/key', `k1:${Buffer.alloc(32, 7).toString('base64')}\n`)
    const options = ['--key-file', '.keys/key', '--exclude', '.keys', '--findings', '.keys/f.jsonl', '--report', 'json']
    const { status, stdout, stderr } = await scrub(files, '--write', ...options, '.')
    const report = JSON.parse(stdout)
    const message = 'cannot read all of cut.gz: the gzip data in it is cut off or broken'
    expect([status, stderr]).toEqual([2, `logveil: ${message}\n`])
    const none = { depth: 0, size: 0, effort: 0, error: 0, unknown: 0 }
    const one = { findings: { 'generic-password': 1 }, withheld: none, dropped: 0 }
    const { size } = statSync(files.path('a.log'))
    expect(report).toEqual({
      logveil: expect.stringMatching(/^\d+\.\d+\.\d+/),
      written: true,
      files: [
        { file: 'a.log', outcome: 'scrubbed', ...one, lines: 2, bytes: 44, bytesAfter: size },
        { file: 'cut.gz', outcome: 'due', ...one, lines: 1, bytes: expect.any(Number), bytesAfter: null }
      ],
      errors: [{ file: 'cut.gz', message }],
      warnings: [],
      summary: {
        files: 3,
        due: 2,
        scrubbed: 1,
        findings: 2,
        bytes: 88,
        passed: { binary: 1, links: 0, special: 0 },
        seconds: expect.any(Number)
      }
    })
    const [finding] = readFileSync(files.path('.keys/f.jsonl'), 'utf8')
      .split('\n')
      .map((line) => line && JSON.parse(line))
    expect(finding).toMatchObject({ detector: 'generic-password', file: 'a.log', line: 2, span: [20, 40] })
    expect(read(files, 'a.log')).toBe(`x\nuser=ada password=[REDACTED:generic-password:${finding.fingerprint}] ok\n`)
    expect(secretsIn(stdout + stderr + JSON.stringify(finding))).toEqual([])
  })

  test('what a named link leads to; links in folders are passed over', async () => {
    const files = project({ 'real/a.log': leak, 'other/b.log': leak })
    symlinkSync('real/a.log', files.path('link'))
    symlinkSync('../other/b.log', files.path('real/inner'))
    const { stdout } = await scrub(files, '--write', 'link', 'real')
    expect(stdout).toBe('scrubbed real/a.log: generic-password 1\n')
    expect([readlinkSync(files.path('link')), read(files, 'real/a.log')]).toEqual(['real/a.log', clean])
    expect(read(files, 'other/b.log')).toBe(leak)
  })
})

describe.concurrent('what is left as it is', () => {
  test('a file with another name, which would keep the secret', async () => {
    const files = project({ 'a.log': leak })
    linkSync(files.path('a.log'), files.path('b.log'))
    const message = (name: string) =>
      `logveil: ${name} is left as it is: it has 2 names (hard links), and under the others everything would stay: remove those first\n`
    expect(await scrub(files, '--no-summary', '--write', '.')).toEqual({
      status: 2,
      stdout: 'left a.log: generic-password 1\nleft b.log: generic-password 1\n',
      stderr: message('a.log') + message('b.log')
    })
    expect((await scrub(files, '--no-summary', 'a.log')).stdout).toBe('would leave a.log: generic-password 1\n')
    expect([read(files, 'a.log'), read(files, 'b.log')]).toEqual([leak, leak])
  })

  test('a file that somebody has open for writing, unless --open says so', async () => {
    const files = project({ 'a.log': leak, 'read.log': leak })
    const script = 'exec 5>> "$1" 6< "$2"; echo ready; read; echo late >&5'
    const writer = start('bash', ['--norc', '-c', script, 'bash', files.path('a.log'), files.path('read.log')])
    await writer.outputIs('ready\n')
    const who = `process ${writer.child.pid} (bash)`
    const left = await scrub(files, '--no-summary', '--write', '.')
    // Who only reads is no obstacle.
    expect(left).toEqual({
      status: 2,
      stdout: 'left a.log: generic-password 1\nscrubbed read.log: generic-password 1\n',
      stderr: `logveil: a.log is left as it is: ${who} has it open for writing: rotate it first, or say --open and have it opened again\n`
    })
    expect(await scrub(files, '--no-summary', '--write', '--open', '.')).toEqual({
      status: 0,
      stdout: 'scrubbed a.log: generic-password 1\n',
      stderr: `logveil: ${who} still writes into what was a.log before: have it opened again\n`
    })
    writer.child.stdin.end('\n')
    await writer.ended
    expect(read(files, 'a.log')).toBe(clean)
  })

  test('what is no file, is not there, or is binary', async () => {
    const files = project({ bin: `\0\x01\0${leak}` })
    await bash('mkfifo "$1"', [files.path('pipe')])
    symlinkSync('loop', files.path('loop'))
    expect(await scrub(files, '--write', 'pipe', 'miss\u001b[2Jing', 'loop', 'bin')).toEqual({
      status: 2,
      stdout: '',
      stderr:
        'logveil: pipe is no file that could be rewritten\n' +
        'logveil: cannot read miss\\u001b[2Jing: no such file or directory\n' +
        'logveil: cannot read loop: too many symbolic links encountered\n' +
        'logveil: 0 of 0 files with findings scrubbed\nlogveil: 0 findings in 0 files, 0 B in N s\n' +
        'logveil: passed over: 1 binary file\nlogveil: NOT DONE, or not all of it: 3 places, see above\n'
    })
  })

  // Only root can make one.
  test.skipIf(process.getuid?.() !== 0)('a file whose owner a new one cannot be given', async () => {
    const files = project({ 'a.log': leak })
    for (const [name, mode] of [
      ['.', 0o777],
      ['a.log', 0o644]
    ] as const)
      chmodSync(files.path(name), mode)
    const url = new URL('../../src/cli/scrub.ts', import.meta.url)
    // Loaded before: another user perhaps cannot read our sources.
    files.write(
      'as-nobody.mjs',
      `import { scrubCommand } from ${JSON.stringify(url)}
       process.chdir(${JSON.stringify(files.path('.'))})
       process.seteuid(65534)
       process.exitCode = await scrubCommand(['--no-summary', '--write', 'a.log'])`
    )
    const { status, stderr } = await bash('exec "$1" "$2"', [process.execPath, files.path('as-nobody.mjs')])
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr:
        'logveil: a.log is left as it is: a new file cannot be given to its owner (operation not permitted); ' +
        'run this as root or as the owner\n'
    })
    expect([read(files, 'a.log'), readdirSync(files.path('.')).sort()]).toEqual([leak, ['a.log', 'as-nobody.mjs']])
  })

  test.each([
    [[], 'say what to scrub: files, folders'],
    [['-'], 'scrub rewrites files; for standard input there is `logveil redact`'],
    [['--report', 'xml', '.'], '--report is text or json'],
    [['--action', 'flag', '.'], '--action flag leaves the secrets: for a dry run leave out --write'],
    [['--fail-on-findings', '.'], "Unknown option '--fail-on-findings'; see `logveil scrub --help`"]
  ])('%j', (args, message) => {
    expect(() => parseScrubArguments(args)).toThrow(expect.objectContaining({ code: 'USAGE_INVALID', message }))
  })
})

test('memory does not grow with the file', async () => {
  const files = project()
  const megabyte = Buffer.from('2026-11-25 12:00:00 INFO worker took a job of nobody in particular\n'.repeat(15_650))
  const megabytes = [Buffer.from(leak), ...Array.from({ length: 150 }, () => megabyte), Buffer.from(leak)]
  await pipeline(megabytes, createGzip({ level: 1 }), createWriteStream(files.path('large.gz')))
  const { status, stdout } = await files.logveil(['scrub', '--no-summary', '--write', 'large.gz'], {
    env: tellsMemory()
  })
  const [line, megabytesUsed] = stdout.split('\n')
  expect([status, line]).toEqual([0, 'scrubbed large.gz: generic-password 2'])
  expect(Number(megabytesUsed)).toBeLessThan(280)
})

test('what a killed run left behind is removed, what another one works on is not', async () => {
  const files = project({ 'a.log': 'x\n' })
  const dead = await bash('echo $$')
  const stray = `.gone.log.logveil-scrub-${dead.stdout.trim()}-0123abcd`
  const alive = `.a.log.logveil-scrub-${process.pid}-0123abcd`
  const like = '.a.log.logveil-scrub-x'
  for (const name of [stray, alive, like]) writeFileSync(files.path(name), 'y\n')
  const names = () => readdirSync(files.path('.')).sort()
  const { stderr } = await scrub(files, '.')
  expect(stderr).toBe('logveil: 0 files to scrub\nlogveil: 0 findings in 2 files, 4 B in N s\n')
  expect(names()).toEqual([alive, stray, like, 'a.log'].sort())
  await scrub(files, '--write', 'a.log')
  expect(names()).toEqual([alive, like, 'a.log'].sort())
  expect(lstatSync(files.path(alive)).isFile()).toBe(true)
})
