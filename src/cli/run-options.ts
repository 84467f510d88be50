import { parseArgs } from 'node:util'
import { LogveilError } from '../errors.ts'

export interface RunArguments {
  /** null: the built-in configuration. */
  readonly config: string | null
  readonly printConfig: boolean
  readonly help: boolean
}

/** Throws `USAGE_INVALID`. */
export function parseRunArguments(args: readonly string[]): RunArguments {
  const { values } = parseOptions('run', () =>
    parseArgs({
      args: [...args],
      options: {
        config: { type: 'string', short: 'c' },
        'print-config': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' }
      }
    })
  )
  return { config: values.config ?? null, printConfig: values['print-config'] ?? false, help: values.help ?? false }
}

/** Says what is wrong in Node's words, and where the help is. */
export function parseOptions<T>(command: string, parse: () => T): T {
  try {
    return parse()
  } catch (cause) {
    const [message] = cause instanceof Error ? cause.message.split('. ') : ['']
    throw new LogveilError('USAGE_INVALID', `${message}; see \`logveil ${command} --help\``, { cause })
  }
}
