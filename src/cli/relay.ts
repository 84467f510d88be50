import { parseArgs } from 'node:util'
import { fillDefaults } from '../config/config-load.ts'
import { printConfig } from '../config/config-print.ts'
import { type Config, type ConfigInput, configSchema } from '../config/config-schema.ts'
import { LogveilError } from '../errors.ts'
import { parseOptions } from './run-options.ts'

/** `logveil relay`: `logveil run` with a configuration made of options. */
export async function relayCommand(args: readonly string[]): Promise<number> {
  const options = parse(args)
  if (options.help) {
    const { relayHelp } = await import('./run-help.ts')
    process.stdout.write(relayHelp)
    return 0
  }
  const config = relayConfig(options)
  if (options['print-config']) {
    process.stdout.write(printConfig(config))
    return 0
  }
  const { serve } = await import('./run-serve.ts')
  return serve(config, null)
}

type RelayOptions = ReturnType<typeof parse>

function parse(args: readonly string[]) {
  return parseOptions('relay', () =>
    parseArgs({
      args: [...args],
      options: {
        to: { type: 'string', multiple: true },
        http: { type: 'string' },
        grpc: { type: 'string' },
        admin: { type: 'string' },
        workers: { type: 'string' },
        durable: { type: 'string' },
        'print-config': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' }
      }
    })
  ).values
}

/** Throws `USAGE_INVALID`. */
export function relayConfig({ to = [], http, grpc, admin, workers, durable }: RelayOptions): Config {
  if (to.length === 0) throw new LogveilError('USAGE_INVALID', 'say where to: `logveil relay --to http://backend:4318`')
  const source = { type: 'otlp' as const, ...given({ http: orOff(http), grpc: orOff(grpc) }) }
  const input = {
    ...given({ admin: orOff(admin), workers: workers === undefined || workers === 'auto' ? workers : Number(workers) }),
    pipelines: [
      {
        name: 'relay',
        source,
        ...(durable === undefined ? {} : { durable: { directory: durable } }),
        sinks: to.map((url) => ({ type: 'otlp' as const, url }))
      }
    ]
  } as ConfigInput
  const checked = configSchema.safeParse(input)
  if (checked.success) return fillDefaults(input)
  const [{ path, message }] = checked.error.issues
  throw new LogveilError('USAGE_INVALID', `--${optionAt(path)}: ${message}`)
}

function optionAt(path: readonly PropertyKey[]): string {
  if (path[0] !== 'pipelines') return String(path[0])
  return path.includes('sinks') ? 'to' : path.includes('durable') ? 'durable' : String(path.at(-1))
}

function orOff(value: string | undefined): string | null | undefined {
  return value === 'off' ? null : value
}

function given<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>
}
