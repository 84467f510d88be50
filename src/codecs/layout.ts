import type { Layout } from '../model.ts'

/** A line of a container runtime, taken apart. */
export interface LaidOut {
  readonly text: Buffer
  /** Nanoseconds since 1970; null: it does not say. */
  readonly time: bigint | null
  /** `stdout` or `stderr`; null: it does not say. */
  readonly stream: string | null
}

/**
 * What an application wrote, out of what a container runtime made of it. `cri`: `TIME stdout|stderr F|P TEXT`, of containerd and CRI-O
 * (kubernetes/design-proposals, kubelet-cri-logging.md). `docker`: `{"log":"TEXT\n","stream":"stdout","time":"..."}`, of the driver json-file.
 * What is not laid out like that is text as a whole.
 */
export function readLayout(line: Buffer, layout: Layout): LaidOut {
  const read = layout === 'cri' ? readCri(line) : layout === 'docker' ? readDocker(line) : null
  return read ?? { text: line, time: null, stream: null }
}

/** Offset at which the text of a CRI line begins; -1 when it is none. */
export function criText(bytes: Uint8Array, start: number, end: number): number {
  const time = wordEnd(bytes, start, end)
  const stream = wordEnd(bytes, time + 1, end)
  const tag = wordEnd(bytes, stream + 1, end)
  const isStream =
    stream - time === 7 && bytes[time + 1] === 0x73 && bytes[time + 2] === 0x74 && bytes[time + 3] === 0x64
  const isTag = tag - stream >= 2 && (bytes[stream + 1] === 0x46 || bytes[stream + 1] === 0x50)
  if (time - start < 19 || bytes[start + 4] !== 0x2d || !isStream || !isTag) return -1
  return Math.min(end, tag + 1)
}

function wordEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start
  while (at < end && at - start < 40 && bytes[at] !== 0x20) at++
  return at
}

function readCri(line: Buffer): LaidOut | null {
  const text = criText(line, 0, line.length)
  if (text < 0) return null
  const [time, stream] = line.toString('latin1', 0, text).split(' ')
  return { text: line.subarray(text), time: nanosOf(time), stream }
}

function readDocker(line: Buffer): LaidOut | null {
  try {
    const { log, stream, time } = JSON.parse(line.toString())
    if (typeof log !== 'string') return null
    return {
      text: Buffer.from(log.replace(/\r?\n$/, '')),
      time: typeof time === 'string' ? nanosOf(time) : null,
      stream: typeof stream === 'string' ? stream : null
    }
  } catch {
    return null
  }
}

/** RFC 3339 with nanoseconds, which a number cannot hold. */
function nanosOf(time: string): bigint | null {
  const parts = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d):(\d\d))$/.exec(time)
  if (parts === null) return null
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map(Number)
  const shift = (parts[8] === '-' ? -1 : 1) * (60 * Number(parts[9] ?? 0) + Number(parts[10] ?? 0))
  const seconds = ((daysOf(year, month, day) * 24 + hour) * 60 + minute - shift) * 60 + second
  return seconds < 0 ? null : BigInt(seconds) * 1_000_000_000n + BigInt((parts[7] ?? '').padEnd(9, '0'))
}

/** Days since 1970, in the Gregorian calendar: years begin in March, so that the odd day stands last. */
function daysOf(year: number, month: number, day: number): number {
  const y = month > 2 ? year : year - 1
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1
  return 365 * y + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + dayOfYear - 719_468
}
