import { fstatSync } from 'node:fs'
import { Socket } from 'node:net'
import type { Writable } from 'node:stream'
import { isatty } from 'node:tty'
import { LogveilError } from '../errors.ts'
import { writeAll } from '../hooks/write-all.ts'
import { systemMessage } from './system-message.ts'

/** Why nothing can be written any more: the other side has gone (`EPIPE`), or the system's error. */
export type WriteFailure = 'closed' | Error

/** Bytes to one descriptor, in order and with back-pressure. One `write` at a time. */
export interface ByteWriter {
  /** Resolves when the system has taken every byte, or when `failure` is set; never rejects. The bytes may be reused then. */
  write(bytes: Uint8Array): Promise<void>
  readonly failure: WriteFailure | null
}

/** The right writer for a descriptor; `onFailure` is called once. Polled where a write could block, as `polledReader` is. */
export function openWriter(fd: number, onFailure: () => void): ByteWriter {
  const kind = fstatSync(fd)
  const state: { failure: WriteFailure | null } = { failure: null }
  const fail = (error: NodeJS.ErrnoException): void => {
    if (state.failure !== null) return
    state.failure = error.code === 'EPIPE' ? 'closed' : error
    onFailure()
  }
  const polled = kind.isFIFO() || kind.isSocket()
  const send = polled
    ? toStream(new Socket({ fd, readable: false, writable: true }), fail)
    : isatty(fd)
      ? toStream(fd === 2 ? process.stderr : process.stdout, fail)
      : toFile(fd, fail)
  return {
    write: (bytes) => (bytes.length === 0 || state.failure !== null ? Promise.resolve() : send(bytes)),
    get failure() {
      return state.failure
    }
  }
}

type Send = (bytes: Uint8Array) => Promise<void>
type Fail = (error: NodeJS.ErrnoException) => void

function toStream(stream: Writable, fail: Fail): Send {
  stream.on('error', fail)
  return (bytes) =>
    new Promise((resolve) => {
      stream.write(bytes, (error) => {
        if (error) fail(error)
        resolve()
      })
    })
}

function toFile(fd: number, fail: Fail): Send {
  return (bytes) =>
    new Promise((resolve) => {
      writeAll(fd, bytes, (error) => {
        if (error !== null) fail(error)
        resolve()
      })
    })
}

export function outputError(what: string, cause: WriteFailure): LogveilError {
  const why = cause === 'closed' ? 'nobody reads it any more' : systemMessage(cause)
  return new LogveilError('OUTPUT_FAILED', `cannot write ${what}: ${why}`, { cause })
}
