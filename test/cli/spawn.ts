import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const toyMain = fileURLToPath(new URL('./toy-main.ts', import.meta.url))
/** The command as it is shipped, see command.ts. */
export const main = fileURLToPath(new URL('../../.test/command/main.js', import.meta.url))

export interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A running command whose output is collected, as latin-1, so that every byte is a character. */
export interface Running {
  readonly child: ChildProcessWithoutNullStreams
  /** What came on standard output so far. */
  stdout(): string
  /** Resolves when standard output is `text`, rejects when it goes another way. */
  outputIs(text: string): Promise<void>
  readonly ended: Promise<Ended>
}

/** Nothing of the environment that changes the output comes along. */
export function start(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
  const child = spawn(command, args, { env: { PATH: process.env.PATH, ...env } })
  let stdout = ''
  let stderr = ''
  child.stdin.on('error', () => {})
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString('latin1')
  })
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString('latin1')
  })
  return {
    child,
    stdout: () => stdout,
    async outputIs(text) {
      while (stdout.length < text.length) await Promise.race([once(child.stdout, 'data'), once(child, 'close')])
      if (stdout !== text) throw new Error(`output is ${JSON.stringify(stdout)}`)
    },
    ended: once(child, 'close').then(([status]) => ({ status, stdout, stderr }))
  }
}

/** Runs a script of ours to its end. */
export function run(
  script: string,
  args: readonly string[],
  input: string | Uint8Array = '',
  env: NodeJS.ProcessEnv = {}
): Promise<Ended> {
  const { child, ended } = start(process.execPath, [script, ...args], env)
  child.stdin.end(typeof input === 'string' ? Buffer.from(input, 'latin1') : input)
  return ended
}

/** Runs a bash script in which `$redact` is the toy command and `$1`... are the arguments. */
export function bash(script: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const { child, ended } = start('bash', ['--norc', '-c', script, 'bash', ...args], {
    redact: `${process.execPath} ${toyMain}`,
    ...env
  })
  child.stdin.end()
  return ended
}

/** A directory of the test's own and what removes it. */
export function temporaryDirectory(): { path: (name: string) => string; remove: () => void } {
  const directory = mkdtempSync(join(tmpdir(), 'logveil-test-'))
  return { path: (name) => join(directory, name), remove: () => rmSync(directory, { recursive: true, force: true }) }
}
