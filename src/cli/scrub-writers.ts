import { type BigIntStats, lstatSync, readdirSync, readFileSync, statSync } from 'node:fs'

/** Who has a file open for writing. */
export type WriterOf = (stat: BigIntStats) => string | null

/** Files come many at a time: what was seen is true for as long. */
const freshMs = 1000
const writable = 0o200

/** As Linux tells it: of other users' processes only root. Elsewhere nobody is ever seen. */
export function createWriters(): WriterOf {
  let seen = new Map<string, string>()
  let at = Number.NEGATIVE_INFINITY
  return (stat) => {
    if (performance.now() - at > freshMs) {
      seen = look()
      at = performance.now()
    }
    return seen.get(keyOf(stat)) ?? null
  }
}

function look(): Map<string, string> {
  const found = new Map<string, string>()
  for (const pid of namesIn('/proc').filter((name) => /^\d+$/.test(name))) {
    for (const fd of namesIn(`/proc/${pid}/fd`)) {
      const stat = openForWriting(`/proc/${pid}/fd/${fd}`)
      if (stat !== null) found.set(keyOf(stat), `process ${pid}${nameOf(pid)}`)
    }
  }
  return found
}

/** Null when it is not, is no file, or is closed by now. The mode of the link says what the descriptor may do. */
function openForWriting(path: string): BigIntStats | null {
  try {
    if ((lstatSync(path).mode & writable) === 0) return null
    const stat = statSync(path, { bigint: true })
    return stat.isFile() ? stat : null
  } catch {
    return null
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}

function nameOf(pid: string): string {
  try {
    return ` (${readFileSync(`/proc/${pid}/comm`, 'utf8').replace(/[^\w.:/ -]/g, '')})`
  } catch {
    return ''
  }
}

function keyOf({ dev, ino }: BigIntStats): string {
  return `${dev}:${ino}`
}
