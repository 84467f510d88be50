import type { LineFormat } from '../../model.ts'
import { readCri } from './cri.ts'
import { readDockerFrame } from './docker.ts'
import { clear, createRow } from './row.ts'

/** Lines that are looked at. */
const fewLines = 5

/** The format of a log, by its first lines, all of which have to agree. */
export function detectFormat(head: Buffer): LineFormat {
  const end = head.lastIndexOf(0x0a)
  if (end < 0) return formatOfCut(head.toString('latin1'))
  const lines = head.toString('latin1', 0, end).split('\n', fewLines)
  if (
    /^(__CURSOR|__REALTIME_TIMESTAMP|_[A-Z_]+|[A-Z][A-Z_]+)=/.test(lines[0]) &&
    head.includes('\n__REALTIME_TIMESTAMP=')
  )
    return 'journald'
  const formats = new Set(lines.filter((line) => line !== '' && line !== '\r').map(formatOf))
  return formats.size === 1 ? ([...formats][0] as LineFormat) : 'plain'
}

/** Of a line that is longer than what was read of it. */
function formatOfCut(text: string): LineFormat {
  return text.startsWith('{"log":"') ? 'docker' : formatOf(text)
}

function formatOf(text: string): LineFormat {
  const line = Buffer.from(text, 'latin1')
  const row = createRow()
  readCri(line, 0, line.length, clear(row, line, 0, line.length))
  if (row.lane !== '') return 'cri'
  if (readDockerFrame(line, 0, line.length) !== null || isLabelled(text)) return 'docker'
  if (
    /^<\d{1,3}>|^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S+ [^\s:]+: |^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d) \S+ [\w./-]+(\[\d+\])?: /.test(
      text
    )
  )
    return 'syslog'
  return /^\s*\{/.test(text) ? 'json' : 'plain'
}

/** As Docker writes it when a container has labels. */
function isLabelled(text: string): boolean {
  return /^\{"log":".*","stream":"std(out|err)","attrs":\{.*"time":"[^"]*"\}\r?$/.test(text)
}
