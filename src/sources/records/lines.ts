const newline = 0x0a

/** Calls back for every line `bytes[start..end)`; its end is not part of it, and the last line may have none. */
export function eachLine(bytes: Buffer, visit: (start: number, end: number) => void): void {
  for (let start = 0; start < bytes.length; ) {
    const found = bytes.indexOf(newline, start)
    const end = found < 0 ? bytes.length : found
    visit(start, end)
    start = end + 1
  }
}
