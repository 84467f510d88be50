import { parseArgs } from 'node:util'
import { LogveilError } from '../errors.ts'
import type { FingerprintKey } from '../redact/fingerprint.ts'
import { nearest } from '../scan/load/nearest.ts'
import { inventoryHelp } from './inventory-help.ts'
import type { Outcome } from './outcome.ts'
import { parseOptions } from './run-options.ts'

/** What the subcommands share. */
export interface InventoryArguments {
  readonly positionals: readonly string[]
  readonly values: ReturnType<typeof parse>['values']
}

const commands: Record<string, (args: InventoryArguments) => Promise<Outcome>> = {
  lint: async (args) => (await import('./inventory-lint.ts')).lintInventory(args),
  schema: async () => (await import('./inventory-lint.ts')).showSchema(),
  report: async (args) => (await import('./inventory-report.ts')).reportInventory(args),
  fingerprint: async (args) => (await import('./inventory-fingerprint.ts')).fingerprintValue(args),
  import: async (args) => (await import('./inventory-import.ts')).importSecrets(args)
}

/** `logveil inventory ...`; resolves to the exit status. Throws `USAGE_INVALID`, `CONFIG_INVALID`, `INPUT_FAILED`, `KEY_INVALID`, `KEY_MISSING`. */
export async function inventoryCommand(args: readonly string[]): Promise<number> {
  const { text, status } = await runInventory(args)
  process.stdout.on('error', ignoreClosedPipe)
  ;(args.length === 0 ? process.stderr : process.stdout).write(text)
  return status
}

/** The same without printing. */
export async function runInventory(args: readonly string[]): Promise<Outcome> {
  const [name, ...rest] = args
  if (name === undefined) return { text: inventoryHelp, status: 2 }
  if (name === '--help' || name === '-h' || rest.includes('--help')) return { text: inventoryHelp, status: 0 }
  if (Object.hasOwn(commands, name)) return commands[name](parse(rest))
  const guess = nearest(name, Object.keys(commands))
  const hint = guess === null ? 'see `logveil inventory --help`' : `did you mean \`logveil inventory ${guess}\`?`
  throw new LogveilError('USAGE_INVALID', `there is no command "inventory ${name}"; ${hint}`)
}

/** `logveil inventory report | head` */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
}

function parse(args: readonly string[]) {
  return parseOptions('inventory', () =>
    parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        'key-file': { type: 'string' },
        tickets: { type: 'string' },
        config: { type: 'string', short: 'c' },
        format: { type: 'string' },
        within: { type: 'string' },
        'fail-on-findings': { type: 'boolean' },
        into: { type: 'string' },
        url: { type: 'string' },
        mount: { type: 'string' },
        path: { type: 'string' },
        region: { type: 'string' },
        project: { type: 'string' },
        namespace: { type: 'string' },
        file: { type: 'string' },
        application: { type: 'string' },
        environment: { type: 'string' },
        owner: { type: 'string' },
        json: { type: 'boolean' }
      }
    })
  )
}

/** The keys of `--key-file`, of the environment variable, or of the directory of tickets. Throws `KEY_INVALID`, `KEY_MISSING`. */
export async function keysOf({ values }: InventoryArguments): Promise<readonly FingerprintKey[]> {
  const { parseKeys, readKeys } = await import('./keys.ts')
  if (values['key-file'] !== undefined) return readKeys(values['key-file'])
  if (process.env.LOGVEIL_KEY) return parseKeys(process.env.LOGVEIL_KEY, 'LOGVEIL_KEY')
  if (values.tickets !== undefined) return ticketKeys(values.tickets)
  throw new LogveilError(
    'KEY_MISSING',
    'fingerprints need the key that findings are fingerprinted with: --key-file FILE, LOGVEIL_KEY, or --tickets DIR'
  )
}

async function ticketKeys(directory: string): Promise<readonly FingerprintKey[]> {
  const { ticketsOf } = await import('./tickets-made.ts')
  const { withTicketKey } = await import('./tickets-keys.ts')
  return withTicketKey<{ keys?: readonly FingerprintKey[] }>({}, ticketsOf({ tickets: directory })).keys ?? []
}
