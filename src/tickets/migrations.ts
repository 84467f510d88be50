import { LogveilError } from '../errors.ts'
import type { Database, Dialect } from './database.ts'

/** Every version of the tables, in order; one that was released never changes. */
const migrations: readonly ((dialect: Dialect) => readonly string[])[] = [
  ({ position }) => [
    `create table tickets (
      id text primary key, tenant text not null, detector text not null, fingerprint text not null,
      state text not null, severity text not null, first_seen bigint not null, last_seen bigint not null,
      opened bigint not null, since bigint not null, wakes bigint, document text not null,
      unique (tenant, detector, fingerprint))`,
    'create index tickets_wakes on tickets (wakes)',
    'create index tickets_last_seen on tickets (last_seen)',
    'create index tickets_opened on tickets (tenant, opened)',
    `create table history (
      position ${position}, ticket text not null, at bigint not null, actor text not null, kind text not null,
      from_state text, to_state text not null, reason text not null)`,
    'create index history_ticket on history (ticket, position)',
    `create table outbox (
      position ${position}, ticket text not null, channel text not null, event text not null, kind text not null, body text not null,
      attempts bigint not null, due bigint not null, leased bigint not null, dead bigint, error text, unique (channel, event))`,
    'create index outbox_due on outbox (channel, dead, due)',
    'create index outbox_ticket on outbox (channel, ticket, position)',
    'create table links (ticket text not null, channel text not null, reference text not null, primary key (ticket, channel))',
    'create table channels (name text primary key, seen bigint not null)',
    'create table writers (id text primary key, sequence bigint not null, at bigint not null)',
    `create table allowances (
      tenant text not null, detector text not null, fingerprint text not null, owner text not null, reason text not null,
      expires bigint not null, primary key (tenant, detector, fingerprint))`,
    `create table storms (
      tenant text not null, detector text not null, ticket text not null, at bigint not null, primary key (ticket))`
  ],
  () => [
    `create table rotations (
      id text primary key, ticket text not null, secret text not null, hook text not null, dry bigint not null, at bigint not null,
      state text not null)`,
    'create index rotations_at on rotations (at)',
    'create index rotations_ticket on rotations (ticket)'
  ],
  ({ numberIn }) => [
    'alter table tickets add column due bigint',
    `update tickets set due = ${numberIn('document', 'due')} where document <> ''`,
    'create index tickets_due on tickets (state, severity, due)'
  ]
]

/** Makes the tables, or brings them up to date. Throws `LEDGER_FAILED` when they are newer than this program. */
export async function migrate(database: Database): Promise<void> {
  const shared = database.dialect.forUpdate !== ''
  await database.transact(async ({ all }) => {
    if (shared) {
      // Two that begin at once: the lock lasts to the end of the transaction.
      await all('select pg_advisory_xact_lock(7016381)')
      await all('create schema if not exists logveil')
    }
    await all('create table if not exists versions (version bigint primary key)')
    const [{ version }] = await all('select coalesce(max(version), 0) as version from versions')
    if (Number(version) > migrations.length)
      throw new LogveilError('LEDGER_FAILED', 'the ledger of tickets was written by a newer logveil: use that one')
    for (let next = Number(version); next < migrations.length; next++) {
      for (const statement of migrations[next](database.dialect)) await all(statement)
      await all('insert into versions values ($1)', [next + 1])
    }
  })
}
