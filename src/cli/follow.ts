import { parseArgs } from 'node:util'
import type { Config, ConfigInput } from '../config/config-schema.ts'
import { LogveilError } from '../errors.ts'
import { makeConfig, orOff, serveMade } from './run-made.ts'
import { parseOptions } from './run-options.ts'
import { madeRedaction, redactionOptions } from './run-redaction-options.ts'
import { madeTickets } from './tickets-made.ts'
import { ticketOptions } from './tickets-options.ts'

/** `logveil follow`: `logveil run` with a configuration made of options. */
export async function followCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parse(args)
  if (values.help) {
    const { followHelp } = await import('./run-help.ts')
    process.stdout.write(followHelp)
    return 0
  }
  return serveMade(followConfig(positionals, values), values['print-config'])
}

export type FollowOptions = ReturnType<typeof parse>['values']

function parse(args: readonly string[]) {
  return parseOptions('follow', () =>
    parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        to: { type: 'string', multiple: true },
        out: { type: 'string' },
        state: { type: 'string' },
        from: { type: 'string' },
        format: { type: 'string' },
        multiline: { type: 'string' },
        exclude: { type: 'string', multiple: true },
        admin: { type: 'string' },
        console: { type: 'boolean' },
        ...redactionOptions,
        ...ticketOptions,
        'print-config': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' }
      }
    })
  )
}

/** Throws `USAGE_INVALID`. */
export function followConfig(include: readonly string[], options: FollowOptions): Config {
  if (include.length === 0) throw new LogveilError('USAGE_INVALID', "say which: `logveil follow '/var/log/app/*.log'`")
  const { to = [], out, state, from = 'beginning', exclude = [], format, multiline, admin } = options
  const sinks = [
    ...to.map((url) => ({ type: 'otlp', url })),
    ...(out === undefined ? [] : [{ type: 'file', path: out }]),
    ...(to.length === 0 && out === undefined ? [{ type: 'stdout' }] : [])
  ]
  const source = {
    type: 'files',
    include,
    exclude,
    from,
    stateDirectory: state ?? null,
    format,
    multiline: ruleOf(multiline)
  }
  const input = {
    admin: orOff(admin) ?? null,
    ...madeRedaction(options),
    ...madeTickets(options),
    pipelines: [{ name: 'follow', source, sinks }]
  } as ConfigInput
  return makeConfig(input, optionAt)
}

/** `start=PATTERN` and `continued=PATTERN`, or a name. */
function ruleOf(text: string | undefined): unknown {
  const parts = /^(start|continued)=(.*)$/s.exec(text ?? '')
  return parts === null ? text : { [parts[1]]: parts[2] }
}

const optionNames: Readonly<Record<string, string>> = { url: 'to', path: 'out', stateDirectory: 'state' }

function optionAt(path: readonly PropertyKey[]): string {
  const name = String(path.findLast((part) => typeof part === 'string'))
  return optionNames[name] ?? name
}
