import { spawnSync } from 'node:child_process'
import { closeSync, constants, fstatSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'

/** What a command writes to `write` comes out of `source`, which ends when all who hold `write` have closed it. */
export interface Pipe {
  readonly source: Readable
  readonly write: number
  /** Closes our own `write`, when the command has been started. */
  close(): void
}

/**
 * Pipes, or null where there are none. Node gives its children sockets instead, on which `/dev/stdout` and `/dev/stderr` cannot be opened
 * (`tee /dev/stderr`), and has no call for pipes: these were named for a moment.
 */
export function openPipes(count: number): Pipe[] | null {
  let folder: string | null = null
  try {
    folder = mkdtempSync(join(tmpdir(), 'logveil-'))
    const paths = Array.from({ length: count }, (_, i) => join(folder ?? '', String(i)))
    if (spawnSync('mkfifo', ['-m', '600', ...paths], { stdio: 'ignore' }).status !== 0) return null
    return paths.map(openPipe)
  } catch {
    return null
  } finally {
    if (folder !== null) rmSync(folder, { recursive: true, force: true })
  }
}

function openPipe(path: string): Pipe {
  // The end that reads first, and without waiting for the other: opening the one that writes does not wait then.
  const read = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  const write = openSync(path, constants.O_WRONLY)
  return { source: new Socket({ fd: read, readable: true, writable: false }), write, close: () => closeSync(write) }
}

/** Whether two descriptors lead to the same place: one pipe for both keeps the order in which a command writes. */
export function leadToSame(one: number, other: number): boolean {
  const [a, b] = [fstatSync(one), fstatSync(other)]
  return a.dev === b.dev && a.ino === b.ino && a.rdev === b.rdev
}

/** Looked at so often, in ms. */
const lookMs = 20
/** No pipe holds more, in bytes. */
const largestPipe = 1 << 20

/**
 * Ends a pipe that something else than the command, which has ended, keeps open: when nothing came for `graceMs` in all, or more than the
 * command can have left in it. Time in which output waits to be taken does not count, so that nothing of the command's is lost.
 */
export function endWhenQuiet(source: Readable, graceMs: number): void {
  let quietMs = 0
  let elapsedMs = 0
  const before = bytesOf(source)
  const look = setInterval(() => {
    elapsedMs += lookMs
    if (source.readableLength === 0) quietMs += lookMs
    if (quietMs > graceMs || (elapsedMs > graceMs && bytesOf(source) - before > largestPipe)) source.destroy()
  }, lookMs)
  source.once('close', () => clearInterval(look))
  if (source.closed) clearInterval(look)
}

/** That came so far. */
function bytesOf(source: Readable): number {
  return source instanceof Socket ? source.bytesRead : 0
}
