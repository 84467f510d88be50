import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll } from 'vitest'
import { expand } from '../../src/scan/template.ts'
import { type Ended, main, start } from './spawn.ts'

/** A folder of files to be scanned, or a repository. */
export interface Project {
  readonly path: (name: string) => string
  /** Makes the folders it needs. */
  write(name: string, content: string | Uint8Array): void
  /** `logveil COMMAND ARGS` in the folder or one below it. */
  logveil(args: readonly string[], how?: { input?: string; env?: NodeJS.ProcessEnv; below?: string }): Promise<Ended>
  /** Git in the folder; rejects when it fails. */
  git(...args: string[]): Promise<string>
  remove(): void
}

/** Projects for the tests of a file, removed behind them. */
export function useProjects(): (files?: Readonly<Record<string, string | Uint8Array>>) => Project {
  const projects: Project[] = []
  afterAll(() => {
    for (const { remove } of projects) remove()
  })
  return (files = {}) => {
    const made = createProject()
    projects.push(made)
    for (const [name, content] of Object.entries(files)) made.write(name, content)
    return made
  }
}

export function createProject(): Project {
  const directory = mkdtempSync(join(tmpdir(), 'logveil-scan-'))
  const path = (name: string): string => join(directory, name)
  const runIn = (below: string, command: readonly string[], input: string, env: NodeJS.ProcessEnv): Promise<Ended> => {
    const script = 'cd "$1" && shift && exec "$@"'
    const { child, ended } = start('bash', ['--norc', '-c', script, 'bash', path(below), ...command], env)
    child.stdin.end(Buffer.from(input, 'latin1'))
    return ended
  }
  return {
    path,
    write(name, content) {
      mkdirSync(dirname(path(name)), { recursive: true })
      writeFileSync(path(name), content)
    },
    logveil: (args, { input = '', env = {}, below = '.' } = {}) =>
      runIn(below, [process.execPath, main, ...args], input, env),
    async git(...args) {
      const { status, stdout, stderr } = await runIn('.', ['git', ...args], '', gitEnvironment)
      if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`)
      return stdout.trimEnd()
    },
    remove: () => rmSync(directory, { recursive: true, force: true })
  }
}

/**
 * The environment in which a command tells its peak of memory, in MiB, behind its output. As the kernel counts it for the program alone:
 * `maxRSS` begins with what the parent had.
 */
export function tellsMemory(): NodeJS.ProcessEnv {
  const told = `import { readFileSync } from 'node:fs'
    process.on('exit', () => {
      const [, kibibytes] = /VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'latin1'))
      process.stdout.write(String(kibibytes >> 10))
    })`
  return { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(told)}` }
}

/** Whatever stands in the configuration of whoever runs the tests. */
export const gitEnvironment = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'a',
  GIT_AUTHOR_EMAIL: 'a@example.test',
  GIT_COMMITTER_NAME: 'a',
  GIT_COMMITTER_EMAIL: 'a@example.test'
}

/** A secret, another for each seed. */
export function passwordOf(seed: number): string {
  return expand('[[{{base62:20}}]]', seed).text
}

/** A private key of so many lines, its BEGIN and END not counted. */
export function keyOf(lines: number, seed: number): string {
  return expand(`[[{{pem:RSA PRIVATE KEY:${lines}}}]]`, seed).text
}

/** What the text report says of a password in a line of nothing else. */
export function reported(place: string): string {
  return `${place}: high generic-password (possible): password=[REDACTED:generic-password]\n`
}

/** The summary without what depends on the machine. */
export function timeless(text: string): string {
  return text.replace(/in \d+\.\d\d s/, 'in N s')
}
