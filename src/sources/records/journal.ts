import { encodeAttributes } from '../../otlp/log-request.ts'
import type { Row } from './row.ts'
import { syslogSeverities } from './severity.ts'

// The export format of systemd's journal (systemd.io/JOURNAL_EXPORT_FORMATS): entries, each of fields and an empty line.
//
//   field = NAME "=" text LF  |  NAME LF length (8 bytes, little-endian) bytes LF

/** Offset behind the entry that begins at `at`; -1 when its end is not there yet. */
export function entryEnd(bytes: Buffer, at: number): number {
  for (let from = at; ; ) {
    const end = bytes.indexOf(0x0a, from)
    if (end < 0) return -1
    if (end === from) return end + 1
    if (bytes.subarray(from, end).includes(0x3d)) from = end + 1
    else {
      if (end + 9 > bytes.length) return -1
      const length = Number(bytes.readBigUInt64LE(end + 1))
      from = end + 9 + length + 1
      if (from > bytes.length) return -1
    }
  }
}

/** Calls back for every entry; what is none up to its end, because it is cut off, is one as well. */
export function eachEntry(bytes: Buffer, visit: (start: number, end: number) => void): void {
  for (let at = 0; at < bytes.length; ) {
    const end = entryEnd(bytes, at)
    visit(at, end < 0 ? bytes.length : end)
    at = end < 0 ? bytes.length : end
  }
}

interface Field {
  readonly name: string
  /** Where the field begins. */
  readonly from: number
  /** Its value is `bytes[start..end)`, behind which is a line feed. */
  readonly start: number
  readonly end: number
  readonly sized: boolean
}

const namePattern = /^[A-Z_][A-Z0-9_]{0,63}$/

/** The fields of an entry. A line that is none is one without a name. */
export function eachField(bytes: Buffer, start: number, end: number, visit: (field: Field) => void): void {
  for (let from = start; from < end; ) {
    const found = bytes.indexOf(0x0a, from)
    const lineEnd = found < 0 || found >= end ? end : found
    const equals = bytes.indexOf(0x3d, from)
    const isText = equals >= 0 && equals < lineEnd
    const name = bytes.toString('latin1', from, isText ? equals : lineEnd)
    const length = isText || lineEnd + 9 > end ? -1 : Number(bytes.readBigUInt64LE(lineEnd + 1))
    const sized = length >= 0 && lineEnd + 9 + length < end && namePattern.test(name)
    const named = isText && namePattern.test(name)
    const value = sized ? lineEnd + 9 : named ? equals + 1 : from
    const valueEnd = sized ? value + length : lineEnd
    if (lineEnd > from) visit({ name: sized || named ? name : '', from, start: value, end: valueEnd, sized })
    from = valueEnd + 1
  }
}

/** What becomes of the journal's fields; those that tell nothing to others are left out. */
const names: Readonly<Record<string, string>> = {
  _HOSTNAME: 'host.name',
  _SYSTEMD_UNIT: 'systemd.unit',
  _PID: 'process.pid',
  _EXE: 'process.executable.path',
  _CMDLINE: 'process.command_line',
  SYSLOG_IDENTIFIER: 'syslog.appname',
  CONTAINER_NAME: 'container.name'
}

/** An entry, `bytes[start..end)`. Fields that programs add themselves (without `_` before their names) become attributes as they are. */
export function readJournalEntry(bytes: Buffer, start: number, end: number, row: Row): void {
  const attributes: Record<string, string> = {}
  let lane = ''
  row.end = row.start
  eachField(bytes, start, end, ({ name, start: valueStart, end: valueEnd }) => {
    if (name === 'MESSAGE') {
      row.start = valueStart
      row.end = valueEnd
    } else if (name !== '') lane += put(name, bytes, valueStart, valueEnd, row, attributes)
  })
  row.lane = lane
  row.attributes = encodeAttributes(attributes)
}

/** Returns what tells its program from others. */
function put(
  name: string,
  bytes: Buffer,
  start: number,
  end: number,
  row: Row,
  attributes: Record<string, string>
): string {
  const value = bytes.toString('utf8', start, end)
  if (name === '__REALTIME_TIMESTAMP' || (name === '_SOURCE_REALTIME_TIMESTAMP' && row.seconds < 0)) {
    row.seconds = Math.floor(Number(value) / 1e6)
    row.nanos = (Number(value) % 1e6) * 1000
  } else if (name === 'PRIORITY' && /^[0-7]$/.test(value)) {
    row.severity = syslogSeverities[Number(value)].number
    row.severityText = syslogSeverities[Number(value)].text
  } else if (Object.hasOwn(names, name)) attributes[names[name]] = value
  else if (!name.startsWith('_') && !name.startsWith('SYSLOG_')) attributes[name] = value
  return name === '_SYSTEMD_UNIT' || name === '_PID' || name === '_TRANSPORT' ? `${value} ` : ''
}
