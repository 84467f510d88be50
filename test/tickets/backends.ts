// The databases that a ledger may be in: every test of one runs on both.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Sighting } from '../../src/model.ts'
import type { Database } from '../../src/tickets/database.ts'
import type { LedgerPolicy } from '../../src/tickets/ledger.ts'
import { openPostgres } from '../../src/tickets/postgres.ts'
import { openSqlite } from '../../src/tickets/sqlite.ts'
import { missingPostgres, type PostgresServer, startPostgres } from './postgres-server.ts'

export interface Backend {
  readonly name: 'sqlite' | 'postgres'
  /** Why it cannot be had here; empty: it can. */
  readonly missing: string
  begin(): Promise<void>
  end(): Promise<void>
  /** Where a new, empty database is: a path or an address. */
  fresh(): Promise<string>
}

export const backends: readonly Backend[] = [sqliteBackend(), postgresBackend()]

export function openAt(where: string): Database {
  return where.startsWith('postgres:') ? openPostgres(where) : openSqlite(where)
}

export const hourMs = 3_600_000
export const dayMs = 24 * hourMs

export const policy: LedgerPolicy = {
  slaMs: { critical: 4 * hourMs, high: 8 * hourMs, medium: 16 * hourMs, low: 32 * hourMs },
  classificationSlaMs: { 'break-glass': hourMs },
  quietMs: 7 * dayMs,
  closeMs: 3 * dayMs,
  retentionMs: 100 * dayMs,
  stormPerMinute: 1000
}

export function sightingOf(number: number, at: number, others: Partial<Sighting> = {}): Sighting {
  return {
    tenant: 'default',
    detector: 'toy-token',
    fingerprint: `k1.${String(number).padStart(16, 'A')}`,
    severity: 'high',
    confidence: 'likely',
    hints: {},
    count: 1,
    first: at,
    last: at,
    places: [],
    ...others
  }
}

function sqliteBackend(): Backend {
  let folder = ''
  let files = 0
  return {
    name: 'sqlite',
    missing: '',
    async begin() {
      folder = mkdtempSync(join(tmpdir(), 'logveil-ledger-'))
    },
    async end() {
      rmSync(folder, { recursive: true })
    },
    async fresh() {
      files++
      return join(folder, `${files}`, 'tickets.db')
    }
  }
}

function postgresBackend(): Backend {
  let server: PostgresServer
  return {
    name: 'postgres',
    missing: missingPostgres,
    async begin() {
      server = await startPostgres()
    },
    end: () => server.stop(),
    fresh: () => server.fresh()
  }
}
