import { isOver, type Ticket } from '../../model.ts'

/** What a channel remembers of the last thing that it was told of a ticket: the `reference` of its deliveries. */
export interface Told {
  /** What the service knows the ticket by: the key of an issue, the id of a message. */
  readonly key: string
  /** Of the ticket: news that are older come late, as a dead letter that is replayed, and MUST NOT undo what came after them. */
  readonly revision: number
  /** Whether the ticket was over. */
  readonly over: boolean
}

export function readTold(reference: string | null): Told | null {
  if (reference === null) return null
  // Ledgers of before hold the key alone.
  return reference.startsWith('{') ? JSON.parse(reference) : { key: reference, revision: 0, over: false }
}

export function writeTold({ key, revision, over }: Told): string {
  return JSON.stringify({ key, revision, over })
}

/** What is over and was never told of needs no telling, and what comes late, no telling again. */
export function isOldNews(told: Told | null, { state, revision }: Ticket): boolean {
  return told === null ? isOver(state) : revision < told.revision
}
