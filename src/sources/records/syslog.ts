import { encodeAttributes } from '../../otlp/log-request.ts'
import type { Row } from './row.ts'
import { syslogSeverities } from './severity.ts'
import { readTime } from './time.ts'

// RFC 5424:  "<" pri ">" "1" SP time SP host SP app SP procid SP msgid SP (data | "-") [SP [BOM] text]     "-": nothing; data: ("[" ... "]")+
// RFC 3164:  ["<" pri ">"] "Mmm dd hh:mm:ss" SP host SP tag ["[" pid "]"] ": " text                        files have no pri
//
// Text and structured data may hold anything, secrets as well: all of it goes through the redactor.

/** Where what was read of a message stands; empty: it does not say. */
interface Header {
  priority: number
  host: string
  app: string
  procid: string
  msgid: string
  data: string
}

/** Longest header of RFC 3164, and of RFC 5424 before its data. */
const longestHeader = 512

/** `now` tells the year, which RFC 3164 leaves out; its times are local ones. */
export function createSyslogReader(now: () => Date): (bytes: Buffer, start: number, end: number, row: Row) => void {
  const encoded = createCache()

  function readHeader(bytes: Buffer, from: number, end: number, priority: number, row: Row): Header | null {
    if (bytes[from] === 0x31 && bytes[from + 1] === 0x20) return read5424(bytes, from + 2, end, priority, row)
    return read3164(bytes, from, end, priority, row, now)
  }

  return (bytes, start, end, row) => {
    const [priority, from] = readPriority(bytes, start, end)
    const header = readHeader(bytes, from, end, priority, row)
    if (header === null) {
      row.start = from
      if (priority >= 0) row.attributes = encoded(noHeader(priority))
    } else row.attributes = encoded(header)
    if (priority >= 0) {
      const { number, text } = syslogSeverities[priority & 7]
      row.severity = number
      row.severityText = text
    }
    if (header !== null) row.lane = `${header.host} ${header.app} ${header.procid}`
  }
}

function noHeader(priority: number): Header {
  return { priority, host: '', app: '', procid: '', msgid: '', data: '' }
}

/** -1 when there is none, and where the message goes on. */
function readPriority(bytes: Buffer, start: number, end: number): [priority: number, behind: number] {
  if (bytes[start] !== 0x3c) return [-1, start]
  const parts = /^<(\d{1,3})>/.exec(bytes.toString('latin1', start, Math.min(end, start + 5)))
  if (parts === null || Number(parts[1]) > 191) return [-1, start]
  return [Number(parts[1]), start + parts[0].length]
}

function read5424(bytes: Buffer, from: number, end: number, priority: number, row: Row): Header | null {
  const words: string[] = []
  let at = from
  for (let i = 0; i < 5; i++) {
    const space = bytes.indexOf(0x20, at)
    if (space < 0 || space >= end || space - from > longestHeader) return null
    if (i === 0 && !(space - at === 1 && bytes[at] === 0x2d) && !readTime(bytes, at, space, row)) return null
    const word = bytes.toString('utf8', at, space)
    words.push(word === '-' ? '' : word)
    at = space + 1
  }
  const behindData = dataEnd(bytes, at, end)
  if (behindData < 0) return null
  const [, host, app, procid, msgid] = words
  const data = bytes[at] === 0x2d ? '' : bytes.toString('utf8', at, behindData)
  let text = Math.min(end, behindData + 1)
  if (bytes[text] === 0xef && bytes[text + 1] === 0xbb && bytes[text + 2] === 0xbf && text + 3 <= end) text += 3
  row.start = text
  return { priority, host, app, procid, msgid, data }
}

/** Behind the structured data that begins at `at`; in its values `"`, `\` and `]` are escaped. -1 when it is none. */
function dataEnd(bytes: Buffer, at: number, end: number): number {
  if (bytes[at] === 0x2d) return at + 1 === end || bytes[at + 1] === 0x20 ? at + 1 : -1
  let quoted = false
  let to = at
  while (to < end && bytes[to] === 0x5b) {
    for (to++; to < end && (quoted || bytes[to] !== 0x5d); to++) {
      if (bytes[to] === 0x5c && quoted) to++
      else if (bytes[to] === 0x22) quoted = !quoted
    }
    if (to >= end) return -1
    to++
  }
  return to > at && (to === end || bytes[to] === 0x20) ? to : -1
}

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')

/** Instead of the old time also RFC 3339, as rsyslog writes it into files. */
function read3164(
  bytes: Buffer,
  from: number,
  end: number,
  priority: number,
  row: Row,
  now: () => Date
): Header | null {
  const head = bytes.toString('latin1', from, Math.min(end, from + longestHeader))
  const parts =
    /^(?:([A-Z][a-z]{2}) ([ \d]\d) (\d\d):(\d\d):(\d\d)|(\d{4}-\S{15,31})) (\S{1,255}) (?:([^\s[\]:]{1,64})(?:\[([^\s\]]{1,32})\])?: ?)?/.exec(
      head
    )
  if (parts === null) return null
  const [whole, month, day, hour, minute, second, time, host, app = '', procid = ''] = parts
  if (time === undefined) {
    if (!months.includes(month)) return null
    row.seconds = secondsOf(months.indexOf(month), [day, hour, minute, second].map(Number), now())
    row.nanos = 0
  } else if (!readTime(bytes, from, from + time.length, row)) return null
  row.start = from + whole.length
  return { priority, host, app, procid, msgid: '', data: '' }
}

/** The year that makes it no more than a day later than now. */
function secondsOf(month: number, [day, hour, minute, second]: readonly number[], now: Date): number {
  const inYear = (year: number) => new Date(year, month, day, hour, minute, second).getTime() / 1000
  const time = inYear(now.getFullYear())
  return time > now.getTime() / 1000 + 86_400 ? inYear(now.getFullYear() - 1) : time
}

/** The messages of one program have the same header again and again. */
const mostCached = 1000

function createCache(): (header: Header) => Uint8Array {
  const known = new Map<string, Uint8Array>()
  return ({ priority, host, app, procid, msgid, data }) => {
    const key = `${priority >> 3} ${host} ${app} ${procid} ${msgid} ${data}`
    const before = known.get(key)
    if (before !== undefined) return before
    const all = {
      'syslog.facility.code': priority < 0 ? '' : String(priority >> 3),
      'host.name': host,
      'syslog.appname': app,
      'syslog.procid': procid,
      'syslog.msg.id': msgid,
      'syslog.structured_data': data
    }
    const made = encodeAttributes(Object.fromEntries(Object.entries(all).filter(([, value]) => value !== '')))
    if (known.size >= mostCached) known.clear()
    known.set(key, made)
    return made
  }
}
