import { chmodSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { LogveilError } from '../../errors.ts'
import { fileMode } from './files.ts'

/**
 * Holds a file so that no other process or thread can, until it is let go or whoever holds it dies, however it dies. Node has no `flock`,
 * SQLite has the locks of the system underneath; a file with a process id in it would outlive `kill -9`, and mean nothing in a container.
 * Returns what lets go. Throws `OUTPUT_FAILED`.
 */
export function lock(path: string): () => void {
  let database: DatabaseSync | null = null
  try {
    // No other descriptor may ever be opened on it here: closing one would let go of what this process holds.
    database = new DatabaseSync(path, { timeout: 0 })
    chmodSync(path, fileMode)
    // Nothing is ever written into it: it stays empty, and has no journal.
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
  } catch (cause) {
    database?.close()
    const { errcode, code = 'unknown' } = cause as { errcode?: number; code?: string }
    const why = errcode === busy ? 'it is in use already' : code
    throw new LogveilError('OUTPUT_FAILED', `cannot lock ${path}: ${why}`, { cause })
  }
  const taken = database
  held.add(taken)
  return () => {
    held.delete(taken)
    taken.close()
  }
}

/** One that nobody refers to would be closed when memory is cleaned up. */
const held = new Set<DatabaseSync>()

/** SQLITE_BUSY. */
const busy = 5
