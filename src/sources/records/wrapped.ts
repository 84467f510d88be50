// Base64 over several lines, as `base64` and MIME write it: lines of whole groups of four characters, of one length but for the last. What is
// encoded in it can only be found when the lines are scanned together.

const newline = 0x0a
/** Shortest line that is taken for a wrapped one, as in scan/decode/base64-run.ts. */
const minLine = 32
/** What is longer waits for no further lines, in bytes. */
const longestWait = 65_536

const isDigit = new Uint8Array(256)
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_')
  isDigit[character.charCodeAt(0)] = 1

/** Whether the line can go on in the next one: whole groups of base64 and nothing else. */
function isWrapped(bytes: Uint8Array, start: number, end: number): boolean {
  return end - start >= minLine && (end - start) % 4 === 0 && areDigits(bytes, start, end)
}

/** Whether the line can be the rest of wrapped ones: whole groups of base64, perhaps with padding. */
function endsWrapped(bytes: Uint8Array, start: number, end: number): boolean {
  let to = end
  while (to > start && to > end - 2 && bytes[to - 1] === 0x3d) to--
  return to > start && (end - start) % 4 === 0 && areDigits(bytes, start, to)
}

function areDigits(bytes: Uint8Array, start: number, end: number): boolean {
  let at = end
  while (at > start && isDigit[bytes[at - 1]] === 1) at--
  return at === start
}

/** Where the wrapped lines begin that `bytes`, which ends in a line feed, ends in; its length when its last line is none, or they are many. */
export function wrappedTail(bytes: Buffer): number {
  let tail = bytes.length
  while (tail > 0) {
    const start = tail < 2 ? 0 : bytes.lastIndexOf(newline, tail - 2) + 1
    if (!isWrapped(bytes, start, textEnd(bytes, start, tail - 1))) break
    if (bytes.length - start > longestWait) return bytes.length
    tail = start
  }
  return tail
}

/** Lines that are one text. */
export interface WrappedRun {
  readonly lines: readonly WrappedLine[]
}

/** The text of a line is `bytes[start..end)`, the next one begins at `to`. */
interface WrappedLine {
  readonly start: number
  readonly end: number
  readonly to: number
}

/** All runs of two and more lines. */
export function wrappedRuns(bytes: Buffer): WrappedRun[] {
  const runs: WrappedRun[] = []
  let lines: WrappedLine[] = []
  const close = (): void => {
    if (lines.length > 1) runs.push({ lines })
    if (lines.length > 0) lines = []
  }
  for (let start = 0; start < bytes.length; ) {
    const found = bytes.indexOf(newline, start)
    const lineEnd = found < 0 ? bytes.length : found
    const end = textEnd(bytes, start, lineEnd)
    const width = lines.length === 0 ? 0 : lines[0].end - lines[0].start
    const goesOn = end - start <= width && endsWrapped(bytes, start, end)
    if (!goesOn) close()
    if (goesOn || isWrapped(bytes, start, end)) lines.push({ start, end, to: lineEnd + 1 })
    // A shorter line is the last one.
    if (goesOn && end - start < width) close()
    start = lineEnd + 1
  }
  close()
  return runs
}

function textEnd(bytes: Buffer, start: number, end: number): number {
  return end > start && bytes[end - 1] === 0x0d ? end - 1 : end
}
