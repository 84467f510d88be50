import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { isatty } from 'node:tty'
import { LogveilError } from '../errors.ts'

/** How a command is started, and who of what was started gets its signals. */
export interface Launch {
  readonly command: string
  readonly args: readonly string[]
  readonly env: NodeJS.ProcessEnv
  /** The process that signals are for, of the one that was started; null when there is none yet. */
  signalled(pid: number): number | null
}

/** As it stands. */
export function launchPlainly(command: string, args: readonly string[]): Launch {
  return { command, args, env: process.env, signalled: (pid) => pid }
}

/**
 * With a terminal for input and output, which script(1) of util-linux makes: Node has no call for that, and a native addon is more than this is
 * worth. Standard error is a part of the output then, as on every terminal. Throws `USAGE_INVALID` where there is no such script.
 */
export function launchInTerminal(command: string, args: readonly string[]): Launch {
  if (!hasScript())
    throw new LogveilError(
      'USAGE_INVALID',
      '--tty needs script(1) of util-linux, which is not here: leave it out, and for colours set FORCE_COLOR=1 or the like'
    )
  const { SHELL } = process.env
  const shell = SHELL === undefined ? 'unset SHELL' : `SHELL=${quoted(SHELL)}`
  const line = `${shell}; exec ${[command, ...args].map(quoted).join(' ')}`
  // Without a terminal of ours, what is typed into it would come back as output.
  const echo = isatty(0) ? [] : ['-E', 'never']
  return {
    command: 'script',
    args: ['-q', '-e', '-f', ...echo, '-c', line, '/dev/null'],
    env: { ...process.env, SHELL: '/bin/sh' },
    signalled: onlyChildOf
  }
}

function hasScript(): boolean {
  const { stdout } = spawnSync('script', ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  return (stdout ?? '').includes('util-linux')
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

/** script(1) itself would kill the command, however it takes the signal, and forget its status. */
function onlyChildOf(pid: number): number | null {
  try {
    return Number.parseInt(readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1'), 10) || null
  } catch {
    return pid
  }
}
