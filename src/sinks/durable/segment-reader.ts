import type { FileHandle } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Files } from './files.ts'
import { type Part, readPart } from './read-part.ts'
import type { Troubles } from './troubles.ts'

export interface SegmentReader {
  /** The part at an offset, of a segment that may be read up to `size`. */
  read(at: number, size: number): Promise<Part>
  close(): Promise<void>
}

/** Between tries to read what the disk does not give. */
const pausesMs = [10, 50, 250, 1000]

/** Reads a segment, opened when it is needed. What cannot be read after some tries is bad, so that what comes behind it still flows. */
export function createSegmentReader(files: Files, path: string, troubles: Troubles): SegmentReader {
  let handle: FileHandle | null = null

  async function tryToRead(at: number, size: number): Promise<Part> {
    handle ??= await files.open(path, 'r')
    return readPart(handle, at, size)
  }

  return {
    async read(at, size) {
      for (const pauseMs of [...pausesMs, null]) {
        try {
          return await troubles.watch('a segment cannot be read', () => tryToRead(at, size))
        } catch {
          if (pauseMs !== null) await sleep(pauseMs)
        }
      }
      return { type: 'bad', end: size }
    },
    async close() {
      await handle?.close().catch(() => {})
    }
  }
}
