import type { FileHandle } from 'node:fs/promises'
import { type Files, nodeFiles } from '../../../src/sinks/durable/files.ts'

/** A file system that fails when it is told to. */
export interface FailingFiles extends Files {
  /** Bytes that segments may still take; what is beyond is not written, as on a disk that is full. */
  room: number
  /** Operations that fail, with this error, as long as they are in it. */
  readonly failures: Map<'writev' | 'write' | 'datasync' | 'truncate' | 'read' | 'open' | 'link' | 'unlink', string>
}

const fail = (code: string): never => {
  throw Object.assign(new Error(`simulated ${code}`), { code })
}

export function createFailingFiles(): FailingFiles {
  const failures: FailingFiles['failures'] = new Map()
  const unless = (name: Parameters<typeof failures.get>[0]): void => {
    const code = failures.get(name)
    if (code !== undefined) fail(code)
  }

  /** Of segments alone: what others write has its room already. */
  function wrap(handle: FileHandle): FileHandle {
    const write = async (bytes: Uint8Array, at: number) => {
      const part = bytes.subarray(0, Math.min(files.room, bytes.length))
      if (part.length === 0 && bytes.length > 0) fail('ENOSPC')
      files.room -= part.length
      return handle.write(part, 0, part.length, at)
    }
    const replaced: Partial<Record<string, unknown>> = {
      async writev(buffers: Uint8Array[], at: number) {
        unless('writev')
        return write(Buffer.concat(buffers), at)
      },
      async write(bytes: Uint8Array, offset: number, length: number, at: number) {
        unless('write')
        return write(bytes.subarray(offset, offset + length), at)
      },
      async datasync() {
        unless('datasync')
        return handle.datasync()
      },
      async truncate(size: number) {
        unless('truncate')
        files.room += (await handle.stat()).size - size
        return handle.truncate(size)
      },
      async read(...rest: Parameters<FileHandle['read']>) {
        unless('read')
        return handle.read(...rest)
      }
    }
    return new Proxy(handle, {
      get(target, name) {
        const own = replaced[String(name)] ?? Reflect.get(target, name)
        return typeof own === 'function' ? own.bind(target) : own
      }
    })
  }

  const files: FailingFiles = {
    ...nodeFiles,
    room: Number.POSITIVE_INFINITY,
    failures,
    async open(path, flags, mode) {
      const handle = await nodeFiles.open(path, flags, mode)
      if (!String(path).endsWith('.seg')) return handle
      try {
        unless('open')
      } catch (error) {
        await handle.close()
        throw error
      }
      return wrap(handle)
    },
    async link(from, to) {
      unless('link')
      return nodeFiles.link(from, to)
    },
    async unlink(path) {
      unless('unlink')
      return nodeFiles.unlink(path)
    }
  }
  return files
}
