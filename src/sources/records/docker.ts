import { encodeAttributes } from '../../otlp/log-request.ts'
import { parseObject } from './parse-object.ts'
import type { ReadRow, Row } from './row.ts'
import { readTime } from './time.ts'

// Docker's driver json-file (moby, daemon/logger/jsonfilelog/jsonlog): one object a line,
//
//   {"log":"text\n","stream":"stdout","time":"2026-11-25T10:00:00.123456789Z"}     also with "attrs": {...}
//
// Text that does not end in a line feed goes on in the next line of its stream: Docker cuts at 16 KiB.

const attributesOf = {
  stdout: encodeAttributes({ 'log.iostream': 'stdout' }),
  stderr: encodeAttributes({ 'log.iostream': 'stderr' })
}
const opening = Buffer.from('{"log":"')
const behindText = Buffer.from('\\n","stream":"std')
const timeKey = Buffer.from('","time":"')

export const readDocker: ReadRow = (bytes, start, end, row) => {
  if (!readUsual(bytes, start, end, row)) readAny(bytes, start, end, row)
}

/** What a line is made of when there is nothing in it that Docker would not write. */
interface DockerFrame {
  readonly lane: string
  /** Its text, escaped, is `bytes[start..end)`. */
  readonly start: number
  readonly end: number
  readonly partial: boolean
}

const behindLog = Buffer.from('","stream":"std')
const rest = /^","stream":"(stdout|stderr)","time":"[\dTZ:.+-]{20,35}"\}\r?$/

/** null when it is laid out otherwise, or holds labels, which are texts as well. */
export function readDockerFrame(bytes: Buffer, lineStart: number, lineEnd: number): DockerFrame | null {
  const end = bytes.lastIndexOf(behindLog, lineEnd - behindLog.length)
  const start = lineStart + opening.length
  if (end < start || !standsAt(bytes, lineStart, opening)) return null
  const parts = rest.exec(bytes.toString('latin1', end, lineEnd))
  if (parts === null) return null
  return { lane: parts[1], start, end, partial: !endsInLineFeed(bytes, start, end) }
}

/** A backslash before the `n` that no other one escapes. */
function endsInLineFeed(bytes: Buffer, start: number, end: number): boolean {
  if (bytes[end - 1] !== 0x6e) return false
  let at = end - 1
  while (at > start && bytes[at - 1] === 0x5c) at--
  return (end - 1 - at) % 2 === 1
}

/** As Docker writes it when nothing in the text is escaped but the line feed behind it. */
function readUsual(bytes: Buffer, start: number, end: number, row: Row): boolean {
  if (!standsAt(bytes, start, opening)) return false
  const text = start + opening.length
  const lineFeedAt = bytes.indexOf(0x5c, text)
  if (lineFeedAt < 0 || lineFeedAt >= end || !standsAt(bytes, lineFeedAt, behindText)) return false
  const quote = bytes.indexOf(0x22, text)
  if (quote < lineFeedAt) return false
  const out = bytes[lineFeedAt + behindText.length] === 0x6f
  const time = lineFeedAt + behindText.length + 3
  if (!standsAt(bytes, time, timeKey) || bytes[end - 1] !== 0x7d || bytes[end - 2] !== 0x22) return false
  if (!readTime(bytes, time + timeKey.length, end - 2, row)) return false
  row.start = text
  row.end = lineFeedAt
  row.lane = out ? 'stdout' : 'stderr'
  row.attributes = attributesOf[out ? 'stdout' : 'stderr']
  return true
}

function standsAt(bytes: Buffer, at: number, what: Buffer): boolean {
  for (let i = 0; i < what.length; i++) if (bytes[at + i] !== what[i]) return false
  return true
}

function readAny(bytes: Buffer, start: number, end: number, row: Row): void {
  const entry = parseObject(bytes.toString('utf8', start, end))
  if (typeof entry?.log !== 'string') return
  const { log, stream, time, attrs } = entry
  const whole = log.endsWith('\n')
  row.bytes = Buffer.from(whole ? log.replace(/\r?\n$/, '') : log)
  row.start = 0
  row.end = row.bytes.length
  row.partial = !whole
  row.lane = stream === 'stderr' ? 'stderr' : 'stdout'
  row.attributes = attributesOf[row.lane as 'stdout' | 'stderr']
  if (attrs !== null && typeof attrs === 'object') row.attributes = withAttributes(row.lane, attrs as object)
  const text = Buffer.from(typeof time === 'string' ? time : '')
  readTime(text, 0, text.length, row)
}

/** Labels and variables of the container, which the option `--log-opt labels=` adds. */
function withAttributes(lane: string, attrs: object): Uint8Array {
  const texts = Object.entries(attrs).filter(([, value]) => typeof value === 'string')
  return encodeAttributes({ 'log.iostream': lane, ...Object.fromEntries(texts) })
}
