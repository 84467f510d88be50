import { LogveilError } from '../errors.ts'
import { nearest } from '../scan/load/nearest.ts'
import { type InventoryArguments, parseInventory } from './inventory-arguments.ts'
import { inventoryHelp } from './inventory-help.ts'
import { type Outcome, print } from './outcome.ts'

const commands: Record<string, (args: InventoryArguments) => Promise<Outcome>> = {
  lint: async (args) => (await import('./inventory-lint.ts')).lintInventory(args),
  schema: async () => (await import('./inventory-lint.ts')).showSchema(),
  report: async (args) => (await import('./inventory-report.ts')).reportInventory(args),
  fingerprint: async (args) => (await import('./inventory-fingerprint.ts')).fingerprintValue(args),
  import: async (args) => (await import('./inventory-import.ts')).importSecrets(args)
}

/** `logveil inventory ...`; resolves to the exit status. Throws `USAGE_INVALID`, `CONFIG_INVALID`, `INPUT_FAILED`, `KEY_INVALID`, `KEY_MISSING`. */
export async function inventoryCommand(args: readonly string[]): Promise<number> {
  return print(await runInventory(args), args.length === 0 ? process.stderr : process.stdout)
}

/** The same without printing. */
export async function runInventory(args: readonly string[]): Promise<Outcome> {
  const [name, ...rest] = args
  if (name === undefined) return { text: inventoryHelp, status: 2 }
  if (name === '--help' || name === '-h' || rest.includes('--help')) return { text: inventoryHelp, status: 0 }
  if (Object.hasOwn(commands, name)) return commands[name](parseInventory(rest))
  const guess = nearest(name, Object.keys(commands))
  const hint = guess === null ? 'see `logveil inventory --help`' : `did you mean \`logveil inventory ${guess}\`?`
  throw new LogveilError('USAGE_INVALID', `there is no command "inventory ${name}"; ${hint}`)
}
