import { type Piece, type Place, withoutOversize } from './cut-lines.ts'

/** The output of a command, cut at line ends as it comes. */
export interface LineCutter {
  /** What is complete with these bytes: whole lines, also those that a lone carriage return ends. */
  take(chunk: Uint8Array): Piece[]
  /** The line whose end has not come; empty while it is being thrown away, as it is too long. */
  rest(): Buffer
  /** What is left at the end of the output. */
  finish(): Piece[]
}

const newline = 0x0a
const carriageReturn = 0x0d
/** Behind so many bytes without a line end a NUL is one: that is no text, and has to pass all the same. */
const longLine = 65_536

/** `place` is where all pieces are; whoever handles them moves it on. */
export function createLineCutter(place: Place, maxRecordBytes: number): LineCutter {
  let buffer = Buffer.allocUnsafeSlow(longLine)
  let length = 0
  /** Bytes of a line that were thrown away. */
  let skipped = 0

  function append(chunk: Uint8Array): void {
    if (length + chunk.length > buffer.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(2 * buffer.length, length + chunk.length))
      buffer.copy(larger, 0, 0, length)
      buffer = larger
    }
    buffer.set(chunk, length)
    length += chunk.length
  }

  /** Copies, as the buffer is filled again before they are written. */
  function cutAt(end: number): Piece[] {
    const bytes = Buffer.from(buffer.subarray(0, end))
    buffer.copyWithin(0, end, length)
    length -= end
    if (skipped === 0) return [...withoutOversize({ kind: 'lines', bytes, place }, maxRecordBytes)]
    const first = firstEnd(bytes)
    const oversize: Piece = { kind: 'oversize', length: skipped + first, end: endOf(bytes, first), place }
    skipped = 0
    const others: Piece[] = first < bytes.length ? [{ kind: 'lines', bytes: bytes.subarray(first), place }] : []
    return [oversize, ...others.flatMap((piece) => [...withoutOversize(piece, maxRecordBytes)])]
  }

  return {
    take(chunk) {
      const from = Math.max(0, length - 1)
      append(chunk)
      const end = lastEnd(buffer, from, length)
      const pieces = end === 0 ? [] : cutAt(end)
      // One more than the limit, as the last byte may be the first of a CRLF.
      if (skipped > 0 || length > maxRecordBytes + 1) {
        skipped += length
        length = 0
      }
      if (length === 0 && buffer.length > 4 * longLine) buffer = Buffer.allocUnsafeSlow(longLine)
      return pieces
    },
    rest: () => buffer.subarray(0, length),
    finish() {
      if (skipped > 0) return [{ kind: 'oversize', length: skipped, end: '', place }]
      return length > 0 ? cutAt(length) : []
    }
  }
}

/** Offset behind the last line end in `bytes[from..end)`, 0 without one. A carriage return at the end may be the first of a CRLF. */
function lastEnd(bytes: Buffer, from: number, end: number): number {
  const line = bytes.subarray(from, end).lastIndexOf(newline) + 1
  const lone = bytes.subarray(from + line, end - 1).lastIndexOf(carriageReturn) + 1
  if (line + lone > 0) return from + line + lone
  const last = end < longLine ? 0 : bytes.subarray(from, end).lastIndexOf(0) + 1
  return last === 0 ? 0 : from + last
}

function firstEnd(bytes: Buffer): number {
  const ends = [newline, carriageReturn].map((byte) => bytes.indexOf(byte) + 1).filter((end) => end > 0)
  const first = ends.length === 0 ? bytes.length : Math.min(...ends)
  return bytes[first - 1] === carriageReturn && bytes[first] === newline ? first + 1 : first
}

/** How the line ends that goes up to `next`. */
function endOf(bytes: Buffer, next: number): string {
  return /\r?\n?$/.exec(bytes.toString('latin1', Math.max(0, next - 2), next))?.[0] ?? ''
}
