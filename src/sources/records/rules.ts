/** Whether a line goes on with the record before it in its lane. `inside`: the record has more than one line already. */
export type Continues = (bytes: Buffer, start: number, end: number, inside: boolean) => boolean

/** Lines that begin with white space, as most of what is printed over several lines. */
export const indented: Continues = (bytes, start, end) => start < end && isBlank(bytes[start])

/**
 * Stack traces of Java, Kotlin, Scala, .NET, Python, JavaScript, Ruby, Go and Rust, as they are printed behind a line of log, or alone: what is
 * indented, and the lines between that are not.
 */
export const stackTraces: Continues = (bytes, start, end, inside) => {
  if (start === end) return inside
  if (isBlank(bytes[start])) return true
  const text = bytes.toString('latin1', start, Math.min(end, start + longestLook))
  return follows.test(text) || (inside && within.test(text))
}

const longestLook = 256

/** Begin no record of their own. */
const follows =
  /^(Caused by: |Suppressed: |\.{3} \d+ (more|common frames)|Traceback \(most recent call last\):|During handling of the above exception|The above exception was the direct cause|goroutine \d+ \[|created by |stack backtrace:|--- End of )/

/** Do so only outside a trace: the exception behind a traceback of Python, calls and the exit status in one of Go. */
const within =
  /^([A-Za-z_][\w.]{0,100}(Error|Exception|Exit|Interrupt|Iteration|Warning|Timeout|Fault)(:|$)|[\w./*()[\]{}\u0080-\uffff-]{1,200}\([^ ]{0,200}\)$|exit status \d|\[signal |at .{1,200}:\d+|\d{1,4}: )/

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x09
}

/** Searches a line for a pattern; linear. */
export type Search = (bytes: Buffer, start: number, end: number) => boolean

/** Records begin with lines that match. */
export function beginningWith(search: Search): Continues {
  return (bytes, start, end) => !search(bytes, start, end)
}

/** Lines that match go on with the record before. */
export function continuedBy(search: Search): Continues {
  return (bytes, start, end) => search(bytes, start, end)
}
