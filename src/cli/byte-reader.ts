import { closeSync, fstatSync, read } from 'node:fs'
import { Socket } from 'node:net'
import { isatty, ReadStream } from 'node:tty'
import { retryLater } from '../hooks/write-all.ts'

/** Bytes of one descriptor, pulled. One `read` at a time. */
export interface ByteReader {
  /** Fills the front of `target`; resolves to the number of bytes, 0 at the end. Rejects with the system's error. */
  read(target: Uint8Array): Promise<number>
  /** From now on nothing more is taken; what was taken already is still handed out. */
  stop(): void
  /** Lets the descriptor go; no read may be under way. */
  close(): void
}

/** The right reader for a descriptor. Regular files must not be polled, and everything else must: see `polledReader`. */
export function openReader(fd: number): ByteReader {
  const kind = fstatSync(fd)
  return kind.isFIFO() || kind.isSocket() || isatty(fd) ? polledReader(fd) : fileReader(fd)
}

/** Reads in Node's thread pool, so that the next read runs beside the work on the last. */
export function fileReader(fd: number): ByteReader {
  let stopped = false
  const readInto = (target: Uint8Array): Promise<number> =>
    new Promise((resolve, reject) => {
      if (stopped) return resolve(0)
      read(fd, target, 0, target.length, null, (error, count) => {
        if (error === null) resolve(count)
        else if (error.code === 'EAGAIN') retryLater(() => resolve(readInto(target)))
        else reject(error)
      })
    })
  return {
    read: readInto,
    stop() {
      stopped = true
    },
    close: () => closeSync(fd)
  }
}

/** What one read of a pipe returns at most, by default. */
const pipeBytes = 1 << 16

/**
 * Pipes, sockets and terminals are polled: a read in the thread pool would block there until the other side writes, and the process could
 * not end before. The copy out of the socket's own buffer costs less than giving the socket a new buffer each time.
 */
export function polledReader(fd: number): ByteReader {
  let socket: Socket | null = null
  let waiting: Uint8Array | null = null
  let demand: { target: Uint8Array; resolve: (count: number) => void; reject: (error: Error) => void } | null = null
  let failure: Error | null = null
  let ended = false

  function open(): Socket {
    const onread = { buffer: Buffer.allocUnsafeSlow(pipeBytes), callback: arrived }
    const opened = isatty(fd)
      ? new ReadStream(fd, { onread })
      : new Socket({ fd, readable: true, writable: false, onread })
    return opened.on('end', end).on('close', end).on('error', fail).resume()
  }

  /** False stops the socket until `resume`. */
  function arrived(count: number, buffer: Uint8Array): boolean {
    waiting = buffer.subarray(0, count)
    settle()
    return waiting === null
  }

  function end(): void {
    ended = true
    settle()
  }

  function fail(error: Error): void {
    failure = error
    settle()
  }

  function settle(): void {
    if (demand === null) return
    const { target, resolve, reject } = demand
    if (waiting === null && failure === null && !ended) return
    demand = null
    if (waiting !== null) {
      const count = Math.min(target.length, waiting.length)
      target.set(waiting.subarray(0, count))
      waiting = count < waiting.length ? waiting.subarray(count) : null
      resolve(count)
    } else if (failure !== null) reject(failure)
    else resolve(0)
  }

  return {
    read: (target) =>
      new Promise((resolve, reject) => {
        demand = { target, resolve, reject }
        const paused = waiting !== null
        settle()
        if (ended) return
        if (socket === null) socket = open()
        else if (paused && waiting === null) socket.resume()
      }),
    stop() {
      end()
      socket?.destroy()
    },
    close: () => void socket?.destroy()
  }
}
