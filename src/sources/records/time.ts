import type { Row } from './row.ts'

/** What `readTime` read last, up to the minute: most lines have it in common with the one before. */
const minuteLength = 'YYYY-MM-DDTHH:MM'.length
const minute = Buffer.alloc(minuteLength)
let minuteSeconds = -1

/**
 * RFC 3339 with up to nine digits of a second, a `T` or a space between date and time, and `Z` or an offset (without: UTC), as the whole of
 * `bytes[start..end)`. False when it is none, and the row stays as it is.
 */
export function readTime(bytes: Buffer, start: number, end: number, row: Row): boolean {
  const behindMinute = start + minuteLength
  if (end - start < minuteLength + 3 || !readMinute(bytes, start)) return false
  const second = twoDigits(bytes, behindMinute + 1)
  if (bytes[behindMinute] !== 0x3a || second < 0 || second > 60) return false
  let at = behindMinute + 3
  let nanos = 0
  if (bytes[at] === 0x2e || bytes[at] === 0x2c) {
    let scale = 1e8
    for (at++; at < end && isDigit(bytes[at]); at++, scale /= 10) if (scale >= 1) nanos += (bytes[at] - 0x30) * scale
  }
  const shift = zoneMinutes(bytes, at, end)
  if (Number.isNaN(shift)) return false
  row.seconds = minuteSeconds + second - 60 * shift
  row.nanos = nanos
  return row.seconds >= 0
}

function readMinute(bytes: Buffer, start: number): boolean {
  if (isSameMinute(bytes, start)) return true
  const text = bytes.toString('latin1', start, start + minuteLength)
  const parts = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)$/.exec(text)
  if (parts === null) return false
  const [year, month, day, hour, minutes] = parts.slice(1).map(Number)
  const seconds = Date.UTC(year, month - 1, day, hour, minutes) / 1000
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minutes > 59) return false
  minute.set(bytes.subarray(start, start + minuteLength))
  minuteSeconds = seconds
  return true
}

function isSameMinute(bytes: Buffer, start: number): boolean {
  for (let i = minuteLength - 1; i >= 0; i--) if (minute[i] !== bytes[start + i]) return false
  return true
}

/** Of `Z`, `+01:00`, `-0530` or nothing; NaN: it is something else. */
function zoneMinutes(bytes: Buffer, at: number, end: number): number {
  if (at === end || (at + 1 === end && (bytes[at] === 0x5a || bytes[at] === 0x7a))) return 0
  const zone = /^([+-])(\d\d):?(\d\d)$/.exec(bytes.toString('latin1', at, Math.min(end, at + 7)))
  if (zone === null || end - at > 6) return Number.NaN
  return (zone[1] === '-' ? -1 : 1) * (60 * Number(zone[2]) + Number(zone[3]))
}

function twoDigits(bytes: Buffer, at: number): number {
  return isDigit(bytes[at]) && isDigit(bytes[at + 1]) ? (bytes[at] - 0x30) * 10 + bytes[at + 1] - 0x30 : -1
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39
}
