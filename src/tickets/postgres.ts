import postgres from 'postgres'
import { LogveilError } from '../errors.ts'
import type { Database, Row, Transaction } from './database.ts'

const connectSeconds = 10
const idleSeconds = 60

/** A schema `logveil` of a PostgreSQL database, which several instances may share. Connects at the first use. */
export function openPostgres(url: string): Database {
  const sql = postgres(url, {
    max: 4,
    connect_timeout: connectSeconds,
    idle_timeout: idleSeconds,
    connection: { application_name: 'logveil', search_path: 'logveil' },
    // Counts and times are below 2^53.
    types: { bigint: { to: 20, from: [20], serialize: String, parse: Number } },
    onnotice: () => {}
  })
  return {
    dialect: {
      position: 'bigint generated always as identity primary key',
      forUpdate: 'for update',
      forUpdateFree: 'for update skip locked',
      numberIn: (column, member) => `cast(${column}::json ->> '${member}' as bigint)`
    },
    async transact<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
      try {
        return (await sql.begin((begun) =>
          work({
            all: async (text, values = []) => (await begun.unsafe(text, [...values], { prepare: true })) as Row[]
          })
        )) as T
      } catch (error) {
        throw failed(error)
      }
    },
    close: () => sql.end({ timeout: 5 })
  }
}

/** Classes of SQLSTATE that say nothing about what was asked: connections, resources, an administrator, transactions that met. */
const passing = /^(08|53|57|40)/
const unreachable = /^(E[A-Z]+|CONNECT_TIMEOUT|CONNECTION_[A-Z]+)$/

/** Its messages may quote values: only the code is told. */
function failed(error: unknown): unknown {
  const { code } = error as { code?: string }
  if (error instanceof LogveilError || code === undefined) return error
  return new LogveilError('LEDGER_FAILED', `the ledger of tickets (PostgreSQL): ${code}`, {
    retryable: passing.test(code) || unreachable.test(code),
    cause: error
  })
}
