import type { FileHandle } from 'node:fs/promises'

/** Writes all of the buffers, as the system may take less than it is given; at this offset, in bytes, or where the handle writes next. */
export async function writeBuffers(handle: FileHandle, buffers: readonly Uint8Array[], at?: number): Promise<void> {
  const total = buffers.reduce((sum, { length }) => sum + length, 0)
  let { bytesWritten: done } = await handle.writev(buffers, at)
  if (done === total) return
  const bytes = Buffer.concat(buffers)
  while (done < total) {
    const { bytesWritten } = await handle.write(bytes, done, total - done, at === undefined ? null : at + done)
    if (bytesWritten === 0) throw Object.assign(new Error('nothing more is taken'), { code: 'ENOSPC' })
    done += bytesWritten
  }
}
