import { constants } from 'node:fs'
import { type FileHandle, open, rename, stat } from 'node:fs/promises'
import { LogveilError } from '../errors.ts'
import { allTaken, type Envelope, type Sink } from '../model.ts'
import { asLines } from './as-lines.ts'
import { writeBuffers } from './write-buffers.ts'

export interface FileSinkOptions {
  readonly path: string
  /** A file that has become so long is renamed to `path.1`, and so on; null: it grows. */
  readonly maxBytes: number | null
  /** How many renamed files stay. */
  readonly keep: number
  /** OTLP/protobuf as OTLP/JSON, without line breaks. */
  readonly toJson: (envelope: Envelope) => string
}

const newline = Buffer.of(0x0a)

interface Waiting {
  readonly bytes: Uint8Array
  resolve(): void
  reject(error: unknown): void
}

/**
 * A write answers when the disk has it. A datasync of its own begins when the thread of JavaScript has redacted what came meanwhile, and leaves
 * that thread without work until it ends: a fifth of the time of a follower of many files.
 */
const append = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | (constants.O_DSYNC ?? constants.O_SYNC)

/** Adds batches as `asLines` has them to the end of a file, and answers when the disk has it; what comes meanwhile shares the next write. */
export function createFileSink({ path, maxBytes, keep, toJson }: FileSinkOptions): Sink {
  let handle: FileHandle | null = null
  let waiting: Waiting[] = []
  let working: Promise<void> | null = null

  async function work(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting
      waiting = []
      try {
        await add(batch.map(({ bytes }) => bytes))
        for (const { resolve } of batch) resolve()
      } catch (cause) {
        const { code = 'unknown' } = cause as NodeJS.ErrnoException
        const error = new LogveilError('OUTPUT_FAILED', `cannot write ${path} (${code})`, { retryable: true, cause })
        for (const { reject } of batch) reject(error)
        await handle?.close().catch(() => {})
        handle = null
      }
    }
    working = null
  }

  async function add(batch: readonly Uint8Array[]): Promise<void> {
    // A line that a write cut off, which failed or was killed, ends here.
    const isTorn = handle === null && (await endsWithinLine(path))
    handle ??= await open(path, append, 0o600)
    await writeBuffers(handle, isTorn ? [newline, ...batch] : batch)
    if (maxBytes !== null && (await handle.stat()).size >= maxBytes) await rotate(handle)
  }

  /** Behind a whole batch, so that no line is in two files. */
  async function rotate(full: FileHandle): Promise<void> {
    handle = null
    await full.close()
    for (let i = keep; i > 1; i--) await rename(`${path}.${i - 1}`, `${path}.${i}`).catch(ignoreMissing)
    await rename(path, `${path}.1`)
  }

  return {
    name: path,
    write(envelope) {
      const bytes = asLines(envelope, toJson)
      return new Promise((resolve, reject) => {
        waiting.push({ bytes, resolve: () => resolve(allTaken), reject })
        working ??= work()
      })
    },
    async close() {
      await working
      await handle?.close()
      handle = null
    }
  }
}

/** False when that cannot be told: of a pipe, or of a file that is not ours to read. */
async function endsWithinLine(path: string): Promise<boolean> {
  let file: FileHandle | null = null
  try {
    const stats = await stat(path)
    if (!stats.isFile() || stats.size === 0) return false
    file = await open(path)
    const last = new Uint8Array(1)
    await file.read(last, 0, 1, stats.size - 1)
    return last[0] !== newline[0]
  } catch {
    return false
  } finally {
    await file?.close()
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error
}
