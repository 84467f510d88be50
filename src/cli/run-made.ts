import { consoleMistake, fillDefaults } from '../config/config-load.ts'
import { printConfig } from '../config/config-print.ts'
import { type Config, type ConfigInput, configSchema } from '../config/config-schema.ts'
import { LogveilError } from '../errors.ts'

/** A configuration made of options, with its defaults. Throws `USAGE_INVALID` that names the option of the member at fault. */
export function makeConfig(input: ConfigInput, optionAt: (path: readonly PropertyKey[]) => string): Config {
  const checked = configSchema.safeParse(input)
  if (checked.success) {
    const mistake = consoleMistake(checked.data)
    if (mistake === null) return fillDefaults(input)
    throw new LogveilError('USAGE_INVALID', `--console: ${mistake}`)
  }
  const [{ path, message }] = checked.error.issues
  const option = path[0] === 'redaction' ? redactionOptionAt(path) : optionAt(path)
  throw new LogveilError('USAGE_INVALID', `--${option}: ${message}`)
}

function redactionOptionAt([, name]: readonly PropertyKey[]): string {
  return name === 'keys' ? 'key-file' : String(name)
}

/** Runs such a configuration, or only shows it; resolves to the exit status. */
export async function serveMade(config: Config, printed: boolean | undefined): Promise<number> {
  if (!printed) return (await import('./run-serve.ts')).serve(config, null)
  process.stdout.write(printConfig(config))
  return 0
}

/** An address, or nothing for `off`. */
export function orOff(value: string | undefined): string | null | undefined {
  return value === 'off' ? null : value
}
