import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { LogveilError } from '../errors.ts'
import type { Database, Row, Transaction, Value } from './database.ts'

/** What another process may hold the file for; beyond it the call is tried again. */
const busyMs = 5000

/**
 * One file, made for its owner only when it is missing. Several processes of one machine may share it. What is written is on the disk, or, without
 * `synced`, will be soon: a power cut may undo the last of it, a crash may not. Throws `LEDGER_FAILED`.
 */
export function openSqlite(path: string, synced = true): Database {
  const database = open(path, synced)
  const statements = new Map<string, StatementSync>()
  let last: Promise<unknown> = Promise.resolve()

  const transaction: Transaction = {
    async all(sql, values = []) {
      const known = statements.get(sql)
      const statement = known ?? database.prepare(sql.replaceAll(/\$(\d+)/g, '?$1'))
      if (known === undefined) statements.set(sql, statement)
      return statement.all(...(values as Value[])) as Row[]
    }
  }

  async function run<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    try {
      database.exec('BEGIN IMMEDIATE')
      const result = await work(transaction)
      database.exec('COMMIT')
      return result
    } catch (error) {
      if (database.isOpen && database.isTransaction) database.exec('ROLLBACK')
      throw failed(error)
    }
  }

  return {
    dialect: {
      position: 'integer primary key autoincrement',
      forUpdate: '',
      forUpdateFree: '',
      numberIn: (column, member) => `cast(${column} ->> '${member}' as integer)`
    },
    transact(work) {
      // There is one connection: transactions wait for each other.
      const done = last.then(() => run(work))
      last = done.catch(() => {})
      return done
    },
    async close() {
      await last
      if (database.isOpen) database.close()
    }
  }
}

function open(path: string, synced: boolean): DatabaseSync {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    // SQLite gives its other files the mode of this one.
    closeSync(openSync(path, 'a', 0o600))
    chmodSync(path, 0o600)
    const database = new DatabaseSync(path, { timeout: busyMs })
    const synchronous = synced ? 'FULL' : 'NORMAL'
    database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${synchronous}; PRAGMA foreign_keys = ON`)
    return database
  } catch (error) {
    throw failed(error)
  }
}

/** SQLITE_BUSY, SQLITE_LOCKED, SQLITE_IOERR, SQLITE_FULL: later it may work. */
const passing = new Set([5, 6, 10, 13])

function failed(error: unknown): unknown {
  const { errcode, errstr, code } = error as { errcode?: number; errstr?: string; code?: string }
  if (error instanceof LogveilError || (errcode === undefined && code === undefined)) return error
  return new LogveilError('LEDGER_FAILED', `the ledger of tickets: ${errstr ?? code}`, {
    retryable: errcode !== undefined && passing.has(errcode & 0xff),
    cause: error
  })
}
