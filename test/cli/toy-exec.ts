// `logveil exec` with the toy redactor: what the spawned tests of processes run.
import { execCommand } from '../../src/cli/exec.ts'
import { toyRedactor } from './toy-redactor.ts'

process.exitCode = await execCommand(process.argv.slice(2), async ({ onError }) => toyRedactor(onError))
