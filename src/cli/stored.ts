import { type BigIntStats, closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { type ByteReader, openReader } from './byte-reader.ts'
import { type Content, type Memory, openContent, smallBytes } from './content.ts'
import type { CutLimits } from './cut-lines.ts'

/** A file that lies on a disk, open for reading. */
export interface Stored extends Content {
  readonly stat: BigIntStats
  /** As it is now, whatever became of its name. */
  statNow(): BigIntStats
  /** Whether reading can go on is not asked: also in the midst of it. */
  close(): Promise<void>
}

/** Links are followed only when the file was named by somebody. Rejects with the system's error. */
export async function openStored(
  path: string,
  { name = path, follow = false }: { readonly name?: string; readonly follow?: boolean },
  limits: CutLimits,
  memory: Memory
): Promise<Stored> {
  const links = follow ? 0 : constants.O_NOFOLLOW
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY | links)
  const stat = fstatSync(fd, { bigint: true })
  const reader = settling(stat.isFile() && stat.size < smallBytes ? directReader(fd) : openReader(fd))
  const statNow = (): BigIntStats => fstatSync(fd, { bigint: true })
  return { ...(await openContent(name, reader.read, limits, memory)), stat, statNow, close: reader.close }
}

/** Closes when no read is under way: another file may get the number of the descriptor. */
export function settling(reader: ByteReader): { read: ByteReader['read']; close(): Promise<void> } {
  let reading: Promise<unknown> = Promise.resolve()
  return {
    read(target) {
      const result = reader.read(target)
      reading = result.catch(() => {})
      return result
    },
    async close() {
      reader.stop()
      await reading
      reader.close()
    }
  }
}

/** Reads at once: for a small file a turn through the thread pool takes many times as long as the file. */
function directReader(fd: number): ByteReader {
  return {
    read: async (target) => readSync(fd, target),
    stop() {},
    close: () => closeSync(fd)
  }
}
