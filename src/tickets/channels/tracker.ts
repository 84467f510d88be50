import { LogveilError } from '../../errors.ts'
import { type Channel, isOver, type TicketDigest, type TicketEvent } from '../../model.ts'
import { type Message, messageOf } from './message.ts'
import { readTold, writeTold } from './told.ts'

/** What an issue tracker is to us: issues that are found by a mark in them, with notes below them. */
export interface Tracker {
  readonly name: string
  /** So long may an issue that was made not be found yet. */
  readonly settleMs: number
  /** Whether it tells what is worked on from what is to be done. */
  readonly hasActive: boolean
  /** The calls of one delivery: together they end within 30 s. */
  begin(): TrackerCalls
}

/** How far an issue is. */
export type Progress = 'new' | 'active' | 'done'

export interface Issue {
  readonly progress: Progress
  /** Its own text, not that of notes. */
  readonly text: string
}

export interface TrackerCalls {
  /** The key of the issue that has the mark. `since`: it is not older. */
  find(mark: string, since: number): Promise<string | null>
  create(message: Message, event: TicketEvent | TicketDigest): Promise<string>
  /** null: there is no such issue any more. */
  read(key: string): Promise<Issue | null>
  /** Adds a note with the message's stamp in it, unless there is one already. */
  note(key: string, message: Message, event: TicketEvent): Promise<void>
  move(key: string, progress: Progress, message: Message, event: TicketEvent): Promise<void>
}

/**
 * A channel of issues. None of these services has a key to create by, so that each issue is looked for before it is made, and found by its mark: also
 * when the ledger was lost, or nobody knows whether the last try made it. Notes are told apart by the event's id in them. Issues that people have
 * closed stay so until there is a reason to open them again.
 */
export function createTrackerChannel(tracker: Tracker): Channel {
  return {
    name: tracker.name,
    async deliver(event, reference) {
      const calls = tracker.begin()
      const message = messageOf(event)
      if (event.kind === 'digest') {
        if ((await calls.find(message.mark, event.at)) === null) await create(tracker, calls, message, event)
        return null
      }
      const { state, revision, first } = event.ticket
      const told = readTold(reference)
      const over = isOver(state)
      let key = told?.key ?? null
      let issue = key === null ? null : await calls.read(key)
      if (issue === null) {
        key = await calls.find(message.mark, first)
        issue = key === null ? null : await calls.read(key)
      }
      if (key === null || issue === null) {
        if (over) return null
        key = await create(tracker, calls, message, event)
        issue = { progress: 'new', text: message.stamp }
      } else if (!issue.text.includes(message.stamp)) await calls.note(key, message, event)
      if (told !== null && revision < told.revision) return writeTold({ ...told, key })
      const next = nextProgress(tracker, issue.progress, event, told?.over ?? true)
      if (next !== issue.progress) await calls.move(key, next, message, event)
      return writeTold({ key, revision, over })
    },
    async close() {}
  }
}

/** `wasOver`: as the service was told last. */
function nextProgress(
  { hasActive }: Tracker,
  progress: Progress,
  { ticket: { state } }: TicketEvent,
  wasOver: boolean
): Progress {
  if (isOver(state)) return 'done'
  if (progress === 'done' && !wasOver) return 'done'
  if (state !== 'open' && hasActive) return 'active'
  return progress === 'done' ? 'new' : progress
}

/** Whoever does not know whether an issue was made waits until it would be found. */
async function create(
  { settleMs }: Tracker,
  calls: TrackerCalls,
  message: Message,
  event: TicketEvent | TicketDigest
): Promise<string> {
  try {
    return await calls.create(message, event)
  } catch (error) {
    if (!(error instanceof LogveilError) || error.code !== 'DELIVERY_FAILED' || !error.retryable) throw error
    const retryAfterMs = Math.max(settleMs, error.retryAfterMs ?? 0)
    throw new LogveilError(error.code, error.message, { retryable: true, retryAfterMs })
  }
}
