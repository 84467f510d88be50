const newline = 0x0a

const byteOrderMark = Buffer.from('\ufeff')

/**
 * Columns of offsets that mostly ascend, in UTF-16 code units, the first of a line being 1: what SARIF and editors count. A byte order mark
 * at the beginning is no character.
 */
export function createColumns(bytes: Uint8Array): (offset: number) => number {
  let at = 0
  const first = byteOrderMark.equals(bytes.subarray(0, 3)) ? 0 : 1
  let column = first
  return (offset) => {
    const from = offset < at ? 0 : at
    const begin = from + bytes.subarray(from, offset).lastIndexOf(newline) + 1
    if (begin > from || offset < at) {
      at = begin
      column = begin === 0 ? first : 1
    }
    column += textOf(bytes.subarray(at, offset)).length
    at = offset
    return column
  }
}

/** A line of the output, and the part of it around a placeholder. */
export interface OutputLine {
  readonly bytes: Uint8Array
  readonly snippet: string
}

/** Bytes of a line that are shown whole, and around a placeholder of a longer one. */
const shownBytes = 240
const shownBefore = 80

/** Lines of a redacted payload, which has as many as the payload: redaction takes none. Asked for in ascending order. */
export function createOutputLines(redacted: Uint8Array): (record: number, detector: string) => OutputLine {
  let record = 0
  let start = 0
  let end = lineEnd(redacted, 0)
  let searchFrom = 0
  return (wanted, detector) => {
    for (; record < wanted; record++) {
      start = searchFrom = end + 1
      end = lineEnd(redacted, start)
    }
    const bytes = redacted.subarray(start, end)
    if (bytes.length <= shownBytes) return { bytes, snippet: textOf(bytes) }
    const found = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(
      `[REDACTED:${detector}`,
      searchFrom - start
    )
    if (found >= 0) searchFrom = start + found + 1
    const from = Math.max(0, searchFrom - start - shownBefore)
    return { bytes, snippet: cut(bytes, from, Math.min(bytes.length, from + shownBytes)) }
  }
}

function lineEnd(bytes: Uint8Array, from: number): number {
  const at = bytes.indexOf(newline, from)
  return at < 0 ? bytes.length : at
}

/** A character that was cut in two is left out. */
function cut(bytes: Uint8Array, from: number, to: number): string {
  const text = textOf(bytes.subarray(from, to)).replace(/^\ufffd{1,3}|\ufffd{1,3}$/g, '')
  return `${from > 0 ? '...' : ''}${text}${to < bytes.length ? '...' : ''}`
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')
}
