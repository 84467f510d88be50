import { LogveilError } from '../errors.ts'
import { complain, describe } from './complain.ts'

/** Every command is loaded only when it is called, so that starting stays fast. */
const commands: Record<string, (args: string[]) => Promise<number>> = {
  redact: async (args) => (await import('./redact.ts')).redactCommand(args),
  exec: async (args) => {
    ;(await import('./run-memory.ts')).keepYoungSpaceSmall()
    return (await import('./exec.ts')).execCommand(args)
  },
  run: async (args) => {
    ;(await import('./run-memory.ts')).keepYoungSpaceSmall()
    return (await import('./run.ts')).runCommand(args)
  },
  relay: async (args) => {
    ;(await import('./run-memory.ts')).keepYoungSpaceSmall()
    return (await import('./relay.ts')).relayCommand(args)
  },
  follow: async (args) => {
    ;(await import('./run-memory.ts')).keepYoungSpaceSmall()
    return (await import('./follow.ts')).followCommand(args)
  },
  kafka: async (args) => (await import('./kafka.ts')).kafkaCommand(args),
  scan: async (args) => (await import('./scan.ts')).scanCommand(args),
  replay: async (args) => (await import('./replay.ts')).replayCommand(args),
  scrub: async (args) => (await import('./scrub.ts')).scrubCommand(args),
  tickets: async (args) => (await import('./tickets.ts')).ticketsCommand(args),
  inventory: async (args) => (await import('./inventory.ts')).inventoryCommand(args),
  config: async (args) => (await import('./config.ts')).configCommand(args),
  detectors: async (args) => (await import('./detectors.ts')).detectorsCommand(args)
}

process.exitCode = await run(process.argv.slice(2))

async function run(args: string[]): Promise<number> {
  try {
    return await dispatch(args)
  } catch (error) {
    complain(error instanceof LogveilError ? error.message : `a bug in logveil: ${describe(error)}`)
    return 2
  }
}

async function dispatch([name, ...args]: string[]): Promise<number> {
  if (name === '--version' || name === '-v') return print(`${(await import('./version.ts')).version()}\n`)
  if (name === '--help' || name === '-h' || name === 'help') return print((await import('./help.ts')).mainHelp)
  if (name === undefined) {
    process.stderr.write((await import('./help.ts')).mainHelp)
    return 2
  }
  if (Object.hasOwn(commands, name)) return commands[name](args)
  const { nearest } = await import('../scan/load/nearest.ts')
  const guess = nearest(name, Object.keys(commands))
  const hint = guess === null ? 'see `logveil --help`' : `did you mean \`logveil ${guess}\`?`
  throw new LogveilError('USAGE_INVALID', `there is no command "${name}"; ${hint}`)
}

function print(text: string): number {
  process.stdout.write(text)
  return 0
}
