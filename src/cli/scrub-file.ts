import { type BigIntStats, lstatSync } from 'node:fs'
import { LogveilError } from '../errors.ts'
import { redactStream, type StreamOptions, type Totals } from './redact-stream.ts'
import { faultOf } from './scan-target.ts'
import { type ReplaceOptions, replaceFile } from './scrub-replace.ts'
import type { WriterOf } from './scrub-writers.ts'
import { openStored } from './stored.ts'
import { systemMessage } from './system-message.ts'

/** `due`: has something that would be taken out, or that was not. */
export type Outcome = 'clean' | 'binary' | 'due' | 'scrubbed'

export interface ScrubbedFile {
  readonly name: string
  readonly outcome: Outcome
  /** What was found in it; null: it could not be opened, or is binary. */
  readonly totals: Totals | null
  /** Size before and, where it was scrubbed, after. */
  readonly bytes: number
  readonly bytesAfter: number | null
  /** What kept it from being read, or from being scrubbed; or what somebody has to know of it all the same. */
  readonly problem: { readonly kind: 'error' | 'warning'; readonly message: string } | null
}

export interface ScrubContext extends Omit<ReplaceOptions, 'path' | 'name'>, Pick<StreamOptions, 'onFindings'> {
  /** Otherwise nothing is changed. */
  readonly write: boolean
  /** Also files that somebody has open for writing. */
  readonly open: boolean
  /** Also files that look like no text. */
  readonly binary: boolean
  readonly writerOf: WriterOf
}

/** Never rejects for what a file is or holds. */
export async function scrubFile(path: string, name: string, context: ScrubContext): Promise<ScrubbedFile> {
  let seen: ScrubbedFile = { name, outcome: 'clean', totals: null, bytes: 0, bytesAfter: null, problem: null }
  const fail = (message: string): ScrubbedFile => ({ ...seen, problem: { kind: 'error', message } })
  try {
    const { stat, totals, fault } = await examine(path, name, context)
    seen = { ...seen, outcome: outcomeOf(totals), totals, bytes: Number(stat.size) }
    if (fault !== null) return fail(fault)
    if (totals === null || seen.outcome === 'clean') return seen
    const obstacle = obstacleTo(stat, totals)
    if (obstacle !== null) return fail(`${name} is left as it is: ${obstacle}`)
    const writer = context.writerOf(stat)
    if (writer !== null && !context.open)
      return fail(`${name} is left as it is: ${writer} has it open for writing: ${remedy}`)
    if (!context.write) return seen
    const { bytes, problem } = await replaceFile(stat, totals, { ...context, path, name })
    seen = { ...seen, outcome: 'scrubbed', bytesAfter: bytes }
    if (problem !== null) return fail(problem)
    return writer === null ? seen : { ...seen, problem: abandoned(writer, name) }
  } catch (error) {
    if (error instanceof LogveilError) return fail(error.message)
    if ((error as NodeJS.ErrnoException).errno === undefined) throw error
    return fail(`cannot ${seen.totals === null ? 'read' : 'scrub'} ${name}: ${systemMessage(error)}`)
  }
}

const remedy = 'rotate it first, or say --open and have it opened again'

function abandoned(writer: string, name: string): ScrubbedFile['problem'] {
  return { kind: 'warning', message: `${writer} still writes into what was ${name} before: have it opened again` }
}

interface Examined {
  /** Before it was read. */
  readonly stat: BigIntStats
  /** null: binary. */
  readonly totals: Totals | null
  readonly fault: string | null
}

/** What redacting would do. */
async function examine(path: string, name: string, context: ScrubContext): Promise<Examined> {
  const { redactor, limits, memory, binary, stopped, onFindings } = context
  // Before it is opened: a pipe would wait for somebody to write.
  const kind = lstatSync(path)
  if (!kind.isFile() && !kind.isSymbolicLink())
    throw new LogveilError('INPUT_FAILED', `${name} is no file that could be rewritten`)
  const stored = await openStored(path, { name }, limits, memory)
  try {
    const { stat } = stored
    if (stored.isBinary && !binary) return { stat, totals: null, fault: null }
    const writer = {
      write: async () => {},
      get failure() {
        return stopped() ? ('closed' as const) : null
      }
    }
    const totals = await redactStream(stored.pieces, { redactor, writer, countsOutput: false, onFindings })
    const failure = stored.failure()
    return { stat, totals, fault: failure === null ? null : faultOf(name, stored.container, failure) }
  } finally {
    await stored.close()
  }
}

function outcomeOf(totals: Totals | null): Outcome {
  if (totals === null) return 'binary'
  const { findings, withheld } = totals
  return findings > 0 || Object.values(withheld).some((count) => count > 0) ? 'due' : 'clean'
}

/** Why a new file must not take its place; null: nothing speaks against it. */
function obstacleTo({ nlink }: BigIntStats, { withheld }: Totals): string | null {
  if (nlink > 1n)
    return `it has ${nlink} names (hard links), and under the others everything would stay: remove those first`
  // Elsewhere such lines go. Here they would be gone for good, and it is our fault.
  if (withheld.error > 0) return `a bug in logveil kept ${withheld.error} of its lines from being looked at`
  return null
}
