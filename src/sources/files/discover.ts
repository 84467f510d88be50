import { dirname } from 'node:path'
import type { Checkpoint } from './checkpoints.ts'
import { createFinder, type Found } from './find.ts'
import type { Follow, Followed } from './followed.ts'
import type { FilesOptions } from './options.ts'
import { findRotated, type Past } from './rotated.ts'
import { beginsAlike, sealOfCheckpoint } from './seal.ts'
import { identify, type Tail } from './tail.ts'

export interface Discovery {
  /** Looks for files. `first`: what is there now was there before us. */
  look(first: boolean): void
  /** Whether another look may find others. */
  hasChanged(): boolean
  /** Those that tell of files to follow. */
  folders(): Iterable<string>
  /** Reads what rotation left of a file that was emptied before it goes on with it; returns how many copies that are. */
  queueCopies(follow: Follow): number
}

const mostTries = 10

/** Finds out which files there are, and what became of those that there were. */
export function createDiscovery(options: FilesOptions, followed: Followed): Discovery {
  const { checkpoints } = options
  const { follows, byPath, byReal, ready } = followed
  const finder = createFinder(options.include, options.exclude)
  /** What stood last under a name: a look between the two moves of a rotation finds no file there, and the next one stands behind it all the same. */
  const left = new Map<string, Follow>()

  function look(first: boolean): void {
    const found = finder.find(followed.trouble)
    const now = new Set(found.map(({ path }) => path))
    for (const [path, last] of left) if (follows.get(last.tail.id) !== last) left.delete(path)
    for (const [path, follow] of byPath) if (!now.has(path)) leave(path, follow)
    for (const one of found) {
      const { path, stats } = one
      const current = byPath.get(path)
      const id = identify(stats)
      if (current?.tail.id === id) continue
      const known = follows.get(id)
      const before = current ?? left.get(path)
      if (current !== undefined) leave(path, current)
      if (known !== undefined) {
        byPath.set(path, known)
        known.nameless = false
      } else if (!isCopy(path)) open(one, first, before)
    }
    byReal.clear()
    for (const { path, real } of found) if (byPath.has(path)) byReal.set(real, byPath.get(path) as Follow)
  }

  function leave(path: string, follow: Follow): void {
    byPath.delete(path)
    left.set(path, follow)
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

  function open({ path, real }: Found, first: boolean, before: Follow | undefined): void {
    const past = before === undefined ? pastOf(path) : pastOfTail(before.tail)
    const follow = followed.open({ path, real, log: path, id: null }, (size) =>
      first && past === null && options.from === 'end' ? size : 0
    )
    if (follow === null) return
    byPath.set(path, follow)
    if (past === null) return
    const isSame = past.id === follow.tail.id
    const previous = before ?? (isSame ? null : (follows.get(past.id) ?? null))
    queueBehind(follow, past, previous, isSame && past.seal.bytes > 0)
  }

  /** What rotation left is read first. */
  function queueBehind(follow: Follow, past: Past, before: Follow | null, knownOnly: boolean): number {
    const opened = openRotated(follow, past, knownOnly)
    let previous = before
    for (const one of opened) {
      one.nameless = true
      one.previous = previous
      previous = one
    }
    if (previous !== null) follow.previous = previous
    return opened.length
  }

  /** All of them, or once more: names may move between the look and the opening. */
  function openRotated(follow: Follow, past: Past, knownOnly: boolean): Follow[] {
    for (let tries = 1; ; tries++) {
      const rotated = findRotated(follow.tail.path, past, checkpoints, (id) => follows.has(id), knownOnly)
      const { log } = follow
      const opened = rotated.flatMap(
        ({ path, id, start }) => followed.open({ path, real: path, log, id }, () => start) ?? []
      )
      if (opened.length === rotated.length || tries === mostTries) return opened
      for (const one of opened) followed.close(one)
    }
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

  return {
    look,
    hasChanged: finder.hasChanged,
    folders: () => [...finder.folders, ...[...byReal.values()].map(({ folder }) => folder)],
    queueCopies: (follow) => queueBehind(follow, pastOfTail(follow.tail), null, false)
  }
}
