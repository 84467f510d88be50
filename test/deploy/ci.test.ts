// The commands of deploy/ci and of the pre-commit hook, each as it stands, in a repository of its own.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { main, temporaryDirectory } from '../cli/spawn.ts'
import { secretOf } from '../hooks/pino-secrets.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const read = (path: string) => parse(readFileSync(join(root, path), 'utf8'))
const directory = temporaryDirectory()
const work = directory.path('work')
const bin = directory.path('bin')
const git = (...args: string[]) => execFileSync('git', args, { cwd: work, encoding: 'utf8' }).trim()
let base: string

/** A command as a shell of CI runs it, where `npx logveil` and `logveil` are this tree's. */
function shell(command: string, env: NodeJS.ProcessEnv = {}) {
  const { status, stdout } = spawnSync('sh', ['-ec', command], {
    cwd: work,
    encoding: 'utf8',
    env: { PATH: `${bin}:${process.env.PATH}`, HOME: directory.path(''), ...env }
  })
  return { status, stdout }
}

beforeAll(() => {
  mkdirSync(bin)
  mkdirSync(work)
  const script = (name: string, text: string) => writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 })
  script('logveil', `exec '${process.execPath}' '${main}' "$@"`)
  script('npx', '[ "$1" = logveil ] && exec "$@"; exit 1')
  script('npm', `echo "npm $1: ${secretOf(1)}"`)
  git('init', '-q', '-b', 'main')
  git('config', 'user.email', 'test@example.org')
  git('config', 'user.name', 'test')
  writeFileSync(join(work, 'a.txt'), 'clean\n')
  git('add', '.')
  git('commit', '-qm', 'a')
  base = git('rev-parse', 'HEAD')
  git('update-ref', 'refs/remotes/origin/main', base)
  writeFileSync(join(work, 'b.txt'), `token ${secretOf(2)}\n`)
  git('add', '.')
  git('commit', '-qm', 'b')
})
afterAll(() => directory.remove())

const github: string[] = read('deploy/ci/github.yml').jobs.test.steps.flatMap(({ run = [] }) => run)
const gitlab = read('deploy/ci/gitlab.yml')
const tests: string[] = [...github, ...gitlab.test.script].filter((command) => command.includes('exec'))

test('there are as many as are looked at here', () => {
  expect([github.length, tests.length, gitlab.secrets.script.length]).toEqual([3, 2, 1])
})

test.each(tests)('%s: the log of the build has no secret', (command) => {
  expect(shell(command)).toEqual({ status: 0, stdout: 'npm test: [REDACTED:github-pat-classic]\n' })
  expect(readFileSync(join(work, 'leaks.jsonl'), 'utf8')).not.toContain(secretOf(1))
})

test.each([
  [github[2], { GITHUB_BASE_REF: 'main' }, 'logveil.sarif'],
  [gitlab.secrets.script[0], {}, 'logveil.xml']
])('%s: a secret that the branch adds fails, and is in the report, without its text', (command, env, report) => {
  expect(shell(command, { CI_MERGE_REQUEST_DIFF_BASE_SHA: base, ...env })).toEqual({ status: 1, stdout: '' })
  const text = readFileSync(join(work, report), 'utf8')
  expect([text.includes('github-pat-classic'), text.includes('b.txt'), text.includes(secretOf(2))]).toEqual([
    true,
    true,
    false
  ])
})

test('reports are where the next steps look for them', () => {
  const upload = read('deploy/ci/github.yml').jobs.test.steps.at(-1).with.sarif_file
  expect([upload, gitlab.secrets.artifacts.reports.junit]).toEqual(['logveil.sarif', 'logveil.xml'])
})

test('the pre-commit hook lets through what is clean, and stops a secret', () => {
  const [{ id, entry, language, pass_filenames }] = read('.pre-commit-hooks.yaml')
  expect([id, language, pass_filenames]).toEqual(['logveil', 'node', false])
  writeFileSync(join(work, 'c.txt'), 'clean\n')
  git('add', 'c.txt')
  expect(shell(entry).status).toBe(0)
  writeFileSync(join(work, 'c.txt'), `token ${secretOf(3)}\n`)
  expect(shell(entry).status).toBe(0)
  git('add', 'c.txt')
  expect(shell(entry).status).toBe(1)
})

test('what pre-commit installs has the command', () => {
  expect(existsSync(join(root, read('package.json').bin.logveil))).toBe(true)
})
