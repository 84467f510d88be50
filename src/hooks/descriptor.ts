import { close, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { Writable } from 'node:stream'
import { LogveilError } from '../errors.ts'
import { writeAll } from './write-all.ts'

export interface DescriptorOptions {
  /** Path of a file, or number of a descriptor: 1 is standard output. */
  readonly destination: string | number
  /** Makes the folders above the file; default: false. */
  readonly mkdir?: boolean | undefined
  /** Writes behind what the file holds; default: true. */
  readonly append?: boolean | undefined
}

/**
 * Bytes to a file or descriptor, in order. Where nobody reads any more (`EPIPE`) the rest is thrown away, as every logger does; any other error
 * is emitted. Throws `OUTPUT_FAILED` for a file that cannot be opened.
 */
export function openDescriptor({ destination, mkdir = false, append = true }: DescriptorOptions): Writable {
  const fd = typeof destination === 'number' ? destination : open(destination, mkdir, append)
  let closed = false
  const send = (bytes: Uint8Array, done: (error?: Error | null) => void): void => {
    if (closed || bytes.length === 0) done()
    else
      writeAll(fd, bytes, (error) => {
        closed ||= error?.code === 'EPIPE'
        done(closed ? null : error)
      })
  }
  return new Writable({
    write: (bytes, _, done) => send(bytes, done),
    writev: (chunks, done) => send(Buffer.concat(chunks.map(({ chunk }) => chunk)), done),
    destroy: (error, done) => {
      if (typeof destination === 'number') done(error)
      else close(fd, (failed) => done(error ?? failed))
    }
  })
}

function open(path: string, mkdir: boolean, append: boolean): number {
  try {
    if (mkdir) mkdirSync(dirname(path), { recursive: true })
    return openSync(path, append ? 'a' : 'w')
  } catch (cause) {
    throw new LogveilError('OUTPUT_FAILED', `cannot write ${path}: ${(cause as NodeJS.ErrnoException).code}`, { cause })
  }
}
