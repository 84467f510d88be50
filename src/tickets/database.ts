/** A value of a column: times and counts are whole numbers. */
export type Value = string | number | null
export type Row = Readonly<Record<string, Value>>

/** What happens between the beginning and the end of a transaction. Parameters are `$1`, `$2`, ... */
export interface Transaction {
  all(sql: string, values?: readonly Value[]): Promise<readonly Row[]>
}

/**
 * What the ledger needs of a database.
 * `transact` MUST run `work` so that all of it happens or nothing, and reject with `LEDGER_FAILED`, retryable where the same can work later;
 * then nothing is there, or, where the connection broke at the very end, perhaps all. Rows selected `for update` MUST be nobody else's until the end.
 */
export interface Database {
  readonly dialect: Dialect
  transact<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** Where the two kinds of SQL differ. */
export interface Dialect {
  /** Type of a column that numbers rows in the order of their insertion. */
  readonly position: string
  /** Behind a select: its rows are ours until the end of the transaction. */
  readonly forUpdate: string
  /** The same, without those that are somebody else's. */
  readonly forUpdateFree: string
  /** A number out of a column that holds an object in JSON. */
  numberIn(column: string, member: string): string
}
