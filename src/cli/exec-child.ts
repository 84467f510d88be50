import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import type { Readable } from 'node:stream'
import { complain } from './complain.ts'
import type { Launch } from './exec-terminal.ts'
import { systemMessage } from './system-message.ts'

/** How a command ended: its status, or the signal that killed it. */
export interface Ended {
  readonly status: number
  readonly signal: NodeJS.Signals | null
}

export interface Child {
  /** Those of its outputs that Node made. */
  readonly outputs: readonly Readable[]
  readonly ended: Promise<Ended>
}

/** As shells say it: there is no such command, and it cannot be run. */
const notFound = 127
const notRunnable = 126

/** Starts a command; the exit status when that is impossible, which is told. Signals that reach us are passed on until it has ended. */
export async function startChild(launch: Launch, stdio: StdioOptions): Promise<Child | number> {
  const { command, args, env } = launch
  const child = spawn(command, [...args], { stdio, env })
  const release = passSignals(child, launch)
  const ended = new Promise<Ended>((resolve) => {
    child.once('exit', (code, signal) => {
      release()
      resolve({ status: code ?? 128 + constants.signals[signal ?? 'SIGKILL'], signal })
    })
  })
  const failure = await new Promise<Error | null>((resolve) => {
    child.once('spawn', () => resolve(null))
    child.on('error', resolve)
  })
  if (failure === null) return { outputs: [child.stdout, child.stderr].filter((output) => output !== null), ended }
  release()
  complain(`cannot run ${command}: ${systemMessage(failure)}`)
  return (failure as NodeJS.ErrnoException).code === 'ENOENT' ? notFound : notRunnable
}

const passed = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGWINCH'] as const
/** The terminal sends these to all that run in it: passed on, they would count twice. */
const fromTerminal: readonly string[] = ['SIGINT', 'SIGQUIT', 'SIGWINCH']

function passSignals(child: ChildProcess, { signalled }: Launch): () => void {
  const onSignal = (signal: NodeJS.Signals): void => {
    if (fromTerminal.includes(signal) && isInForeground()) return
    const pid = child.pid === undefined ? null : signalled(child.pid)
    if (pid === child.pid) child.kill(signal)
    else if (pid !== null) kill(pid, signal)
  }
  for (const signal of passed) process.on(signal, onSignal)
  return () => {
    for (const signal of passed) process.off(signal, onSignal)
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended.
  }
}

/** Whether the keys of a terminal reach us and what we started. */
function isInForeground(): boolean {
  try {
    // pid (name) state ppid pgrp session tty_nr tpgid
    const stat = readFileSync('/proc/self/stat', 'latin1')
    const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return group === foreground
  } catch {
    return hasTerminal()
  }
}

function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'))
    return true
  } catch {
    return false
  }
}

/** Signals that Node ignores, or takes for its own: dying of them is impossible. */
const notFatal: readonly NodeJS.Signals[] = ['SIGPIPE', 'SIGUSR1']

/** Dies of the signal that killed the command, so that whoever waits for us sees the same; returns where that does not work. */
export function dieOf(signal: NodeJS.Signals): void {
  if (notFatal.includes(signal)) return
  process.removeAllListeners(signal)
  process.kill(process.pid, signal)
}
