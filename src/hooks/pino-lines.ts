import type { WithheldReason } from '../model.ts'

/** What is asked of a redactor. */
export type RedactLines = (payload: Uint8Array) => Lines

interface Lines {
  readonly payload: Uint8Array
  readonly withheld: Readonly<Record<WithheldReason, number>>
}

/** Longer lines are withheld, in bytes; of text that comes whole, in characters. */
export const longestLine = 16 * 1024 * 1024

/** Lines up to a third of this long are encoded without memory of their own. */
const scratchBytes = 48 * 1024

/**
 * One line at a time, on the thread that logs: the very same text when there is nothing in it to be changed. Never throws. A line that cannot
 * be looked at becomes one that says so, of the same level and time: lines are JSON to whoever reads them.
 */
export function createLineRedactor(redact: RedactLines): (line: string) => string {
  const scratch = Buffer.allocUnsafeSlow(scratchBytes)
  const encoder = new TextEncoder()
  return (line) => {
    if (line.length > longestLine) return withheldLine(line, 'size')
    try {
      const bytes =
        3 * line.length > scratchBytes
          ? Buffer.from(line)
          : scratch.subarray(0, encoder.encodeInto(line, scratch).written)
      const redacted = redact(bytes)
      return redacted.payload === bytes ? line : textOf(wholeLines(redacted))
    } catch {
      return withheldLine(line, 'error')
    }
  }
}

function textOf({ buffer, byteOffset, length }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, length).toString()
}

/** What came of lines. Of one that could not be scanned there is only a marker, which is no JSON. */
export function wholeLines({ payload, withheld }: Lines): Uint8Array {
  if (withheld.error === 0) return payload
  const text = textOf(payload)
  return Buffer.from(text.replace(/^\[WITHHELD:error\]\r?$/gm, () => withheldLine('', 'error').trimEnd()))
}

/** `head`: the beginning of the line, for its level and time. */
export function withheldLine(head: string, reason: WithheldReason): string {
  const [, level, time] = /^\{"level":(\d{1,4}),"time":(\d{1,16}),/.exec(head.slice(0, 64)) ?? []
  const known = level === undefined ? '' : `"level":${level},"time":${time},`
  return `{${known}"msg":"[WITHHELD:${reason}]"}\n`
}
