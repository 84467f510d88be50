// Loaded before a command: something happens at a certain call of the file system, counted from the one that makes the temporary file.
// FAULT: JSON of `Fault`. Without one, the calls are listed in the file that FAULT_LIST names.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

export interface Fault {
  /** Step: each call is two, before and after; or the name of a call: before the first one of it. */
  readonly at: number | string
  /** `kill`: SIGKILL. `append`: a line to a file. Otherwise the call fails with this error code. */
  readonly what: string
  readonly file?: string
}

type Call = (...args: unknown[]) => unknown

const fault: Fault | null = process.env.FAULT ? JSON.parse(process.env.FAULT) : null
const steps: string[] = []
let begun = false
let done = false
let inFault = false

/** True when the call has to fail. */
function step(name: string, when: 'before' | 'after'): boolean {
  if (!begun || inFault) return false
  steps.push(`${when} ${name}`)
  const isHere = fault !== null && !done && (fault.at === steps.length || (fault.at === name && when === 'before'))
  if (!isHere) return false
  done = true
  if (fault.what === 'kill') process.kill(process.pid, 'SIGKILL')
  if (fault.what !== 'append') return fault.what !== 'kill'
  inFault = true
  fs.appendFileSync(fault.file ?? '', 'a late line\n')
  inFault = false
  return false
}

function watch(of: Record<string, unknown>, name: string, as = name): void {
  const original = of[name] as Call
  of[name] = (...args: unknown[]) => {
    if (as === 'openSync' && String(args[0]).includes('.logveil-scrub-')) begun = true
    if (step(as, 'before')) {
      const error = Object.assign(new Error(fault?.what), { code: fault?.what, errno: -28, syscall: as })
      const last = args.at(-1)
      if (typeof last !== 'function') throw error
      setImmediate(() => last(error, 0))
      return
    }
    const result = original.apply(of, args)
    step(as, 'after')
    return result
  }
}

const calls = ['openSync', 'write', 'fchownSync', 'fchmodSync', 'futimesSync', 'fsyncSync', 'lstatSync', 'renameSync']
for (const name of [...calls, 'closeSync', 'rmSync']) watch(fs as unknown as Record<string, unknown>, name)
watch(fs.promises as unknown as Record<string, unknown>, 'open', 'open of the folder')
syncBuiltinESMExports()
process.on('exit', () => {
  if (process.env.FAULT_LIST) fs.writeFileSync(process.env.FAULT_LIST, steps.join('\n'))
})
