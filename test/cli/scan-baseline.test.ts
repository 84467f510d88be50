import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { createSearch } from '../canary-search.ts'
import { keyOf, type Project, passwordOf, reported, timeless, useProjects } from './scan-project.ts'
import { bash, main } from './spawn.ts'

const empty = useProjects()

const leak = (seed: number): string => `password=${passwordOf(seed)}\n`
const key = keyOf(4, 9)

function project(): Project {
  const made = empty()
  made.write('a.log', leak(1))
  made.write('b/c.log', `${leak(2)}${leak(1)}${key}\n`)
  made.write('key', `k1:${Buffer.alloc(32, 7).toString('base64')}\n`)
  made.write('other-key', `k2:${Buffer.alloc(32, 8).toString('base64')}\n`)
  return made
}

async function scan({ logveil }: Project, ...args: string[]) {
  const { status, stdout, stderr } = await logveil(['scan', '--baseline', 'base.json', '--exclude', '*key', ...args])
  return { status, stdout, stderr: timeless(stderr) }
}

const write = (project: Project, ...args: string[]) => scan(project, '--write-baseline', '--no-summary', ...args, '.')
const check = (project: Project, ...args: string[]) => scan(project, '--no-summary', ...args, '.')

interface Written {
  readonly key: string | null
  readonly scrypt: { readonly random: string }
  readonly leaks: { readonly file: string; readonly detector: string; readonly fingerprint: string }[]
}

function written({ path }: Project): Written {
  return JSON.parse(readFileSync(path('base.json'), 'utf8'))
}

describe.concurrent('a baseline', () => {
  test('holds one line for each leak, and nothing that shows a secret', async () => {
    const files = project()
    expect(await write(files)).toEqual({ status: 0, stdout: '', stderr: '' })
    const { key: id, scrypt, leaks } = written(files)
    expect([id, scrypt]).toEqual([null, { N: 32768, r: 8, p: 1, random: expect.stringMatching(/^[\w+/]{43}=$/) }])
    expect(leaks.map(({ file, detector }) => `${file} ${detector}`)).toEqual([
      'a.log generic-password',
      'b/c.log generic-password',
      'b/c.log generic-password',
      'b/c.log private-key-pem'
    ])
    for (const { fingerprint } of leaks) expect(fingerprint).toMatch(/^[0-9a-f]{8}$/)
    // The same secret has the same one.
    expect(new Set(leaks.map(({ fingerprint }) => fingerprint)).size).toBe(3)
    const text = readFileSync(files.path('base.json'), 'utf8')
    const lines = text.split('\n').filter((line) => line.startsWith('    {"file":'))
    expect(lines).toHaveLength(4)
    const secretsIn = createSearch({ one: passwordOf(1), two: passwordOf(2), key: key.split('\n')[1] })
    expect(secretsIn(text)).toEqual([])
  })

  test('lets through what it knows, wherever it moves in its file', async () => {
    const files = project()
    await write(files)
    files.write('b/c.log', `\n\nx ${leak(1)}${key}\n y ${leak(2)} z ${leak(2)}`)
    expect(await scan(files, '.')).toEqual({
      status: 0,
      stdout: '',
      stderr: 'logveil: 0 new findings, 5 in the baseline\nlogveil: 3 files, 1.0 kB in N s\n'
    })
  })

  test('new are another secret, another file, another key', async () => {
    const files = project()
    await write(files)
    files.write('a.log', `${leak(1)}${leak(2)}`)
    files.write('d.log', leak(1))
    files.write('b/c.log', `${key}\n${keyOf(4, 10)}\n`)
    const { status, stdout } = await check(files)
    expect(status).toBe(1)
    expect(stdout).toBe(
      `${reported('a.log:2:10')}b/c.log:7:1: critical private-key-pem (likely): -----BE[REDACTED:private-key-pem]\n${reported('d.log:1:10')}`
    )
  })

  test('is none of its own findings, and none of another folder', async () => {
    const files = project()
    await write(files)
    const below = (...args: string[]) => files.logveil(['scan', '--no-summary', ...args], { below: 'b' })
    expect(await below('--baseline', '../base.json', '.')).toEqual({ status: 0, stdout: '', stderr: '' })
    expect((await below('--baseline', '../base.json', '../a.log')).status).toBe(0)
  })

  test('written again it keeps its salt, so that a review shows what came and went', async () => {
    const files = project()
    await write(files)
    const before = written(files)
    files.write('a.log', leak(3))
    await write(files)
    const after = written(files)
    expect(after.scrypt).toEqual(before.scrypt)
    expect(after.leaks.slice(1)).toEqual(before.leaks.slice(1))
    expect(after.leaks[0].fingerprint).not.toBe(before.leaks[0].fingerprint)
  })

  test('two of them cannot be compared', async () => {
    const [one, two] = [project(), project()]
    await Promise.all([write(one), write(two)])
    expect(written(one).leaks[0].fingerprint).not.toBe(written(two).leaks[0].fingerprint)
  })

  test('says in reports what is known', async () => {
    const files = project()
    await write(files)
    files.write('a.log', `${leak(1)}${leak(3)}`)
    const { stdout } = await check(files, '--format', 'json')
    const { findings, summary } = JSON.parse(stdout)
    expect(findings.map(({ status, fingerprint }: Record<string, unknown>) => [status, fingerprint])).toEqual([
      ['known', null],
      ['new', null],
      ['known', null],
      ['known', null],
      ['known', null]
    ])
    expect(summary.leaks).toEqual({ new: 1, known: 4, allowed: 0 })
    const { runs } = JSON.parse((await check(files, '--format', 'sarif')).stdout)
    expect(runs[0].results.slice(0, 2)).toMatchObject([
      { baselineState: 'unchanged', suppressions: [{ kind: 'external', justification: 'in the baseline' }] },
      { baselineState: 'new' }
    ])
    expect(runs[0].results[1].suppressions).toBeUndefined()
    expect((await check(files, '--format', 'junit')).stdout).toContain('<skipped message="in the baseline"/>')
  })

  test('comes with changes, too', async () => {
    const files = project()
    await write(files)
    await files.git('init', '--quiet')
    await files.git('add', 'a.log')
    expect(await scan(files, '--no-summary', '--staged')).toEqual({ status: 0, stdout: '', stderr: '' })
    files.write('a.log', leak(5))
    await files.git('add', 'a.log')
    expect((await scan(files, '--no-summary', '--staged')).stdout).toBe(reported('a.log:1:10'))
  })
})

