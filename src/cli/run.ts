import { fillDefaults, loadConfig, readWritten } from '../config/config-load.ts'
import { printConfig } from '../config/config-print.ts'
import { parseRunArguments } from './run-options.ts'

/** `logveil run`: resolves to the exit status when a signal has ended it. Throws what a configuration can have wrong, and `LISTEN_FAILED`. */
export async function runCommand(args: readonly string[]): Promise<number> {
  const { config: path, help, printConfig: prints } = parseRunArguments(args)
  if (help) {
    const { runHelp } = await import('./run-help.ts')
    process.stdout.write(runHelp)
    return 0
  }
  const config = path === null ? fillDefaults({}) : loadConfig(path)
  if (prints) {
    process.stdout.write(printConfig(config, path === null ? null : readWritten(path)))
    return 0
  }
  const { serve } = await import('./run-serve.ts')
  return serve(config, path)
}
