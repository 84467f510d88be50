import { constants, type FileHandle, open } from 'node:fs/promises'
import { LogveilError } from '../../errors.ts'
import type { Channel } from '../../model.ts'
import { ocsfOf } from './ocsf.ts'

export interface OcsfFileOptions {
  readonly name: string
  /** Lines are added at its end; made when it is missing, for its owner only. Whoever rotates it renames it. */
  readonly path: string
}

/** How much of its end is looked at, for what a life before this one has written. */
const lookBackBytes = 2 ** 23
const mostKnown = 100_000

/**
 * OCSF findings as JSON, one a line, in a file. What stands in it already is not written again, whoever wrote it: all that was added since the last look
 * is read before a line is added.
 */
export function createOcsfFile({ name, path }: OcsfFileOptions): Channel {
  const known = new Set<string>()
  let seen = { inode: -1, end: 0 }
  let last: Promise<unknown> = Promise.resolve()

  async function add(id: string, line: string): Promise<void> {
    const file = await open(path, constants.O_RDWR | constants.O_APPEND | constants.O_CREAT, 0o600)
    try {
      const torn = await look(file)
      if (known.has(id)) return
      await file.appendFile(`${torn ? '\n' : ''}${line}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
  }

  /** Learns what was added; resolves to whether the last line has no end. */
  async function look(file: FileHandle): Promise<boolean> {
    const { ino: inode, size } = await file.stat()
    const begin = inode === seen.inode && size >= seen.end ? seen.end : Math.max(0, size - lookBackBytes)
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - begin), 0, size - begin, begin)
    const added = buffer.subarray(0, bytesRead)
    const end = added.lastIndexOf(10) + 1
    // What a crash has cut off is not told.
    for (const [, id] of added.toString('utf8', 0, end).matchAll(/"metadata":\{"uid":"([^"]+)"/g)) known.add(id)
    for (const id of known) {
      if (known.size <= mostKnown) break
      known.delete(id)
    }
    seen = { inode, end: begin + end }
    return end < bytesRead
  }

  return {
    name,
    async deliver(event) {
      const line = JSON.stringify(ocsfOf(event))
      const done = last.then(() => add(event.id, line))
      last = done.catch(() => {})
      try {
        await done
      } catch (error) {
        const { code = 'unwritable' } = error as NodeJS.ErrnoException
        throw new LogveilError('DELIVERY_FAILED', `${name} cannot be written (${code})`, { retryable: true })
      }
      return null
    },
    async close() {
      await last
    }
  }
}
