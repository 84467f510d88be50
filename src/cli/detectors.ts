import { LogveilError } from '../errors.ts'
import { nearest } from '../scan/load/nearest.ts'
import { type DetectorsArguments, parseDetectors } from './detectors-arguments.ts'
import { detectorsHelp } from './detectors-help.ts'
import { type Outcome, print } from './outcome.ts'

const commands: Record<string, (args: DetectorsArguments) => Promise<Outcome>> = {
  list: async (args) => (await import('./detectors-list.ts')).listDetectors(args),
  coverage: async (args) => (await import('./detectors-coverage.ts')).showCoverage(args),
  check: async (args) => (await import('./detectors-check.ts')).checkDetectors(args),
  test: async (args) => (await import('./detectors-test.ts')).testDetectors(args),
  explain: async (args) => (await import('./explain.ts')).explainLine(args)
}

/** `logveil detectors ...`; resolves to the exit status. Throws `USAGE_INVALID`, `DETECTOR_INVALID`, `INPUT_FAILED`. */
export async function detectorsCommand(args: readonly string[]): Promise<number> {
  return print(await runDetectors(args), args.length === 0 ? process.stderr : process.stdout)
}

/** The same without printing. */
export async function runDetectors(args: readonly string[]): Promise<Outcome> {
  const [name, ...rest] = args
  if (name === undefined) return { text: detectorsHelp, status: 2 }
  if (name === '--help' || name === '-h' || rest.includes('--help')) return { text: detectorsHelp, status: 0 }
  if (Object.hasOwn(commands, name)) return commands[name](parseDetectors(name, rest))
  const guess = nearest(name, Object.keys(commands))
  const hint = guess === null ? 'see `logveil detectors --help`' : `did you mean \`logveil detectors ${guess}\`?`
  throw new LogveilError('USAGE_INVALID', `there is no command "detectors ${name}"; ${hint}`)
}
