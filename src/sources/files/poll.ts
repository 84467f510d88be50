import type { Follow, Followed } from './followed.ts'
import type { Watches } from './watch.ts'

/** Files whose folder tells of changes are looked at so many times less often. */
const rarely = 10

/**
 * Looks which files have changed. Most need no look, as their folder tells: only what has something left to read, has lost its name, or lies
 * where nothing is told. A change that a folder has not told of by the next time ends the trust in it.
 */
export function createPoll(followed: Followed, watches: Watches): () => number {
  const { follows, ready } = followed
  const untold = new Set<Follow>()
  let times = 0

  /** How much is left to read in a file. */
  function look(follow: Follow): void {
    const { tail } = follow
    try {
      const behind = tail.behind()
      if (behind !== 0 && behind !== follow.behind && !follow.told && watches.tells(follow.folder)) untold.add(follow)
      follow.behind = behind
      if (behind !== 0 || follow.nameless || !follow.atEnd) ready.add(follow)
    } catch (error) {
      followed.trouble(tail.path, error)
    }
  }

  return () => {
    for (const follow of untold) if (!follow.told) watches.distrust(follow.folder)
    untold.clear()
    const all = times++ % rarely === 0
    let behind = 0
    for (const follow of follows.values()) {
      const isLeft = follow.behind !== 0 || follow.nameless || !follow.atEnd
      if (!follow.busy && (all || isLeft || !watches.tells(follow.folder))) look(follow)
      follow.told = false
      behind += Math.max(0, follow.behind)
    }
    return behind
  }
}
