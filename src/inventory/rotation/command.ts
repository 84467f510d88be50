import { spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import type { RotationHook, RotationOrder } from '../../model.ts'
import { hopeless } from './service.ts'

export interface CommandHookOptions {
  readonly name: string
  /** The program, by its whole path, and its arguments; no shell comes between. */
  readonly command: readonly [string, ...string[]]
  readonly completes: boolean
}

const timeoutMs = 25_000

/**
 * A program of the operator's own. It gets the order in its environment (`LOGVEIL_ROTATION_ID`, `LOGVEIL_TICKET`, `LOGVEIL_SECRET`, `LOGVEIL_TARGET`)
 * and nothing else of ours but PATH; what it prints goes nowhere. Status 0: it took the order. In a dry run it is not started.
 */
export function createCommandHook({ name, command: [program, ...args], completes }: CommandHookOptions): RotationHook {
  return {
    name,
    repeatable: false,
    completes,
    async plan({ target }) {
      assertExecutable(name, program)
      return `would run the command of ${name} for ${target}`
    },
    async run(order) {
      assertExecutable(name, program)
      const child = spawn(program, args, {
        env: environmentOf(order),
        stdio: 'ignore',
        timeout: timeoutMs,
        killSignal: 'SIGKILL'
      })
      const status = await new Promise<number | string | null>((resolve) => {
        child.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code ?? 'error'))
        child.once('exit', (code, signal) => resolve(code ?? signal))
      })
      if (status !== 0) throw hopeless(`the command of ${name} ends with ${status}`)
    }
  }
}

function environmentOf({ id, ticket, secret, target }: RotationOrder): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    LOGVEIL_ROTATION_ID: id,
    LOGVEIL_TICKET: ticket,
    LOGVEIL_SECRET: secret,
    LOGVEIL_TARGET: target
  }
}

function assertExecutable(name: string, program: string): void {
  try {
    accessSync(program, constants.X_OK)
  } catch {
    throw hopeless(`the command of ${name} is not there, or may not be run`)
  }
}
