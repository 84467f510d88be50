import { parseArgs } from 'node:util'
import type { Config, ConfigInput } from '../config/config-schema.ts'
import { LogveilError } from '../errors.ts'
import { makeConfig, orOff, serveMade } from './run-made.ts'
import { parseOptions } from './run-options.ts'
import { madeRedaction, redactionOptions } from './run-redaction-options.ts'
import { madeTickets } from './tickets-made.ts'
import { ticketOptions } from './tickets-options.ts'

/** `logveil relay`: `logveil run` with a configuration made of options. */
export async function relayCommand(args: readonly string[]): Promise<number> {
  const options = parse(args)
  if (options.help) {
    const { relayHelp } = await import('./run-help.ts')
    process.stdout.write(relayHelp)
    return 0
  }
  return serveMade(relayConfig(options), options['print-config'])
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
        console: { type: 'boolean' },
        workers: { type: 'string' },
        durable: { type: 'string' },
        ...redactionOptions,
        ...ticketOptions,
        'print-config': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' }
      }
    })
  ).values
}

/** Throws `USAGE_INVALID`. */
export function relayConfig(options: RelayOptions): Config {
  const { to = [], http, grpc, admin, workers, durable } = options
  if (to.length === 0) throw new LogveilError('USAGE_INVALID', 'say where to: `logveil relay --to http://backend:4318`')
  const source = { type: 'otlp' as const, ...given({ http: orOff(http), grpc: orOff(grpc) }) }
  const input = {
    ...given({ admin: orOff(admin), workers: workers === undefined || workers === 'auto' ? workers : Number(workers) }),
    ...madeRedaction(options),
    ...madeTickets(options),
    pipelines: [
      {
        name: 'relay',
        source,
        ...(durable === undefined ? {} : { durable: { directory: durable } }),
        sinks: to.map((url) => ({ type: 'otlp' as const, url }))
      }
    ]
  } as ConfigInput
  return makeConfig(input, optionAt)
}

function optionAt(path: readonly PropertyKey[]): string {
  if (path[0] !== 'pipelines') return String(path[0])
  return path.includes('sinks') ? 'to' : path.includes('durable') ? 'durable' : String(path.at(-1))
}

function given<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>
}
