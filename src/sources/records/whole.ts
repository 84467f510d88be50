import type { LineFormat } from '../../model.ts'
import { entryEnd } from './journal.ts'
import { cutPieces, type Piece } from './pieces.ts'
import { readers } from './readers.ts'
import { clear, createRow } from './row.ts'
import type { Continues } from './rules.ts'
import { wrappedTail } from './wrapped.ts'

/** So many lines of others may follow, then the record of a lane is taken for whole. */
const longestGap = 64

/**
 * How much of a batch, which is whole lines, can go on its way: what comes behind has parts that are still to come, and waits. `continues`:
 * the rule by which lines become records; null: none do.
 */
export function wholeBytes(bytes: Buffer, format: LineFormat, continues: Continues | null): number {
  const records = continues === null ? bytes.length : lastRecords(bytes, format, continues)
  return Math.min(records, wrappedTail(bytes), entries(bytes, format), parts(bytes, format))
}

function entries(bytes: Buffer, format: LineFormat): number {
  if (format !== 'journald') return bytes.length
  let whole = 0
  for (let end = entryEnd(bytes, 0); end >= 0; end = entryEnd(bytes, whole)) {
    whole = end
    if (whole === bytes.length) break
  }
  return whole
}

function parts(bytes: Buffer, format: LineFormat): number {
  const open = openPieces(bytes, format)
  return Math.min(bytes.length, ...open.map(([{ from }]) => from))
}

/** Texts whose next part has not come. */
export function openParts(bytes: Buffer, format: LineFormat): Buffer[] {
  return openPieces(bytes, format).map((pieces) =>
    Buffer.concat(pieces.map(({ start, end }) => bytes.subarray(start, end)))
  )
}

function openPieces(bytes: Buffer, format: LineFormat): Piece[][] {
  if (!mayHoldParts(bytes, format)) return []
  const open = new Map<string, Piece[]>()
  for (const piece of cutPieces[format]?.(bytes) ?? []) {
    const before = open.get(piece.lane)
    if (!piece.partial) open.delete(piece.lane)
    else if (before === undefined) open.set(piece.lane, [piece])
    else before.push(piece)
  }
  return [...open.values()]
}

function mayHoldParts(bytes: Buffer, format: LineFormat): boolean {
  return format === 'cri' ? hasWord(bytes, 0x50) : format === 'docker'
}

/** Whether a letter stands alone. A search for one byte is many times as fast as one for a text that begins with a space. */
function hasWord(bytes: Buffer, letter: number): boolean {
  for (let at = bytes.indexOf(letter); at >= 0; at = bytes.indexOf(letter, at + 1))
    if (bytes[at - 1] === 0x20 && bytes[at + 1] <= 0x20) return true
  return false
}

/** Where the last record of a lane begins, as it may go on. */
function lastRecords(bytes: Buffer, format: LineFormat, continues: Continues): number {
  const last = new Map<string, { at: number; line: number; size: number; partial: boolean }>()
  const row = createRow()
  const read = readers[format]
  let line = 0
  for (let start = 0; start < bytes.length; line++) {
    const end = format === 'journald' ? entryEnd(bytes, start) - 1 : bytes.indexOf(0x0a, start)
    if (end < 0) break
    read(bytes, start, end, clear(row, bytes, start, end))
    const known = last.get(row.lane)
    const { lane, partial } = row
    if (known !== undefined && (known.partial || continues(row.bytes, row.start, row.end, known.size > 1))) {
      if (!known.partial) known.size++
      known.line = line
      known.partial = partial
    } else last.set(lane, { at: start, line, size: 1, partial })
    start = end + 1
  }
  const waiting = [...last.values()].filter((record) => line - record.line <= longestGap)
  return Math.min(bytes.length, ...waiting.map(({ at }) => at))
}
