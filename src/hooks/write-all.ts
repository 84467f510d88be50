import { write } from 'node:fs'

/** A descriptor that another process made non-blocking answers `EAGAIN`: asked again after this, in milliseconds. */
const pauseMs = 5

export function retryLater(again: () => void): void {
  setTimeout(again, pauseMs)
}

/** Writes every byte, however long that takes. */
export function writeAll(fd: number, bytes: Uint8Array, done: (error: NodeJS.ErrnoException | null) => void): void {
  write(fd, bytes, (error, count) => {
    if (error?.code === 'EAGAIN') retryLater(() => writeAll(fd, bytes, done))
    else if (error === null && count < bytes.length) writeAll(fd, bytes.subarray(count), done)
    else done(error)
  })
}
