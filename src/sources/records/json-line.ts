import { parseObject } from './parse-object.ts'
import type { ReadRow, Row } from './row.ts'
import { severityOfLevel, severityOfName } from './severity.ts'
import { readTime } from './time.ts'

const timeNames = ['time', 'timestamp', '@timestamp', 'ts', 't']
const levelNames = ['level', 'severity', 'lvl', 'loglevel', 'log.level']
/** Longer lines are no usual log entries: they are not parsed for their time. */
const longest = 65_536

/** One JSON object a line: the line stays the text, its time and level are read from where loggers put them. */
export const readJsonLine: ReadRow = (bytes, start, end, row) => {
  if (bytes[start] !== 0x7b || end - start > longest) return
  const entry = parseObject(bytes.toString('utf8', start, end))
  if (entry === null) return
  const time = timeNames.find((name) => name in entry)
  if (time !== undefined) putTime(entry[time], row)
  const level = levelNames.find((name) => name in entry)
  if (level !== undefined) putLevel(entry[level], row)
}

/** Seconds, milliseconds, microseconds or nanoseconds since 1970, whichever is a time of these decades; or RFC 3339. */
function putTime(value: unknown, row: Row): void {
  if (typeof value === 'string') {
    const text = Buffer.from(value)
    readTime(text, 0, text.length, row)
  } else if (typeof value === 'number' && value > 1e8 && value < 1e20) {
    const perSecond = value < 1e11 ? 1 : value < 1e14 ? 1e3 : value < 1e17 ? 1e6 : 1e9
    row.seconds = Math.floor(value / perSecond)
    row.nanos = Math.round((value - row.seconds * perSecond) * (1e9 / perSecond))
  }
}

function putLevel(value: unknown, row: Row): void {
  const number = typeof value === 'string' ? severityOfName(value) : severityOfLevel(Number(value))
  if (number === 0) return
  row.severity = number
  row.severityText = String(value)
}