describe.concurrent('a baseline with a key', () => {
  test('needs the key, and says nothing without it', async () => {
    const files = project()
    await write(files, '--key-file', 'key')
    expect(written(files).key).toBe('k1')
    expect(await check(files, '--key-file', 'key')).toEqual({ status: 0, stdout: '', stderr: '' })
    const message = 'logveil: base.json was written with the fingerprint key k1: give it with --key-file\n'
    expect(await check(files)).toEqual({ status: 2, stdout: '', stderr: message })
    expect(await check(files, '--key-file', 'other-key')).toEqual({ status: 2, stdout: '', stderr: message })
  })

  test('fingerprints are those of `logveil redact`', async () => {
    const files = project()
    await write(files, '--key-file', 'key')
    const { stdout } = await check(files, '--key-file', 'key', '--format', 'json')
    const redacted = await files.logveil(['redact', '--key-file', 'key', 'a.log'])
    expect(redacted.stdout).toBe(`password=[REDACTED:generic-password:${JSON.parse(stdout).findings[0].fingerprint}]\n`)
  })

  test('may come out of a pipe', async () => {
    const files = project()
    await write(files, '--key-file', 'key')
    const script = 'cd "$1"; "$2" "$3" scan --no-summary --baseline base.json --key-file <(cat key) --exclude "*key" .'
    const { status, stderr } = await bash(script, [files.path('.'), process.execPath, main])
    expect([status, stderr]).toEqual([0, ''])
  })

  test('one without a key goes on without', async () => {
    const files = project()
    await write(files)
    expect(await check(files, '--key-file', 'key')).toEqual({ status: 0, stdout: '', stderr: '' })
  })
})

test.each([
  ['', 'base.json is no baseline that this version can read'],
  ['{"version":2}', 'base.json is no baseline that this version can read'],
  // Somebody wants us to compute for a year.
  [
    '{"version":1,"key":null,"scrypt":{"N":1073741824,"r":8,"p":1,"random":"AAAAAAAAAAAAAAAAAAAAAA=="},"leaks":[]}',
    'base.json is no baseline that this version can read'
  ]
])('%j is none', async (text, message) => {
  const files = project()
  files.write('base.json', text)
  expect(await check(files)).toEqual({ status: 2, stdout: '', stderr: `logveil: ${message}\n` })
})

test('a folder that takes no baseline', async () => {
  const { status, stderr } = await project().logveil([
    'scan',
    ...['--no-summary', '--write-baseline', '--baseline', 'no/base.json', '.']
  ])
  expect([status, stderr]).toEqual([2, 'logveil: cannot write no/base.json: no such file or directory\n'])
})
