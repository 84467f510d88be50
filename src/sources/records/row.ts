import type { LogRow } from '../../otlp/log-request.ts'

/** A line of a log, read: its text, and what stands beside that. Used again for the next one: copy what you keep. */
export interface Row extends LogRow {
  /** The text is `bytes[start..end)`. */
  bytes: Buffer
  start: number
  end: number
  /** Which of several streams that come mixed: what goes on from one line to another stays within it. */
  lane: string
  /** The text goes on in the next line of its lane. */
  partial: boolean
}

/** Reads the line `bytes[start..end)` into the row, which says nothing yet. What is laid out otherwise is text as a whole. */
export type ReadRow = (bytes: Buffer, start: number, end: number, row: Row) => void

/** Makes it a row for a reader to fill: the whole line is text. */
export function clear(row: Row, bytes: Buffer, start: number, end: number): Row {
  row.bytes = bytes
  row.start = start
  row.end = end
  row.lane = ''
  row.partial = false
  row.seconds = -1
  row.nanos = 0
  row.severity = 0
  row.severityText = ''
  row.attributes = null
  return row
}

export function createRow(): Row {
  return clear({} as Row, Buffer.alloc(0), 0, 0)
}

/** Lines as somebody wrote them: nothing but text. */
export const readPlain: ReadRow = () => {}
