import { dirname } from 'node:path'
import { type Files, fileMode, syncDirectory } from './files.ts'
import type { FrameHead } from './frame.ts'

/** Batches that were refused for good, put aside for whoever wants to know why. */
export interface DeadLetters {
  /** Resolves to whether it is there: false when there is no room, on the disk or in what the file may take. */
  keep(head: FrameHead, body: Uint8Array, reason: string): Promise<boolean>
}

/**
 * A file of JSON lines: when it was stored and refused, why, what it is, and the batch in base64, as redacted as it was sent. It is opened
 * for every line, so that it may be moved away at any time.
 */
export function createDeadLetters(files: Files, path: string, maxBytes: number): DeadLetters {
  return {
    async keep({ storedAt, signal, format, encoding }, body, reason) {
      const stored = new Date(storedAt).toISOString()
      const refused = new Date().toISOString()
      const base64 = Buffer.from(body).toString('base64')
      const line = Buffer.from(
        `${JSON.stringify({ stored, refused, reason, signal, format, encoding, body: base64 })}\n`
      )
      return append(files, path, line, maxBytes).catch(() => false)
    }
  }
}

async function append(files: Files, path: string, line: Buffer, maxBytes: number): Promise<boolean> {
  if (line.length > maxBytes) return false
  const handle = await files.open(path, 'a', fileMode)
  try {
    const { size } = await handle.stat()
    if (size + line.length > maxBytes) return false
    try {
      await handle.appendFile(line)
      await handle.sync()
    } catch (error) {
      // Half a line would spoil the next one.
      await handle.truncate(size)
      throw error
    }
    if (size === 0) await syncDirectory(files, dirname(path))
    return true
  } finally {
    await handle.close()
  }
}
