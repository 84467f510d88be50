/** Where a piece begins in its source. Whoever handles the piece moves it on behind the piece. */
export interface Place {
  readonly name: string
  /** Lines of the source before the piece. */
  line: number
  /** Bytes of the source before the piece. */
  offset: number
}

/** `lines`: whole lines, the last of the input perhaps without its end. `oversize`: a line that was too long to hold, and its end. */
export type Piece =
  | { readonly kind: 'lines'; readonly bytes: Uint8Array; readonly place: Place }
  | { readonly kind: 'oversize'; readonly length: number; readonly end: string; readonly place: Place }

export interface Source {
  readonly name: string
  /** Fills the front of `target`, 0 at the end; never rejects. */
  read(target: Uint8Array): Promise<number>
}

export interface CutLimits {
  /** Longer lines, their ends not counted, become `oversize`. */
  readonly maxRecordBytes: number
  /** Buffer size: what is read, and handed on, at once. */
  readonly chunkBytes: number
}

/** Buffers that pieces lie in. Whoever cuts many sources apart, one after another, hands in the same each time. */
export type Ring = Buffer[]

/** One piece is read into, one is redacted, one is written. */
const buffersInUse = 3

export function createRing(chunkBytes: number): Ring {
  return Array.from({ length: buffersInUse }, () => Buffer.allocUnsafeSlow(chunkBytes))
}

/**
 * Cuts sources, joined as `cat` joins them, into pieces: a line that goes on in the next source stays one line and belongs to the first.
 * The next read runs while a piece is worked on. The bytes of a piece stay as they are until the next but one is asked for.
 */
export async function* cutLines(
  sources: AsyncIterable<Source>,
  limits: CutLimits,
  ring?: Ring
): AsyncGenerator<Piece, void> {
  const cutter = createCutter(limits, ring)
  for await (const source of sources) {
    cutter.begin(source.name)
    let reading = source.read(cutter.room())
    for (let count = await reading; count > 0; count = await reading) {
      const pieces = cutter.take(count)
      reading = source.read(cutter.room())
      for (const piece of pieces) yield* withoutOversize(piece, limits.maxRecordBytes)
    }
  }
  for (const piece of cutter.finish()) yield* withoutOversize(piece, limits.maxRecordBytes)
}

/** Takes out the lines that were held whole and are too long all the same. */
export function* withoutOversize(piece: Piece, maxRecordBytes: number): Generator<Piece, void> {
  if (piece.kind === 'oversize' || piece.bytes.length <= maxRecordBytes) return yield piece
  const { bytes, place } = piece
  let from = 0
  for (let start = 0; start < bytes.length; ) {
    const next = bytes.indexOf(newline, start) + 1 || bytes.length
    const end = endOf(bytes, next)
    if (next - start - end.length > maxRecordBytes) {
      if (from < start) yield lines(bytes.subarray(from, start), place)
      yield { kind: 'oversize', length: next - start, end, place }
      from = next
    }
    start = next
  }
  if (from < bytes.length) yield lines(bytes.subarray(from), place)
}

/** The end of the line that ends right before `next`. */
function endOf(bytes: Uint8Array, next: number): '' | '\n' | '\r\n' {
  if (bytes[next - 1] !== newline) return ''
  return bytes[next - 2] === carriageReturn ? '\r\n' : '\n'
}

const newline = 0x0a
const carriageReturn = 0x0d
/** The part of `cutLines` that does not wait. `room` is the memory to fill next, `take` tells how much of it was filled. */
export function createCutter({ maxRecordBytes, chunkBytes }: CutLimits, ring: Ring = createRing(chunkBytes)) {
  let turn = 0
  /** Bytes at the front of the buffer, all of one line whose end has not come. */
  let held = 0
  /** Bytes of that line that were thrown away, as it is too long. */
  let skipped = 0
  let skippedReturn = false
  /** Bytes of the present source that were taken. */
  let taken = 0
  let present: Place = { name: '', line: 0, offset: 0 }
  /** Place of the line in progress: the present source, or an earlier one. */
  let begun = present

  function begin(name: string): void {
    present = { name, line: 0, offset: 0 }
    taken = 0
    if (held + skipped === 0) begun = present
  }

  function room(): Uint8Array {
    return ring[turn].subarray(held)
  }

  function take(count: number): Piece[] {
    const buffer = ring[turn]
    const end = held + count
    const cut = held + buffer.subarray(held, end).lastIndexOf(newline) + 1
    if (cut === held) {
      hold(end)
      taken += count
      return []
    }
    const pieces = piecesOf(buffer, cut)
    taken += count
    begun = present
    skipped = 0
    nextBuffer(end - cut).set(buffer.subarray(cut, end))
    hold(end - cut)
    return pieces
  }

  function piecesOf(buffer: Buffer, cut: number): Piece[] {
    if (skipped === 0 && begun === present) return [lines(buffer.subarray(0, cut), present)]
    const first = buffer.indexOf(newline, held) + 1
    const pieces = [skipped > 0 ? oversize(buffer, first) : lines(buffer.subarray(0, first), begun)]
    if (begun !== present) {
      present.line = 1
      present.offset = taken + first - held
    }
    if (first < cut) pieces.push(lines(buffer.subarray(first, cut), present))
    return pieces
  }

  /** While a line is skipped nothing is held, so that `first` bytes of the buffer are its rest. */
  function oversize(buffer: Buffer, first: number): Piece {
    const returns = first > 1 ? buffer[first - 2] === carriageReturn : skippedReturn
    return { kind: 'oversize', length: skipped + first, end: returns ? '\r\n' : '\n', place: begun }
  }

  function nextBuffer(needed: number): Buffer {
    turn = (turn + 1) % buffersInUse
    // Large buffers are not kept for the one long line that needed them.
    if (ring[turn].length > 4 * chunkBytes || ring[turn].length < needed) {
      ring[turn] = Buffer.allocUnsafeSlow(Math.max(chunkBytes, needed))
    }
    return ring[turn]
  }

  function hold(count: number): void {
    held = count
    const buffer = ring[turn]
    // One more than the limit, as the last byte may be the first of a CRLF.
    if (skipped > 0 || held > maxRecordBytes + 1) {
      skippedReturn = held > 0 ? buffer[held - 1] === carriageReturn : skippedReturn
      skipped += held
      held = 0
    } else if (held === buffer.length) {
      ring[turn] = Buffer.allocUnsafeSlow(Math.min(2 * held, maxRecordBytes + 1 + chunkBytes))
      ring[turn].set(buffer)
    }
  }

  function finish(): Piece[] {
    if (skipped > 0) return [{ kind: 'oversize', length: skipped, end: '', place: begun }]
    return held > 0 ? [lines(ring[turn].subarray(0, held), begun)] : []
  }

  return { begin, room, take, finish }
}

function lines(bytes: Uint8Array, place: Place): Piece {
  return { kind: 'lines', bytes, place }
}
