import type { Stats } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { LogveilError } from '../errors.ts'
import type { Envelope, Next, Origin, Source } from '../model.ts'
import { refusesAll } from '../otlp/status.ts'
import type { Checkpoint, Checkpoints } from './files/checkpoints.ts'
import { findFiles, findRotated } from './files/find.ts'
import { beginsAlike, type Seal, type Sealer, sealOfCheckpoint } from './files/seal.ts'
import { type Chunk, identify, openTail, type Tail } from './files/tail.ts'
import { createWatches } from './files/watch.ts'

export interface FilesOptions {
  readonly name: string
  readonly include: readonly string[]
  readonly exclude: readonly string[]
  /** Where a file begins that is there at the first start, and of which nothing is known; later ones begin at their beginning. */
  readonly from: 'beginning' | 'end'
  readonly checkpoints: Checkpoints
  /** As it is now: it changes with the detectors. */
  readonly sealer: () => Sealer
  readonly chunkBytes: number
  readonly maxLineBytes: number
  /** Files that are read at once. */
  readonly inFlight: number
  /** Whether the beginning of a line may be handed on: it does not look like that of a secret. */
  readonly mayShow: (beginning: Uint8Array) => boolean
  /** How long a line without an end stays back. */
  readonly partialMs: number
  /** How often sizes are looked at; watches tell sooner. */
  readonly pollMs: number
  /** How often the globs are; watches tell of new names sooner. */
  readonly discoverMs: number
  /** How long a file that has another name now, or none, may go without a line before it is closed. */
  readonly closeMs: number
  readonly events: FilesEvents
}

/** Names and numbers, never content. */
export interface FilesEvents {
  /** How many files are followed, and how much of them is still to be delivered. */
  state(files: number, bytes: number): void
  /** Not there, or not readable: it is tried again. */
  trouble(path: string, code: string): void
  /** It was emptied; `copies` were found of what had not been read. */
  truncated(path: string, copies: number): void
  withheld(path: string): void
  /** Refused for good: it is passed over. */
  rejected(path: string, message: string): void
  failed(message: string): void
  delivered(): void
}

interface Follow {
  readonly tail: Tail
  readonly origin: Origin
  /** The name has gone to another file, or away. */
  nameless: boolean
  /** Read before this one: what stood under its name before. */
  previous: Follow | null
  busy: boolean
  /** It was emptied, and nothing was read since. */
  restarted: boolean
  /** Nothing of it has been handed on yet. */
  fresh: boolean
  /** Since when there is nothing more in it, as `performance.now()` tells the time. */
  quietSince: number
  atEnd: boolean
}

/** Longest part of a private key, and what loggers put around its lines. */
const beforeBytes = 98_304
const firstPauseMs = 100
const longestPauseMs = 5000

/**
 * Follows files that globs match: lines in order, each at least once. A checkpoint is written when the sink has confirmed. What stands in a
 * file under another name after rotation is read before what stands under its name.
 */
