import {
  type BigIntStats,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  futimesSync,
  lstatSync,
  renameSync
} from 'node:fs'
import { dirname } from 'node:path'
import { LogveilError } from '../errors.ts'
import type { Redactor } from '../redactor.ts'
import { nodeFiles, syncDirectory } from '../sinks/durable/files.ts'
import { type ByteWriter, openWriter, outputError, type WriteFailure } from './byte-writer.ts'
import { type Container, compression } from './containers.ts'
import type { Memory } from './content.ts'
import type { CutLimits } from './cut-lines.ts'
import { redactStream, type Totals } from './redact-stream.ts'
import { createTemporary, type Temporary } from './scrub-temporary.ts'
import { openStored, type Stored } from './stored.ts'
import { isBalanced } from './summary.ts'
import { systemMessage } from './system-message.ts'

export interface ReplaceOptions {
  readonly path: string
  readonly name: string
  readonly redactor: Redactor
  readonly limits: CutLimits
  readonly memory: Memory
  /** Gives up between two pieces. */
  stopped(): boolean
}

export interface Replaced {
  /** The new size. */
  readonly bytes: number
  /** What went wrong when there was no way back; null: nothing. */
  readonly problem: string | null
}

/**
 * Puts a redacted copy in the place of a file that was read to its end and looked like `seen` before. At any moment either the old or the
 * new file stands under the name, whole; the copy is redacted from its first byte on. Rejects with a `LogveilError` or the system's error:
 * then the old file is untouched.
 */
export async function replaceFile(seen: BigIntStats, expected: Totals, options: ReplaceOptions): Promise<Replaced> {
  const { path, name, limits, memory } = options
  const source = await openStored(path, { name }, limits, memory)
  let temporary: Temporary | null = null
  let kept = false
  try {
    if (!isSame(source.stat, seen)) throw changed(name)
    temporary = createTemporary(path)
    await copy(source, temporary.fd, expected, options)
    takeAfter(temporary.fd, seen, name)
    fsyncSync(temporary.fd)
    // Whoever has the name now may be somebody else.
    if (!isSame(lstatSync(path, { bigint: true }), seen)) throw changed(name)
    renameSync(temporary.path, path)
    kept = true
    const fault = await settle(dirname(path))
    const lost = hasSameContent(source.statNow(), seen) ? null : late
    const problem = lost ?? fault
    return { bytes: fstatSync(temporary.fd).size, problem: problem && `${name} was scrubbed, but ${problem}` }
  } finally {
    temporary?.close(kept)
    await source.close()
  }
}

const late = 'somebody wrote to the old file in the moment in which it was replaced, and that is lost'

async function settle(directory: string): Promise<string | null> {
  try {
    await syncDirectory(nodeFiles, directory)
    return null
  } catch (error) {
    return `its folder could not be synced, so that a crash may bring the old file back: ${systemMessage(error)}`
  }
}

/** Everything that writing changes; reading changes none of it. */
function isSame(now: BigIntStats, then: BigIntStats): boolean {
  return now.dev === then.dev && now.ino === then.ino && now.ctimeNs === then.ctimeNs && hasSameContent(now, then)
}

function hasSameContent(now: BigIntStats, then: BigIntStats): boolean {
  return now.size === then.size && now.mtimeNs === then.mtimeNs
}

function changed(name: string): LogveilError {
  return new LogveilError(
    'OUTPUT_FAILED',
    `${name} is left as it is: somebody changed it while it was read; rotate it first`
  )
}

async function copy(source: Stored, fd: number, expected: Totals, options: ReplaceOptions): Promise<void> {
  const { name, redactor, stopped } = options
  const output = openOutput(fd, source.container, stopped)
  const onFindings = async (): Promise<boolean> => true
  const totals = await redactStream(source.pieces, { redactor, writer: output, countsOutput: true, onFindings })
  await output.end()
  if (output.failure !== null) throw outputError(`what becomes ${name}`, output.failure)
  const isWhole = source.failure() === null && totals.lines === expected.lines && totals.bytesIn === expected.bytesIn
  if (!isWhole) throw changed(name)
  if (!isBalanced(totals)) throw new LogveilError('OUTPUT_FAILED', `${name} is left as it is: lines would be lost`)
}

interface Output extends ByteWriter {
  /** Never rejects, as `write`. */
  end(): Promise<void>
}

function openOutput(fd: number, container: Container | null, stopped: () => boolean): Output {
  const file = openWriter(fd, () => {})
  let fault: Error | null = null
  const keep = (error: Error): void => {
    fault ??= error
  }
  const put = async (bytes: Uint8Array): Promise<void> => {
    await file.write(bytes)
    if (file.failure !== null) throw outputError('a file', file.failure)
  }
  const compressed = container === null ? null : compression(container, put)
  return {
    write: (bytes) => (compressed === null ? file.write(bytes) : compressed.write(bytes).catch(keep)),
    end: async () => compressed?.end().catch(keep),
    get failure(): WriteFailure | null {
      return file.failure ?? fault ?? (stopped() ? 'closed' : null)
    }
  }
}

/** Owner, then mode, which a change of the owner may reduce, then times. */
function takeAfter(fd: number, { uid, gid, mode, atimeNs, mtimeNs }: BigIntStats, name: string): void {
  const own = fstatSync(fd)
  try {
    if (BigInt(own.uid) !== uid || BigInt(own.gid) !== gid) fchownSync(fd, Number(uid), Number(gid))
  } catch (cause) {
    const reason = `a new file cannot be given to its owner (${systemMessage(cause)}); run this as root or as the owner`
    throw new LogveilError('OUTPUT_FAILED', `${name} is left as it is: ${reason}`, { cause })
  }
  fchmodSync(fd, Number(mode & 0o7777n))
  futimesSync(fd, Number(atimeNs) / 1e9, Number(mtimeNs) / 1e9)
}
