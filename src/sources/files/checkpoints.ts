import { createHmac, createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fdatasync,
  fdatasyncSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  write,
  writeSync
} from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { LogveilError } from '../../errors.ts'

/** How far a file was delivered. Holds no text of it, nor its name, nor anything by which a secret in it could be guessed. */
export interface Checkpoint {
  /** Device and inode, `2049:131`. */
  readonly id: string
  /** Keyed hash of the path that it was found at. */
  readonly name: string
  /** When the file was made, in ms since 1970; 0: the file system does not tell. */
  readonly born: number
  /** Of its first `sealBytes` bytes, see `seal.ts`, by rules of this name. */
  readonly seal: string
  readonly sealBytes: number
  readonly rules: string
  /** Bytes that sinks have confirmed. */
  readonly offset: number
  /** ms since 1970. */
  readonly at: number
}

export interface Checkpoints {
  get(id: string): Checkpoint | undefined
  all(): Iterable<Checkpoint>
  /** Durable within a moment, see `flush`. */
  set(checkpoint: Checkpoint): void
  /** Keyed hash, so that the state tells nothing of what was hashed. */
  hash(bytes: Uint8Array): string
  /** Resolves when all that was set is on the disk, or could not be put there, which is told. */
  flush(): Promise<void>
  close(): Promise<void>
}

/** Writes are gathered for so long: what a crash repeats is what was delivered in that time. */
const gatherMs = 50
/** Files that were not seen for so long are forgotten when the journal is written anew. */
const forgetMs = 7 * 24 * 3_600_000
const writeBytes = promisify(write)
const sync = promisify(fdatasync)

/**
 * Checkpoints in a directory of this process alone: a journal, one JSON object a line, the last one of a file counts; what a crash cut off is
 * left out. Written anew at every start, and when it has become long. Throws `OUTPUT_FAILED`. `lock` lets nobody else in.
 */
export function openCheckpoints(
  directory: string,
  lock: (path: string) => () => void,
  onTrouble: (code: string) => void
): Checkpoints {
  const unlock = prepare(directory, lock)
  const path = join(directory, 'positions.jsonl')
  const key = readKey(join(directory, 'key'))
  const live = read(path)
  const dirty = new Map<string, Checkpoint>()
  let written = 0
  let fd = guarded(directory, () => rewrite())
  let flushing: Promise<void> | null = null
  let timer: NodeJS.Timeout | null = null
  let failing = false

  function rewrite(): number {
    const now = Date.now()
    for (const [id, { at }] of live) if (now - at > forgetMs) live.delete(id)
    const fresh = `${path}.new`
    const handle = openSync(fresh, 'w', 0o600)
    writeSync(handle, [...live.values()].map(lineOf).join(''))
    fdatasyncSync(handle)
    renameSync(fresh, path)
    syncDirectory(directory)
    written = live.size
    return handle
  }

  async function write(): Promise<void> {
    const batch = [...dirty.values()]
    dirty.clear()
    try {
      if (written > 4 * live.size + 10_000) {
        const old = fd
        fd = rewrite()
        closeSync(old)
      } else {
        // A line that a failed write cut off ends here.
        const bytes = Buffer.from((failing ? '\n' : '') + batch.map(lineOf).join(''))
        for (let at = 0; at < bytes.length; ) at += (await writeBytes(fd, bytes, at)).bytesWritten
        await sync(fd)
        written += batch.length
      }
      failing = false
    } catch (error) {
      // They are tried again with the next ones: until then more would be repeated after a crash.
      for (const one of batch) if (!dirty.has(one.id)) dirty.set(one.id, one)
      if (!failing) onTrouble((error as NodeJS.ErrnoException).code ?? 'unknown')
      failing = true
    }
  }

  async function flush(): Promise<void> {
    while (flushing !== null) await flushing
    if (dirty.size === 0) return
    flushing = write().finally(() => {
      flushing = null
    })
    await flushing
  }

  function schedule(): void {
    timer ??= setTimeout(() => {
      timer = null
      void flush().then(() => dirty.size > 0 && schedule())
    }, gatherMs)
  }

  return {
    get: (id) => live.get(id),
    all: () => live.values(),
    set(checkpoint) {
      live.set(checkpoint.id, checkpoint)
      dirty.set(checkpoint.id, checkpoint)
      schedule()
    },
    hash: hashWith(createSecretKey(key)),
    flush,
    async close() {
      await flush()
      if (timer !== null) clearTimeout(timer)
      closeSync(fd)
      unlock()
    }
  }
}

/** Nothing is remembered: for whoever gives no directory. */
export function forgetfulCheckpoints(): Checkpoints {
  const live = new Map<string, Checkpoint>()
  return {
    get: (id) => live.get(id),
    all: () => live.values(),
    set: (checkpoint) => void live.set(checkpoint.id, checkpoint),
    hash: hashWith(createSecretKey(randomBytes(32))),
    flush: async () => {},
    close: async () => {}
  }
}

/** A key that is an object is not made anew for every hash: a third of the time. */
function hashWith(key: KeyObject): Checkpoints['hash'] {
  return (bytes) => createHmac('sha256', key).update(bytes).digest('base64url')
}

function prepare(directory: string, lock: (path: string) => () => void): () => void {
  guarded(directory, () => mkdirSync(directory, { recursive: true, mode: 0o700 }))
  return lock(join(directory, 'lock'))
}

function guarded<T>(directory: string, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    const { code = 'unknown' } = cause as NodeJS.ErrnoException
    throw new LogveilError('OUTPUT_FAILED', `cannot keep checkpoints in ${directory} (${code})`, { cause })
  }
}

/** Made at the first start. A broken one is made anew: then no file is recognised, and all is read from the beginning. */
function readKey(path: string): Buffer {
  if (existsSync(path)) {
    const key = guarded(path, () => readFileSync(path))
    if (key.length === 32) return key
  }
  const key = randomBytes(32)
  guarded(path, () => {
    const fd = openSync(path, 'w', 0o600)
    writeSync(fd, key)
    fsyncSync(fd)
    closeSync(fd)
  })
  return key
}

function read(path: string): Map<string, Checkpoint> {
  const found = new Map<string, Checkpoint>()
  if (!existsSync(path)) return found
  for (const line of guarded(path, () => readFileSync(path, 'utf8')).split('\n')) {
    const checkpoint = parse(line)
    if (checkpoint !== null) found.set(checkpoint.id, checkpoint)
  }
  return found
}

function parse(line: string): Checkpoint | null {
  try {
    const { id, name, born, seal, sealBytes, rules, offset, at } = JSON.parse(line)
    const good = typeof id === 'string' && typeof seal === 'string' && Number.isSafeInteger(offset)
    return good ? { id, name, born, seal, sealBytes, rules, offset, at } : null
  } catch {
    return null
  }
}

function lineOf(checkpoint: Checkpoint): string {
  return `${JSON.stringify(checkpoint)}\n`
}

function syncDirectory(directory: string): void {
  const fd = openSync(directory, 'r')
  fsyncSync(fd)
  closeSync(fd)
}
