// Messages out of a stream (RFC 6587): each with its length before it, in decimal digits and a space, or each with a line feed behind it. Which
// of both it is, the first byte of a message tells, as messages begin with `<`.

/** Takes bytes as they come; returns the messages that are whole now, as lines. */
export type ReadMessages = (bytes: Buffer) => Buffer[]

const newline = 0x0a
const longestCount = 8
const lineFeed = Buffer.from('\n')
/** In the place of a message that is too long. */
export const withheld = Buffer.from('[WITHHELD:size]\n')

/** A message longer than `maxBytes` is withheld, and told of when it has ended. */
export function createMessageReader(maxBytes: number, onTooLong: (bytes: number) => void): ReadMessages {
  let rest: Buffer = Buffer.alloc(0)
  /** Bytes of a message that is too long, still to be passed over; Infinity: up to a line feed. */
  let passing = 0
  let passed = 0

  /** The next message in the rest, and what it takes; null: it is not whole. */
  function next(): { line: Buffer; taken: number } | null {
    if (passing > 0) return pass()
    const count = countAt(rest)
    if (count === null) {
      const end = rest.indexOf(newline)
      if (end > maxBytes) onTooLong(end)
      if (end >= 0) return { line: end > maxBytes ? withheld : lineOf(rest.subarray(0, end)), taken: end + 1 }
      if (rest.length <= maxBytes) return null
      passing = Number.POSITIVE_INFINITY
      return { line: withheld, taken: 0 }
    }
    if (count.length > maxBytes) {
      passing = count.digits + count.length
      return { line: withheld, taken: 0 }
    }
    const taken = count.digits + count.length
    return rest.length < taken ? null : { line: lineOf(rest.subarray(count.digits, taken)), taken }
  }

  function pass(): { line: Buffer; taken: number } | null {
    const toLineFeed = passing === Number.POSITIVE_INFINITY
    const end = toLineFeed ? rest.indexOf(newline) + 1 : Math.min(passing, rest.length)
    const taken = end === 0 ? rest.length : end
    if (taken === 0) return null
    passing = toLineFeed ? (end === 0 ? passing : 0) : passing - taken
    passed += taken
    if (passing === 0) {
      onTooLong(toLineFeed ? passed - 1 : passed)
      passed = 0
    }
    return { line: Buffer.alloc(0), taken }
  }

  return (bytes) => {
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes])
    const lines: Buffer[] = []
    for (let found = next(); found !== null; found = next()) {
      if (found.line.length > 0) lines.push(found.line)
      rest = rest.subarray(found.taken)
    }
    return lines
  }
}

/** The length before a message, and how many bytes that takes; null: it has none. */
function countAt(bytes: Buffer): { length: number; digits: number } | null {
  const parts = /^([1-9]\d*) /.exec(bytes.toString('latin1', 0, longestCount + 1))
  return parts === null ? null : { length: Number(parts[1]), digits: parts[0].length }
}

/** A message on one line: what may be a line end in it becomes a space. Empty when there is nothing in it. */
export function lineOf(message: Buffer): Buffer {
  let end = message.length
  while (end > 0 && (message[end - 1] === newline || message[end - 1] === 0x0d || message[end - 1] === 0)) end--
  if (end === 0) return message.subarray(0, 0)
  const line = Buffer.concat([message.subarray(0, end), lineFeed])
  for (let i = 0; i < end; i++) if (line[i] === newline || line[i] === 0x0d) line[i] = 0x20
  return line
}
