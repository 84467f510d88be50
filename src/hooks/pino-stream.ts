import { Transform, type Writable } from 'node:stream'
import { createLineCutter } from './line-cutter.ts'
import { longestLine, type RedactLines, wholeLines, withheldLine } from './pino-lines.ts'

/** A stream of lines that are redacted on their way, many at once. */
export interface RedactingStream extends Transform {
  /** Calls back when all that was written so far has been handed on, and is written where it ends here. */
  flush(done: (error?: Error | null) => void): void
}

export interface RedactingStreamParts {
  readonly redact: RedactLines
  /** Where lines go when nobody has begun to read them by the time the first ones come. */
  readonly openEnd: () => Writable
  /** Waited for at the end. */
  readonly close: () => Promise<void>
}

/**
 * Takes any pieces of text, hands on whole lines. Holds a line at most, and what its reader has not taken yet: then whoever writes has to wait.
 * `close` comes when everything is written.
 */
export function createRedactingStream({ redact, openEnd, close }: RedactingStreamParts): RedactingStream {
  const cutter = createLineCutter(longestLine, (head) => Buffer.from(withheldLine(head.toString('latin1'), 'size')))
  let end: Writable | null = null
  let begun = false

  /** Asked for late: whether somebody reads shows only once the pipeline stands. */
  function begin(): void {
    if (begun) return
    begun = true
    if (stream.readableFlowing !== null || stream.listenerCount('readable') > 0) return
    end = openEnd().on('error', (error) => stream.destroy(error))
    stream.pipe(end)
  }

  const redacted = (lines: Buffer): Uint8Array | null => (lines.length === 0 ? null : wholeLines(redact(lines)))

  const stream = new Transform({
    transform(piece, _, done) {
      begin()
      done(null, redacted(cutter.take(piece)))
    },
    flush(done) {
      begin()
      close().then(() => done(null, redacted(cutter.finish())))
    },
    destroy(error, done) {
      if (end === null || end.closed || error !== null) done(error)
      else end.once('close', () => done(null))
    }
  })
  return Object.assign(stream, {
    flush(done: (error?: Error | null) => void): void {
      stream.write('', (error) => (error || end === null ? done(error) : end.write('', done)))
    }
  })
}
