import { parseArgs } from 'node:util'
import { LogveilError } from '../errors.ts'
import type { FingerprintKey } from '../redact/fingerprint.ts'
import { parseOptions } from './run-options.ts'

/** What the subcommands share. */
export interface InventoryArguments {
  readonly positionals: readonly string[]
  readonly values: ReturnType<typeof parseInventory>['values']
}

/** Throws `USAGE_INVALID`. */
export function parseInventory(args: readonly string[]) {
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
