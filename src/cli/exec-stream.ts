import type { Readable } from 'node:stream'
import type { Carry } from '../model.ts'
import type { Redactor } from '../redactor.ts'
import type { ByteWriter } from './byte-writer.ts'
import type { Piece, Place } from './cut-lines.ts'
import { createLineCutter } from './exec-lines.ts'
import { decidedEnd, firstDifference, type RedactBeginning } from './exec-partial.ts'
import { count, type PlacedFinding, placed, redactPiece, type Totals } from './redact-stream.ts'

export interface ExecStreamOptions {
  readonly redactor: Redactor
  readonly writer: ByteWriter
  /** What findings tell as the file. */
  readonly name: string
  readonly maxRecordBytes: number
  /** How long the beginning of a line waits for its end before it is shown, as far as that is safe, in ms. */
  readonly holdMs: number
  /** How many of the last bytes can be the beginning of a known secret. */
  readonly knownTail: (bytes: Uint8Array) => number
  readonly totals: Totals
  /** As in redactStream: awaited before what it is about is written, false ends the stream. */
  onFindings(findings: readonly PlacedFinding[]): Promise<boolean>
}

/**
 * Redacts one output of a command: lines as they come, and of a line whose end does not come what `decidedEnd` allows. Resolves when all that
 * was read is written, or when the writer fails; the source is closed then, so that the command hears of it.
 */
export async function redactOutput(source: Readable, options: ExecStreamOptions): Promise<void> {
  const place: Place = { name: options.name, line: 0, offset: 0 }
  const lines = createLineCutter(place, options.maxRecordBytes)
  const redaction = createRedaction(place, options)
  const chunks = source[Symbol.asyncIterator]()
  const nextChunk = (): Promise<Uint8Array | null> =>
    chunks.next().then(
      ({ done, value }) => (done === true ? null : value),
      () => null
    )
  const writeAll = async (pieces: readonly Piece[]): Promise<boolean> => {
    for (const piece of pieces) if (!(await redaction.write(piece))) return false
    return true
  }
  let next = nextChunk()
  let looked = true
  for (;;) {
    const chunk = looked ? await next : await within(next, options.holdMs)
    if (chunk === late) {
      looked = true
      if (!(await redaction.show(lines.rest()))) break
    } else if (chunk === null) {
      await writeAll(lines.finish())
      break
    } else {
      if (!(await writeAll(lines.take(chunk)))) break
      looked = lines.rest().length === 0
      next = nextChunk()
    }
  }
  source.destroy()
}

const newline = 0x0a

function createRedaction(place: Place, options: ExecStreamOptions) {
  const { redactor, writer, knownTail, totals } = options
  const carry = redactor.createCarry()
  /** Bytes of the present line that were shown before its end came. */
  let shown = 0

  return {
    /** False when nothing more can be written, as below. */
    async show(rest: Buffer): Promise<boolean> {
      const end = carry.budget > 0 ? 0 : decidedEnd(rest, { redact: withoutTrace(redactor, carry), knownTail })
      if (end <= shown) return true
      await writer.write(Buffer.from(rest.subarray(shown, end)))
      shown = end
      return writer.failure === null
    },
    async write(piece: Piece): Promise<boolean> {
      const redacted = redactPiece(piece, redactor, carry)
      const { findings, payload } = redacted
      if (findings.length > 0 && !(await options.onFindings(placed(findings, place, place.line)))) return false
      // What was shown may turn out to be a part of a secret: the redacted rest follows all the same.
      const known = piece.kind === 'lines' ? firstDifference(piece.bytes.subarray(0, shown), payload) : 0
      shown = 0
      await writer.write(known === 0 ? payload : payload.subarray(known))
      count(totals, piece, redacted)
      // What a lone carriage return ends is a part of a line.
      if (piece.kind === 'lines' && piece.bytes.at(-1) !== newline) place.line--
      return writer.failure === null
    }
  }
}

function withoutTrace(redactor: Redactor, carry: Carry): RedactBeginning {
  return (bytes) => redactor.redact(bytes, { ...carry }).payload
}

const late = Symbol('late')

async function within<T>(promise: Promise<T>, ms: number): Promise<T | typeof late> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<typeof late>((resolve) => {
    timer = setTimeout(() => resolve(late), ms)
  })
  try {
    return await Promise.race([promise, timeout])
  } finally {
    clearTimeout(timer)
  }
}
