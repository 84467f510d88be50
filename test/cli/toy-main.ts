// `logveil redact` with the toy redactor, or the idle one: what the spawned tests of the stream run.
import { complain, describe } from '../../src/cli/complain.ts'
import { redactCommand } from '../../src/cli/redact.ts'
import type { CreateRedactor } from '../../src/cli/redact-settings.ts'
import { idleRedactor, toyRedactor } from './toy-redactor.ts'

const create: CreateRedactor = async ({ onError }) =>
  process.env.TOY === 'idle' ? idleRedactor() : toyRedactor(onError)

if (process.env.TOY_MEMORY) {
  process.on('exit', () => complain(`${Math.round(process.resourceUsage().maxRSS / 1024)} MiB`))
}

try {
  process.exitCode = await redactCommand(process.argv.slice(2), create)
} catch (error) {
  complain(describe(error))
  process.exitCode = 2
}
