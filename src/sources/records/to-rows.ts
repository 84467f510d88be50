import type { LineFormat } from '../../model.ts'
import { eachEntry } from './journal.ts'
import { eachLine } from './lines.ts'
import { readers } from './readers.ts'
import { clear, createRow, type Row } from './row.ts'
import type { Continues } from './rules.ts'

/** Longest record that is made of several lines, in bytes. */
const longestRecord = 1 << 20

/** A record that is put together. */
interface Joined {
  readonly row: Row
  readonly texts: Buffer[]
  bytes: number
  lines: number
}

/**
 * The records of a batch, in order: lines read by their format, parts of a line put together and, by a rule, lines of one record, lane by lane.
 * The row is used again: take what you need.
 */
export function eachRow(
  bytes: Buffer,
  format: LineFormat,
  continues: Continues | null,
  emit: (row: Row) => void
): void {
  const parts = new Map<string, Joined>()
  const records = new Map<string, Joined>()
  const row = createRow()
  const read = readers[format]

  function take(start: number, lineEnd: number): void {
    const end = lineEnd > start && bytes[lineEnd - 1] === 0x0d ? lineEnd - 1 : lineEnd
    read(bytes, start, end, clear(row, bytes, start, end))
    const part = parts.get(row.lane) ?? (row.partial ? begin(row) : undefined)
    if (part !== undefined) add(part, row, '')
    if (row.partial) parts.set(row.lane, part as Joined)
    else {
      parts.delete(row.lane)
      takeLine(part === undefined ? row : finish(part))
    }
  }

  function takeLine(line: Row): void {
    const { bytes: from, start, end, lane } = line
    const record = records.get(lane)
    if (continues === null) emit(line)
    else if (record !== undefined && record.bytes < longestRecord && continues(from, start, end, record.lines > 1))
      add(record, line, '\n')
    else {
      if (record !== undefined) emit(finish(record))
      const next = begin(line)
      add(next, line, '')
      records.set(lane, next)
    }
  }

  if (format === 'journald') eachEntry(bytes, take)
  else eachLine(bytes, take)
  for (const part of parts.values()) takeLine(finish(part))
  for (const record of records.values()) emit(finish(record))
}

function begin(row: Row): Joined {
  return { row: { ...row }, texts: [], bytes: 0, lines: 0 }
}

function add(joined: Joined, { bytes, start, end }: Row, between: string): void {
  if (between !== '') joined.texts.push(Buffer.from(between))
  joined.texts.push(bytes.subarray(start, end))
  joined.bytes += end - start
  joined.lines++
}

function finish({ row, texts }: Joined): Row {
  const text = texts.length === 1 ? texts[0] : Buffer.concat(texts)
  row.bytes = text
  row.start = 0
  row.end = text.length
  return row
}
