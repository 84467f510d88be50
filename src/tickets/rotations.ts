import type { Dialect, Transaction } from './database.ts'

/** What a rotation hook does for a ticket, or would do. */
export interface RotationOf {
  readonly id: string
  readonly ticket: string
  readonly secret: string
  readonly hook: string
  readonly dry: boolean
}

/** One that is about to begin. */
export interface RotationRun extends RotationOf {
  /** Runs of all hooks in an hour, dry ones left out. */
  readonly perHour: number
  /** Between two runs for one secret. */
  readonly pauseMs: number
}

/** `begun`: it may go on. `again`: it was begun before, and nobody knows what became of it. `over`: nothing is to be done. */
export type RotationStart = 'begun' | 'again' | 'over'

/** `begun`, `ended` or `refused`; null: it is not known. */
export async function rotationState({ all }: Transaction, dialect: Dialect, id: string): Promise<string | null> {
  const rows = await all(`select state from rotations where id = $1 ${dialect.forUpdate}`, [id])
  return rows.length === 0 ? null : String(rows[0].state)
}

export async function addRotation(
  { all }: Transaction,
  { id, ticket, secret, hook, dry }: RotationOf,
  state: 'begun' | 'refused',
  now: number
): Promise<void> {
  await all('insert into rotations (id, ticket, secret, hook, dry, at, state) values ($1, $2, $3, $4, $5, $6, $7)', [
    id,
    ticket,
    secret,
    hook,
    dry ? 1 : 0,
    now,
    state
  ])
}

const hourMs = 3_600_000

/** Why it may not run now; null: it may. One is asked at a time, whatever the number of instances. */
export async function rotationLimit(
  { all }: Transaction,
  dialect: Dialect,
  { secret, perHour, pauseMs }: RotationRun,
  now: number
): Promise<string | null> {
  if (dialect.forUpdate !== '') await all('lock table rotations in exclusive mode')
  const count = async (where: string, since: number, ...more: string[]): Promise<number> => {
    const [{ runs }] = await all(
      `select count(*) as runs from rotations where dry = 0 and state <> 'refused' and at > $1 ${where}`,
      [since, ...more]
    )
    return Number(runs)
  }
  if ((await count('and secret = $2', now - pauseMs, secret)) > 0) return 'it ran a short while ago'
  return (await count('', now - hourMs)) >= perHour ? 'too many ran within this hour' : null
}
