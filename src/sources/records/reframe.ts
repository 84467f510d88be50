import type { Piece } from './pieces.ts'

/** A text of one lane without what stands around its pieces, a line for each that is whole. */
export interface LaneText {
  readonly lane: string
  readonly text: Buffer
  readonly pieces: readonly Piece[]
  /** Where the texts of the pieces begin in it; one more, which is its end. */
  readonly at: readonly number[]
}

/** What became of a text: lines are as many as before, but for those that were dropped, by their indexes. */
export interface LaneRedacted {
  readonly payload: Uint8Array
  readonly dropped: ReadonlySet<number>
}

const newline = 0x0a
const nothing = Buffer.alloc(0)

/** The texts of a batch, lane by lane: what goes on from one line to another goes on within its lane. */
export function laneTexts(bytes: Buffer, pieces: readonly Piece[]): LaneText[] {
  const lanes = new Map<string, Piece[]>()
  for (const piece of pieces) {
    const lane = lanes.get(piece.lane)
    if (lane === undefined) lanes.set(piece.lane, [piece])
    else lane.push(piece)
  }
  return [...lanes].map(([lane, own]) => textOf(bytes, lane, own))
}

function textOf(bytes: Buffer, lane: string, pieces: readonly Piece[]): LaneText {
  let length = 0
  for (const { start, end } of pieces) length += end - start + 1
  const text = Buffer.allocUnsafeSlow(length)
  const at: number[] = []
  let to = 0
  for (const { start, end, partial } of pieces) {
    at.push(to)
    to += bytes.copy(text, to, start, end)
    if (!partial) text[to++] = newline
  }
  // A part whose rest has not come is a line all the same.
  if (pieces.at(-1)?.partial) text[to++] = newline
  at.push(to)
  return { lane, text: text.subarray(0, to), pieces, at }
}

/** New texts of pieces; null: the piece goes, and all that stands around it. */
export type Changes = Map<Piece, Buffer | null>

/** Collects what has changed in a lane. */
export function collectChanges(lane: LaneText, { payload, dropped }: LaneRedacted, changes: Changes): void {
  const { text, pieces, at } = lane
  const after = Buffer.from(payload.buffer, payload.byteOffset, payload.length)
  let index = 0
  let to = 0
  for (let first = 0; first < pieces.length; ) {
    let last = first
    while (pieces[last].partial && last + 1 < pieces.length) last++
    const end = at[last + 1]
    const from = to
    let goes = true
    for (let line = at[first]; line < end; line = text.indexOf(newline, line) + 1) {
      if (dropped.has(index++)) continue
      goes = false
      to = after.indexOf(newline, to) + 1
    }
    const group = pieces.slice(first, last + 1)
    if (goes) for (const piece of group) changes.set(piece, null)
    else if (!after.subarray(from, to).equals(text.subarray(at[first], end)))
      distribute(
        text.subarray(at[first], end - 1),
        after.subarray(from, to - 1),
        group,
        at.slice(first, last + 1),
        changes
      )
    first = last + 1
  }
}

/**
 * Shares a new text out among its pieces: what is the same at its beginning and at its end stays in the pieces where it was, what stands
 * between comes into the first one that has changed, as a whole.
 */
function distribute(
  before: Buffer,
  after: Buffer,
  pieces: readonly Piece[],
  at: readonly number[],
  changes: Changes
): void {
  const same = sameAtBeginning(before, after)
  const rest = sameAtEnd(before, after, same)
  const begin = at[0]
  let placed = false
  pieces.forEach((piece, i) => {
    const from = at[i] - begin
    const to = i + 1 < at.length ? at[i + 1] - begin : before.length
    const isHere = !placed && (same < to || i === pieces.length - 1)
    const parts = [
      before.subarray(from, Math.max(from, Math.min(to, same))),
      isHere ? after.subarray(same, after.length - rest) : nothing,
      before.subarray(Math.min(to, Math.max(from, before.length - rest)), to)
    ]
    placed ||= isHere
    changes.set(piece, Buffer.concat(parts))
  })
}

/** Neither an escape nor a character of UTF-8 is cut. */
function sameAtBeginning(before: Buffer, after: Buffer): number {
  const most = Math.min(before.length, after.length)
  let same = 0
  while (same < most && before[same] === after[same]) same++
  return settled(before, same)
}

function sameAtEnd(before: Buffer, after: Buffer, begin: number): number {
  const most = Math.min(before.length, after.length) - begin
  let same = 0
  while (same < most && before[before.length - 1 - same] === after[after.length - 1 - same]) same++
  while (same > 0 && settled(before, before.length - same) !== before.length - same) same--
  return same
}

/** An offset at or before `at` where no character and no escape of JSON goes on. */
function settled(bytes: Buffer, at: number): number {
  let to = at
  while (to > 0 && to < bytes.length && (bytes[to] & 0xc0) === 0x80) to--
  for (let from = to - 1; from >= 0 && from >= to - 6; from--) {
    if (bytes[from] !== 0x5c) continue
    let first = from
    while (first > 0 && bytes[first - 1] === 0x5c) first--
    const isEscape = (from - first) % 2 === 0
    const length = bytes[from + 1] === 0x75 ? 6 : 2
    if (isEscape && from + length > to) return first
    break
  }
  return to
}

/** The batch with its new texts. */
export function withChanges(bytes: Buffer, changes: Changes): Buffer {
  const parts: Buffer[] = []
  let at = 0
  for (const piece of [...changes.keys()].sort((a, b) => a.from - b.from)) {
    const text = changes.get(piece) ?? null
    if (text === null) {
      parts.push(bytes.subarray(at, piece.from))
      at = Math.min(bytes.length, piece.to)
      continue
    }
    parts.push(bytes.subarray(at, piece.sized ? piece.start - 8 : piece.start))
    if (piece.sized) parts.push(sizeOf(text))
    parts.push(text)
    at = piece.end
  }
  parts.push(bytes.subarray(at))
  return Buffer.concat(parts)
}

function sizeOf(text: Buffer): Buffer {
  const size = Buffer.alloc(8)
  size.writeBigUInt64LE(BigInt(text.length))
  return size
}
