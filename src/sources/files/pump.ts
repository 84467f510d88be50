import { setImmediate } from 'node:timers/promises'
import type { Envelope, Next } from '../../model.ts'
import { createDeliver } from '../deliver.ts'
import type { Discovery } from './discover.ts'
import type { Follow, Followed } from './followed.ts'
import type { FilesOptions } from './options.ts'
import type { Chunk, Tail } from './tail.ts'

/** Longest part of a private key, and what loggers put around its lines. */
const beforeBytes = 98_304

/** Hands on the next batch of a file; it comes in again behind the others. */
export type Pump = (follow: Follow) => Promise<void>

/**
 * Gives every caller a turn of the event loop of its own: between two batches the end of a write is heard of, and the next write begins. Else
 * all files that one write has confirmed are read without a break, and then wait together for the next.
 */
function createTurns(): () => Promise<void> {
  let last = Promise.resolve()
  return () => {
    last = last.then(() => setImmediate())
    return last
  }
}

export function createPump(
  options: FilesOptions,
  followed: Followed,
  discovery: Discovery,
  next: Next,
  signal: AbortSignal
): Pump {
  const { events } = options
  const deliver = createDeliver(next, events, signal)
  const { follows, ready } = followed
  const turn = createTurns()

  async function pump(follow: Follow): Promise<void> {
    await turn()
    const { tail, previous } = follow
    if (follows.get(tail.id) !== follow) return
    if (previous !== null && !previous.atEnd && follows.get(previous.tail.id) === previous) return
    follow.previous = null
    try {
      await tail.fill?.()
      const chunk = tail.read() ?? lastLines(follow)
      if (chunk === 'truncated') return emptied(follow)
      if (chunk === null) return ended(follow)
      if (follow.restarted) {
        follow.restarted = false
        // An empty file cannot be told from one that was filled and emptied once more.
        if (discovery.queueCopies(follow) > 0) return void ready.add(follow)
      }
      follow.atEnd = false
      if (!(await deliver(envelopeOf(follow, chunk), tail.path))) return
      if (chunk.withheld) events.withheld(tail.path, chunk.end - tail.offset)
      tail.confirm(chunk)
      follow.fresh = false
      ready.add(follow)
    } catch (error) {
      followed.trouble(tail.path, error)
    }
  }

  /** Lines that may go on have waited; a line without an end has. Nothing more comes of a file without a name: then what is there is the line. */
  function lastLines({ tail, nameless }: Follow): Chunk | null {
    const patienceMs = nameless ? options.closeMs / 2 : options.partialMs
    const lines = tail.waited(options.joinMs)
    if (lines !== null) return isSettled(lines, tail, patienceMs, nameless) ? lines : null
    const chunk = tail.unfinished(patienceMs)
    return chunk === null || nameless || options.mayShow(chunk.payload.subarray(0, -1)) ? chunk : null
  }

  /** A part waits longer for the next one, and longest when it may end within a secret. */
  function isSettled({ payload }: Chunk, tail: Tail, patienceMs: number, nameless: boolean): boolean {
    const parts = options.layout.openParts(payload as Buffer, tail.format)
    if (parts.length === 0 || tail.hasWaited(options.closeMs)) return true
    return tail.hasWaited(patienceMs) && (nameless || parts.every(options.mayShow))
  }

  function envelopeOf(follow: Follow, { payload }: Chunk): Envelope {
    const { tail, fresh, log } = follow
    const { format } = tail
    if (follow.origin?.format !== format) follow.origin = { resource: options.resourceOf(log), format }
    return {
      payload,
      format: 'lines',
      signal: null,
      encoded: null,
      deadline: Number.POSITIVE_INFINITY,
      stream: log,
      ...(fresh && tail.offset > 0 ? { before: tail.before(beforeBytes) } : {}),
      origin: follow.origin
    }
  }

  function emptied(follow: Follow): void {
    const copies = discovery.queueCopies(follow)
    events.truncated(follow.tail.path, copies)
    follow.tail.restart()
    follow.restarted = true
    ready.add(follow)
  }

  function ended(follow: Follow): void {
    follow.behind = follow.tail.behind()
    if (follow.tail.waits) return
    if (!follow.atEnd) follow.quietSince = performance.now()
    follow.atEnd = true
    if (follow.nameless && performance.now() - follow.quietSince >= options.closeMs) followed.close(follow)
  }

  return pump
}
