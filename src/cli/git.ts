import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { LogveilError } from '../errors.ts'
import type { ByteReader } from './byte-reader.ts'
import { limited, readOf } from './chunks.ts'
import { systemMessage } from './system-message.ts'

/** No program that a repository's configuration names is run. */
const settings = ['-c', 'core.fsmonitor=false']
/** Adds lines to a diff that were not changed. */
const { GIT_DIFF_OPTS, ...environment } = process.env
/** What git sets for hooks speaks of the hook's repository; whoever asks about a folder means the folder's. */
const { GIT_DIR, GIT_WORK_TREE, GIT_INDEX_FILE, GIT_PREFIX, GIT_COMMON_DIR, ...elsewhere } = environment

export interface GitCall {
  readonly args: readonly string[]
  /** A folder whose repository is asked; null: the one that git, or the hook we run in, takes for the present one. */
  readonly directory: string | null
}

/**
 * The output, cut behind every `end`, as UTF-8; of each part no more than `longest` bytes. Throws `INPUT_FAILED` with what git says: when
 * there is no git, too, and when it fails after its output.
 */
export async function* gitParts(call: GitCall, end: '\n' | '\0', longest = 1 << 16): AsyncGenerator<string, void> {
  const { output, input, ended } = startGit(call)
  input.end()
  yield* cutAt(output, end.charCodeAt(0), longest)
  const { status, said } = await ended
  if (status !== 0) throw gitError(call, said)
}

/** Short output. Throws as `gitParts` does. */
export async function gitText(call: GitCall): Promise<string> {
  let text = ''
  for await (const line of gitParts(call, '\n')) text += `${line}\n`
  return text.trimEnd()
}

/** For commands that answer with their status, 0 or 1. Throws as `gitParts` does. */
export async function gitSays(call: GitCall): Promise<boolean> {
  const { output, input, ended } = startGit(call)
  input.end()
  output.resume()
  const { status, said } = await ended
  if (status !== 0 && status !== 1) throw gitError(call, said)
  return status === 0
}

interface Started {
  readonly output: Readable
  readonly input: Writable
  readonly ended: Promise<{ readonly status: number | null; readonly said: string }>
  kill(): void
}

function startGit(call: GitCall): Started {
  const { args, directory } = call
  const at = directory === null ? [] : ['-C', directory]
  const env = { ...(directory === null ? environment : elsewhere), LC_ALL: 'C' }
  const child = spawn('git', [...at, ...settings, ...args], { env })
  let said = ''
  child.stdin.on('error', () => {})
  child.stderr.on('data', (chunk) => {
    if (said.length < 4096) said += chunk
  })
  const ended = once(child, 'close').then(
    ([status]) => ({ status, said }),
    (error) => {
      throw gitError(call, systemMessage(error))
    }
  )
  ended.catch(() => {})
  return { output: child.stdout, input: child.stdin, ended, kill: () => void child.kill() }
}

/** The first line of what it says. */
function gitError({ args }: GitCall, said: string): LogveilError {
  const [, message] = /^(?:fatal: |error: )?(.*)/.exec(said) ?? []
  return new LogveilError('INPUT_FAILED', `git ${args[0]}: ${message}`)
}

async function* cutAt(chunks: AsyncIterable<Buffer>, end: number, longest: number): AsyncGenerator<string, void> {
  let held: Buffer = Buffer.alloc(0)
  const keep = (more: Buffer): void => {
    held = Buffer.concat([held, more.subarray(0, longest - held.length)])
  }
  for await (const chunk of chunks) {
    let from = 0
    for (let at = chunk.indexOf(end); at >= 0; at = chunk.indexOf(end, from)) {
      if (held.length === 0) yield chunk.toString('utf8', from, Math.min(at, from + longest))
      else {
        keep(chunk.subarray(from, at))
        yield held.toString('utf8')
        held = Buffer.alloc(0)
      }
      from = at + 1
    }
    keep(chunk.subarray(from))
  }
  if (held.length > 0) yield held.toString('utf8')
}

/** Blobs, one after another; git is started for the first. */
export interface Blobs {
  /** Reads one; what was not read of the one before is passed over. Throws `INPUT_FAILED`. */
  open(id: string): Promise<ByteReader['read']>
  /** Also in the midst of one. */
  close(): void
}

export function createBlobs(): Blobs {
  const call = { args: ['cat-file', '--batch'], directory: null }
  let git: (Started & { readonly read: ByteReader['read'] }) | null = null
  let rest: ByteReader['read'] = async () => 0

  function start(): Started & { readonly read: ByteReader['read'] } {
    const started = startGit(call)
    return { ...started, read: readOf(started.output[Symbol.asyncIterator]()) }
  }

  return {
    async open(id) {
      git ??= start()
      const { read, input, ended } = git
      await readOut(rest)
      input.write(`${id}\n`)
      const [, type, size] = (await lineOf(read)).split(' ')
      if (type !== 'blob') {
        input.end()
        throw gitError(call, (await ended).said || `${id} is no blob`)
      }
      // Behind the content stands a line end.
      rest = limited(read, Number(size) + 1)
      return limited(rest, Number(size))
    },
    close: () => git?.kill()
  }
}

async function readOut(read: ByteReader['read']): Promise<void> {
  const nowhere = Buffer.allocUnsafe(1 << 16)
  while ((await read(nowhere)) > 0);
}

async function lineOf(read: ByteReader['read']): Promise<string> {
  const byte = Buffer.alloc(1)
  let line = ''
  while ((await read(byte)) > 0 && byte[0] !== 0x0a) line += byte.toString('latin1')
  return line
}
