/** `logveil:allow REASON`, or `logveil:allow[DETECTOR,...] REASON` for these only, somewhere in the line of the secret. */
const mark = Buffer.from('logveil:allow')
/** More of a comment is not read. */
const longest = 300

/** Why somebody allowed a secret in its own line, redacted as it is; empty: they did not say, which allows nothing. Null: there is no comment. */
export function allowanceIn(line: Uint8Array, detector: string): string | null {
  const bytes = Buffer.from(line.buffer, line.byteOffset, line.length)
  const at = bytes.indexOf(mark)
  if (at < 0) return null
  const comment = bytes.toString('utf8', at + mark.length, at + mark.length + longest)
  const [, detectors, rest] = /^(?:\[([a-z0-9-]+(?:, ?[a-z0-9-]+)*)\])?(?:[:\s](.*))?$/s.exec(comment) ?? []
  if (detectors !== undefined && !detectors.split(/, ?/).includes(detector)) return null
  const reason = (rest ?? '').replace(/(\*\/|-->|#\}|%>)\s*$/, '').trim()
  return /\p{L}{2}/u.test(reason) ? reason : ''
}
