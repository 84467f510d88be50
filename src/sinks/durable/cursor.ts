import { constants } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { crc32c } from './crc32c.ts'
import { type Files, fileMode } from './files.ts'
import type { Troubles } from './troubles.ts'

/** How far a queue has been delivered. */
export interface Position {
  /** First sequence of the segment. */
  readonly segment: number
  /** Behind the last byte of it that is delivered. */
  readonly offset: number
  /** Of the last frame that is delivered. */
  readonly sequence: number
}

export interface Cursor {
  /** As it was found; null: there was none that can be read, so everything is delivered (again). */
  readonly found: Position | null
  /** Goes to the disk soon, together with what comes until then. */
  advance(position: Position): void
  /** Resolves when the last position is on the disk, or cannot be put there. */
  flush(): Promise<void>
  close(): Promise<void>
}

/** So old may the position on the disk be: what was delivered since then is delivered again after a crash. */
const saveMs = 50

/** Apart, so that no write to one can harm the other. */
const slotBytes = 4096
const recordBytes = 36

/**
 * A file of two places that are written in turns: when one is cut off in the middle, the other still stands. It is overwritten in place, so
 * that it needs no space on a disk that is full. A place: generation, segment, offset, sequence (8 bytes each), CRC32C.
 */
export async function openCursor(files: Files, path: string, troubles: Troubles): Promise<Cursor> {
  const handle = await openFilled(files, path)
  const newest = await readNewest(handle)
  let generation = newest?.generation ?? 0
  let unsaved: Position | null = null
  let timer: NodeJS.Timeout | undefined
  let saving = Promise.resolve()

  async function save(): Promise<void> {
    const position = unsaved
    if (position === null) return
    unsaved = null
    try {
      await troubles.watch('the cursor cannot be saved', () => write(handle, generation + 1, position))
      generation++
    } catch {
      unsaved ??= position
    }
  }

  function flush(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    saving = saving.then(save)
    return saving
  }

  return {
    found: newest?.position ?? null,
    advance(position) {
      unsaved = position
      timer ??= setTimeout(flush, saveMs)
    },
    flush,
    async close() {
      await flush()
      await handle.close()
    }
  }
}

/** Its places are written, not only made: then their space is taken. */
async function openFilled(files: Files, path: string): Promise<FileHandle> {
  const handle = await files.open(path, constants.O_RDWR | constants.O_CREAT, fileMode)
  if ((await handle.stat()).size < 2 * slotBytes) {
    await handle.write(Buffer.alloc(2 * slotBytes), 0, 2 * slotBytes, 0)
    await handle.sync()
  }
  return handle
}

async function readNewest(handle: FileHandle): Promise<{ generation: number; position: Position } | null> {
  const bytes = Buffer.alloc(2 * slotBytes)
  await handle.read(bytes, 0, bytes.length, 0)
  const records = [0, slotBytes].flatMap((at) => decode(bytes.subarray(at, at + recordBytes)) ?? [])
  return records.sort((a, b) => b.generation - a.generation)[0] ?? null
}

async function write(handle: FileHandle, generation: number, position: Position): Promise<void> {
  const { segment, offset, sequence } = position
  const record = Buffer.alloc(recordBytes)
  for (const [i, value] of [generation, segment, offset, sequence].entries()) record.writeDoubleLE(value, 8 * i)
  record.writeUInt32LE(crc32c(record.subarray(0, 32)), 32)
  await handle.write(record, 0, recordBytes, (generation % 2) * slotBytes)
  await handle.datasync()
}

function decode(record: Buffer): { generation: number; position: Position } | null {
  if (record.readUInt32LE(32) !== crc32c(record.subarray(0, 32))) return null
  const [generation, segment, offset, sequence] = [0, 8, 16, 24].map((at) => record.readDoubleLE(at))
  return { generation, position: { segment, offset, sequence } }
}
