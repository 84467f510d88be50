import { join } from 'node:path'
import type { Next, Source } from '../model.ts'
import { createDiscovery } from './files/discover.ts'
import { createFollowed, type Follow } from './files/followed.ts'
import type { FilesOptions } from './files/options.ts'
import { createPoll } from './files/poll.ts'
import { createPump } from './files/pump.ts'
import { createWatches } from './files/watch.ts'

/** What changes a name changes others: they are looked at together. */
const settleMs = 20

/**
 * Follows files that globs match: lines in order, each at least once. A checkpoint is written when the sink has confirmed. What stands in a
 * file under another name after rotation is read before what stands under its name.
 */
export function createFilesSource(options: FilesOptions): Source {
  const { checkpoints, events } = options
  const followed = createFollowed(options)
  const { follows, byReal, ready } = followed
  const discovery = createDiscovery(options, followed)

  async function run(next: Next, signal: AbortSignal): Promise<void> {
    const running = new Set<Promise<void>>()
    const pump = createPump(options, followed, discovery, next, signal)
    let lookSoon: NodeJS.Timeout | null = null
    const watches = createWatches((folder, name, renamed) => {
      if (name !== null) wake(byReal.get(join(folder, name)))
      if (renamed) lookSoon ??= setTimeout(look, settleMs)
    })
    const poll = createPoll(followed, watches)

    function look(): void {
      lookSoon = null
      if (signal.aborted) return
      discovery.look(false)
      watches.keep(discovery.folders())
      step()
    }

    function wake(follow: Follow | undefined): void {
      if (follow === undefined) return
      follow.told = true
      ready.add(follow)
      step()
    }

    /** Starts what can be started. */
    function step(): void {
      for (const follow of ready) {
        if (signal.aborted || running.size >= options.inFlight) return
        ready.delete(follow)
        if (follow.busy || follows.get(follow.tail.id) !== follow) continue
        follow.busy = true
        const work: Promise<void> = pump(follow).finally(() => {
          follow.busy = false
          running.delete(work)
          step()
        })
        running.add(work)
      }
    }

    discovery.look(true)
    // What is passed over is passed over once, whatever happens next.
    await checkpoints.flush()
    look()
    const looking = setInterval(() => discovery.hasChanged() && look(), options.discoverMs)
    const polling = setInterval(() => {
      events.state(follows.size, poll())
      step()
    }, options.pollMs)
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
    clearInterval(looking)
    clearInterval(polling)
    if (lookSoon !== null) clearTimeout(lookSoon)
    watches.close()
    await Promise.all(running)
    for (const { tail } of follows.values()) tail.close()
    await checkpoints.close()
  }

  return { name: options.name, run }
}