export function createFilesSource(options: FilesOptions): Source {
  const { checkpoints, events, include, exclude } = options
  const follows = new Map<string, Follow>()
  const byPath = new Map<string, Follow>()
  const ready = new Set<Follow>()
  const troubled = new Set<string>()

  async function run(next: Next, signal: AbortSignal): Promise<void> {
    const running = new Set<Promise<void>>()
    let discoverSoon: NodeJS.Timeout | null = null
    const watches = createWatches((directory, name, renamed) => {
      if (name !== null) wake(byPath.get(join(directory, name)))
      if (renamed && discoverSoon === null)
        discoverSoon = setTimeout(() => {
          discoverSoon = null
          look()
        }, 20)
    })

    const look = (): void => {
      if (signal.aborted) return
      discover(false)
      watches.keep(new Set([...byPath.keys()].map((path) => dirname(path))))
      step()
    }

    const wake = (follow: Follow | undefined): void => {
      if (follow === undefined) return
      ready.add(follow)
      step()
    }

    /** Starts what can be started. */
    const step = (): void => {
      for (const follow of ready) {
        if (signal.aborted || running.size >= options.inFlight) return
        ready.delete(follow)
        if (follow.busy || !follows.has(follow.tail.id)) continue
        follow.busy = true
        const work: Promise<void> = pump(follow, next, signal).finally(() => {
          follow.busy = false
          running.delete(work)
          step()
        })
        running.add(work)
      }
    }

    discover(true)
    // What is passed over is passed over once, whatever happens next.
    await checkpoints.flush()
    look()
    const discovering = setInterval(look, options.discoverMs)
    const polling = setInterval(() => {
      poll()
      step()
    }, options.pollMs)
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
    clearInterval(discovering)
    clearInterval(polling)
    if (discoverSoon !== null) clearTimeout(discoverSoon)
    watches.close()
    await Promise.all(running)
    for (const { tail } of follows.values()) tail.close()
    await checkpoints.close()
  }

  function discover(first: boolean): void {
    const found = findFiles(include, exclude, trouble)
    const now = new Set(found.map(({ path }) => path))
    for (const [path, follow] of byPath) if (!now.has(path)) leave(path, follow)
    for (const { path, stats } of found) {
      const before = byPath.get(path)
      const id = identify(stats)
      if (before?.tail.id === id) continue
      const known = follows.get(id)
      if (before !== undefined) leave(path, before)
      if (known !== undefined) {
        byPath.set(path, known)
        known.nameless = false
      } else if (!isCopy(path)) open(path, first, before)
    }
  }

  function leave(path: string, follow: Follow): void {
    byPath.delete(path)
    follow.nameless = true
    follow.atEnd = false
    ready.add(follow)
  }

  /** A copy of a file that is followed, before that is emptied: it is read from then on. */
  function isCopy(path: string): boolean {
    for (let length = path.length - 1; length > dirname(path).length + 1; length--) {
      const original = byPath.get(path.slice(0, length))
      if (original !== undefined) return beginsAlike(path, original.tail.seal, checkpoints)
    }
    return false
  }

  function open(path: string, first: boolean, before: Follow | undefined): void {
    const past = before === undefined ? pastOf(path) : pastOfTail(before.tail)
    const follow = openFollow(path, path, ({ size }) => (first && past === null && options.from === 'end' ? size : 0))
    if (follow === null) return
    byPath.set(path, follow)
    if (past !== null) {
      const isSame = past.id === follow.tail.id
      const previous = before ?? (isSame ? null : (follows.get(past.id) ?? null))
      queueBehind(follow, past, previous, isSame && past.seal.bytes > 0)
    }
    ready.add(follow)
  }

  /** What rotation left is read first. */
  function queueBehind(follow: Follow, past: Past, before: Follow | null, knownOnly: boolean): number {
    const rotated = findRotated(follow.tail.path, past, checkpoints, (id) => follows.has(id), knownOnly)
    let previous = before
    for (const { path, start } of rotated) {
      const one = openFollow(path, follow.origin.resource['log.file.path'], () => start)
      if (one === null) continue
      one.nameless = true
      one.previous = previous
      previous = one
      ready.add(one)
    }
    if (previous !== null) follow.previous = previous
    return rotated.length
  }

  /** What is known of a path from an earlier life. */
  function pastOf(path: string): Past | null {
    const name = checkpoints.hash(Buffer.from(path))
    let last: Checkpoint | null = null
    for (const one of checkpoints.all()) if (one.name === name && (last === null || one.at >= last.at)) last = one
    return last === null ? null : { ...last, seal: sealOfCheckpoint(last, options.sealer()), since: last.at }
  }

  function pastOfTail({ id, seal, offset }: Tail): Past {
    return { id, seal, offset, since: (checkpoints.get(id) as Checkpoint).at }
  }

  function openFollow(path: string, name: string, start: (stats: Stats) => number): Follow | null {
    try {
      const tail = openTail({ ...options, path }, start)
      troubled.delete(path)
      const origin = { resource: { 'log.file.path': name } }
      const follow = {
        tail,
        origin,
        nameless: false,
        previous: null,
        busy: false,
        restarted: false,
        fresh: true,
        quietSince: 0,
        atEnd: false
      }
      follows.set(tail.id, follow)
      return follow
    } catch (error) {
      trouble(path, (error as NodeJS.ErrnoException).code ?? 'unknown')
      return null
    }
  }

  /** Told once, until it is gone. */
  function trouble(path: string, code: string): void {
    if (!troubled.has(path)) events.trouble(path, code)
    troubled.add(path)
  }

  /** The next batch of a file; it comes in again behind the others. */
  async function pump(follow: Follow, next: Next, signal: AbortSignal): Promise<void> {
    const { tail, previous } = follow
    if (previous !== null && !previous.atEnd && follows.has(previous.tail.id)) return
    follow.previous = null
    try {
      const chunk = tail.read() ?? lastLine(follow)
      if (chunk === 'truncated') return emptied(follow)
      if (chunk === null) return ended(follow)
      if (follow.restarted) {
        follow.restarted = false
        // An empty file cannot be told from one that was filled and emptied once more.
        if (queueBehind(follow, pastOfTail(tail), null, false) > 0) return void ready.add(follow)
      }
      follow.atEnd = false
      if (chunk.payload.length > 0 && !(await deliver(envelopeOf(follow, chunk), tail.path, next, signal))) return
      if (chunk.skip) events.withheld(tail.path)
      tail.confirm(chunk)
      follow.fresh = false
      ready.add(follow)
    } catch (error) {
      trouble(tail.path, (error as NodeJS.ErrnoException).code ?? 'unknown')
    }
  }

  /** Nothing more comes of a file without a name: then what is there is the line. */
  function lastLine({ tail, nameless }: Follow): Chunk | null {
    const chunk = tail.unfinished(nameless ? options.closeMs / 2 : options.partialMs)
    return chunk === null || nameless || options.mayShow(chunk.payload.subarray(0, -1)) ? chunk : null
  }

  function envelopeOf({ tail, fresh, origin }: Follow, { payload }: Chunk): Envelope {
    return {
      payload,
      format: 'lines',
      signal: null,
      encoded: null,
      deadline: Number.POSITIVE_INFINITY,
      stream: origin.resource['log.file.path'],
      ...(fresh && tail.offset > 0 ? { before: tail.before(beforeBytes) } : {}),
      origin
    }
  }

  function emptied(follow: Follow): void {
    const copies = queueBehind(follow, pastOfTail(follow.tail), null, false)
    events.truncated(follow.tail.path, copies)
    follow.tail.restart()
    follow.restarted = true
    ready.add(follow)
  }

  function ended(follow: Follow): void {
    if (!follow.atEnd) follow.quietSince = performance.now()
    follow.atEnd = true
    if (!follow.nameless || performance.now() - follow.quietSince < options.closeMs) return
    follows.delete(follow.tail.id)
    follow.tail.close()
  }

  function poll(): void {
    let bytes = 0
    for (const follow of follows.values()) {
      if (follow.busy) continue
      try {
        const behind = follow.tail.stat().size - follow.tail.offset
        bytes += Math.max(0, behind)
        if (behind !== 0 || follow.nameless || !follow.atEnd) ready.add(follow)
      } catch (error) {
        trouble(follow.tail.path, (error as NodeJS.ErrnoException).code ?? 'unknown')
      }
    }
    events.state(follows.size, bytes)
  }

  /** As often as it takes: the file has it still. False: it is to end before. */
  async function deliver(envelope: Envelope, path: string, next: Next, signal: AbortSignal): Promise<boolean> {
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, 2 * pauseMs)) {
      try {
        await next(envelope)
        events.delivered()
        return true
      } catch (error) {
        const { message, retryable, retryAfterMs, cause } = error as LogveilError
        if (!(error instanceof LogveilError) || !(retryable || cause === refusesAll)) {
          events.rejected(path, error instanceof LogveilError ? message : 'a bug in logveil')
          return true
        }
        events.failed(message)
        const waitMs = Math.max(retryAfterMs ?? 0, pauseMs * (0.5 + Math.random()))
        await sleep(waitMs, null, { signal }).catch(() => {})
        if (signal.aborted) return false
      }
    }
  }

  return { name: options.name, run }
}

/** What was read under a name. */
interface Past {
  readonly id: string
  readonly seal: Seal
  readonly offset: number
  readonly since: number
}
