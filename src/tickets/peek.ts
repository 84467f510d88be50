import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type { Allowance } from './ledger.ts'
import { failed } from './sqlite.ts'

/**
 * The allowances in a file as it is, also one that another process writes; none where there is no file. In one call, for a command that cannot
 * begin before it knows them. Throws `LEDGER_FAILED`.
 */
export function peekAllowances(path: string): readonly Allowance[] {
  if (!existsSync(path)) return []
  try {
    const database = new DatabaseSync(path, { readOnly: true, timeout: 1000 })
    try {
      const known = database.prepare("select 1 from sqlite_master where name = 'allowances'").get()
      return known === undefined ? [] : (database.prepare('select * from allowances').all() as never)
    } finally {
      database.close()
    }
  } catch (error) {
    throw failed(error)
  }
}
