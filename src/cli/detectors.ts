import { parseArgs } from 'node:util'
import { LogveilError } from '../errors.ts'
import type { Pack } from '../packs.ts'
import { nearest } from '../scan/load/nearest.ts'
import { detectorsHelp } from './detectors-help.ts'
import type { Outcome } from './outcome.ts'
import { parsePacks } from './pack-option.ts'

/** What the subcommands share. */
export interface DetectorsArguments {
  readonly positionals: readonly string[]
  readonly detectors: readonly string[]
  readonly packs: readonly Pack[]
  readonly json: boolean
  readonly checks: boolean
}

const commands: Record<string, (args: DetectorsArguments) => Promise<Outcome>> = {
  list: async (args) => (await import('./detectors-list.ts')).listDetectors(args),
  coverage: async (args) => (await import('./detectors-coverage.ts')).showCoverage(args),
  check: async (args) => (await import('./detectors-check.ts')).checkDetectors(args),
  test: async (args) => (await import('./detectors-test.ts')).testDetectors(args),
  explain: async (args) => (await import('./explain.ts')).explainLine(args)
}

/** `logveil detectors ...`; resolves to the exit status. Throws `USAGE_INVALID`, `DETECTOR_INVALID`, `INPUT_FAILED`. */
export async function detectorsCommand(args: readonly string[]): Promise<number> {
  const { text, status } = await runDetectors(args)
  process.stdout.on('error', ignoreClosedPipe)
  ;(args.length === 0 ? process.stderr : process.stdout).write(text)
  return status
}

/** The same without printing. */
export async function runDetectors(args: readonly string[]): Promise<Outcome> {
  const [name, ...rest] = args
  if (name === undefined) return { text: detectorsHelp, status: 2 }
  if (name === '--help' || name === '-h' || rest.includes('--help')) return { text: detectorsHelp, status: 0 }
  if (Object.hasOwn(commands, name)) return commands[name](parse(name, rest))
  const guess = nearest(name, Object.keys(commands))
  const hint = guess === null ? 'see `logveil detectors --help`' : `did you mean \`logveil detectors ${guess}\`?`
  throw new LogveilError('USAGE_INVALID', `there is no command "detectors ${name}"; ${hint}`)
}

/** `logveil detectors list | head` */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
}

function parse(name: string, args: readonly string[]): DetectorsArguments {
  const { values, positionals } = parseOptions(name, args)
  return {
    positionals,
    detectors: values.detectors ?? [],
    packs: parsePacks(values.pack),
    json: values.json ?? false,
    checks: values.checks ?? false
  }
}

function parseOptions(name: string, args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        detectors: { type: 'string', multiple: true },
        pack: { type: 'string', multiple: true },
        json: { type: 'boolean' },
        checks: { type: 'boolean' }
      }
    })
  } catch (cause) {
    // Without the argument: for `explain` it can be a secret that begins with a hyphen.
    const remedy =
      name === 'explain' ? 'put -- in front of a line that begins with a hyphen' : 'see `logveil detectors --help`'
    throw new LogveilError('USAGE_INVALID', `detectors ${name}: an option is not known; ${remedy}`, { cause })
  }
}
