/** Cuts what comes in pieces into whole lines. */
export interface LineCutter {
  /** The lines that end in the piece, which is kept as it is until they do. */
  take(piece: Buffer): Buffer
  /** The rest, whose end never came. */
  finish(): Buffer
}

const newline = 0x0a
const nothing = Buffer.alloc(0)

/** Holds no more than `longest` bytes of a line; what comes of a longer one is up to `replace`, which is given its beginning. */
export function createLineCutter(longest: number, replace: (head: Buffer) => Buffer): LineCutter {
  let held: Buffer[] = []
  let heldBytes = 0
  /** The beginning of a line that is too long; what else comes of it is left out. */
  let skipped: Buffer | null = null

  function hold(piece: Buffer): void {
    if (skipped !== null || piece.length === 0) return
    held.push(piece)
    heldBytes += piece.length
    if (heldBytes <= longest) return
    skipped = release().subarray(0, 64)
  }

  function release(): Buffer {
    const all = held.length === 1 ? held[0] : Buffer.concat(held)
    held = []
    heldBytes = 0
    return all
  }

  /** The line that was begun, and its end. */
  function complete(end: Buffer): Buffer {
    hold(end)
    if (skipped === null) return release()
    const replaced = replace(skipped)
    skipped = null
    return replaced
  }

  return {
    take(piece) {
      const first = piece.indexOf(newline) + 1
      if (first === 0) {
        hold(piece)
        return nothing
      }
      const last = piece.lastIndexOf(newline) + 1
      const begun = heldBytes > 0 || skipped !== null
      const lines = begun
        ? [complete(piece.subarray(0, first)), piece.subarray(first, last)]
        : [piece.subarray(0, last)]
      hold(piece.subarray(last))
      return lines.length === 1 ? lines[0] : Buffer.concat(lines)
    },
    finish: () => complete(nothing)
  }
}
