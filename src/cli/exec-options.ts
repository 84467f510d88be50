import { parseArgs } from 'node:util'
import { LogveilError } from '../errors.ts'
import { type RedactionArguments, redactionArguments, redactionOptions } from './redact-options.ts'
import { parseOptions } from './run-options.ts'

export interface ExecArguments extends RedactionArguments {
  readonly command: string
  readonly args: readonly string[]
  /** Variables that hold secrets whatever they are called. */
  readonly env: readonly string[]
  /** Whether variables that look secret are taken, too. */
  readonly automatic: boolean
  /** Tells which variables are taken for secrets, and does nothing else. */
  readonly printEnv: boolean
  /** Whether the command gets a terminal. */
  readonly tty: boolean
  /** How long output is awaited when the command has ended and something it started holds its output open, in ms. */
  readonly lingerMs: number
}

/** What stands before `--` is for logveil, what stands behind it is the command. Throws `USAGE_INVALID`. */
export function parseExecArguments(args: readonly string[]): ExecArguments {
  const at = args.indexOf('--')
  const own = at < 0 ? args : args.slice(0, at)
  const [command = '', ...rest] = at < 0 ? [] : args.slice(at + 1)
  const { values } = parseOptions('exec', () =>
    parseArgs({
      args: own.filter((arg) => arg !== '--no-env'),
      allowNegative: true,
      options: {
        ...redactionOptions,
        env: { type: 'string', multiple: true },
        'print-env': { type: 'boolean' },
        tty: { type: 'boolean' },
        linger: { type: 'string' }
      }
    })
  )
  const parsed = {
    ...redactionArguments(values),
    command,
    args: rest,
    env: values.env ?? [],
    automatic: !own.includes('--no-env'),
    printEnv: values['print-env'] ?? false,
    tty: values.tty ?? false,
    lingerMs: seconds('--linger', values.linger ?? '2') * 1000
  }
  if (command === '' && !parsed.help && !parsed.printEnv)
    throw new LogveilError('USAGE_INVALID', 'there is no command: write `logveil exec -- COMMAND`')
  return parsed
}

function seconds(option: string, value: string): number {
  if (/^\d{1,5}(\.\d{1,3})?$/.test(value)) return Number(value)
  throw new LogveilError('USAGE_INVALID', `${option} is a number of seconds`)
}
