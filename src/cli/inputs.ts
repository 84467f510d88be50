import { constants, fstatSync, openSync, type Stats } from 'node:fs'
import { LogveilError } from '../errors.ts'
import { type ByteReader, openReader } from './byte-reader.ts'
import type { Source } from './cut-lines.ts'
import { systemMessage } from './system-message.ts'

export interface Inputs {
  readonly sources: AsyncIterable<Source>
  /** Ends the input here; what was read already still comes. */
  stop(): void
}

/**
 * Files one after another, `-` being standard input. A file that cannot be opened or read is reported and left (`INPUT_FAILED`), the others
 * still come.
 */
export function openInputs(names: readonly string[], report: (error: LogveilError) => void): Inputs {
  let reader: ByteReader | null = null
  let stopped = false

  async function* open(): AsyncGenerator<Source, void> {
    for (const name of names) {
      if (stopped) return
      reader = tryOpen(name, report)
      if (reader === null) continue
      const { read, close } = reader
      const readOrReport = (target: Uint8Array) =>
        read(target).catch((error) => {
          report(inputError(name, error))
          return 0
        })
      try {
        yield { name, read: readOrReport }
      } finally {
        close()
      }
    }
  }

  return {
    sources: open(),
    stop() {
      stopped = true
      reader?.stop()
    }
  }
}

function tryOpen(name: string, report: (error: LogveilError) => void): ByteReader | null {
  try {
    // Non-blocking, so that opening a named pipe does not wait where no signal reaches it.
    const fd = name === '-' ? 0 : openSync(name, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
    if (isOutput(fstatSync(fd)))
      throw new LogveilError('INPUT_FAILED', `${shown(name)} is the output as well: write to another file`)
    return openReader(fd)
  } catch (error) {
    report(error instanceof LogveilError ? error : inputError(name, error))
    return null
  }
}

/** Reading the file that is written would never end. */
function isOutput(input: Stats): boolean {
  const output = fstatSync(1)
  return input.isFile() && input.size > 0 && input.dev === output.dev && input.ino === output.ino
}

function inputError(name: string, cause: unknown): LogveilError {
  return new LogveilError('INPUT_FAILED', `cannot read ${shown(name)}: ${systemMessage(cause)}`, { cause })
}

function shown(name: string): string {
  return name === '-' ? 'standard input' : name
}
