import { allTaken, type Sink } from '../model.ts'
import { type DeliveryOptions, deliver } from './durable/delivery.ts'
import type { Entry } from './durable/entries.ts'
import type { Queue } from './durable/queue.ts'

export interface DurableOptions extends DeliveryOptions {
  readonly queue: Queue
  /** Batches on their way at once; with 1 they arrive in the order they came. */
  readonly inFlight: number
  /** How long `close` goes on delivering what waits. */
  readonly drainMs: number
}

/**
 * Answers when a batch is on the disk; hands it to the sink after that, as often as it takes, across restarts: at least once. A batch that
 * is refused for good becomes a dead letter, so that those behind it go on. `close` goes on for a while, as long as the sink takes what is
 * left; the rest stays on the disk for the next start.
 */
export function createDurableSink({ queue, inFlight, drainMs, ...options }: DurableOptions): Sink {
  const { sink, events } = options
  const stop = new AbortController()
  const stopped = new Promise<void>((resolve) => stop.signal.addEventListener('abort', () => resolve(), { once: true }))
  let failing = false
  let closing = false
  const watched = {
    ...events,
    delivered(receipt: Parameters<typeof events.delivered>[0]) {
      failing = false
      events.delivered(receipt)
    },
    failed(message: string) {
      failing = true
      events.failed(message)
      if (closing) stop.abort()
    }
  }
  const delivered = deliverAll()
  let closed: Promise<void> | null = null

  async function deliverAll(): Promise<void> {
    const order: Place[] = []
    const running = new Set<Promise<void>>()
    for await (const entry of queue.entries()) {
      const place = { entry, done: entry.type !== 'frame' }
      order.push(place)
      if (entry.type !== 'frame') settle(queue, order)
      else {
        // The next one is read while those before it are under way.
        if (running.size >= inFlight) await Promise.race([...running, stopped])
        const work = deliver({ ...options, events: watched }, entry.head, entry.body, stop.signal).then((done) => {
          running.delete(work)
          place.done = done
          settle(queue, order)
        })
        running.add(work)
      }
      if (stop.signal.aborted) return
    }
    await Promise.race([Promise.all(running), stopped])
  }

  async function end(): Promise<void> {
    await queue.finish()
    closing = true
    if (failing) stop.abort()
    const timer = setTimeout(() => stop.abort(), drainMs)
    await delivered
    clearTimeout(timer)
    await queue.close()
    await sink.close()
  }

  return {
    name: sink.name,
    async write(envelope) {
      await queue.append(envelope)
      return allTaken
    },
    close() {
      closed ??= end()
      return closed
    }
  }
}

interface Place {
  readonly entry: Entry
  done: boolean
}

/** A batch has passed when all before it have: nothing is left behind. */
function settle(queue: Queue, order: Place[]): void {
  while (order[0]?.done) queue.passed((order.shift() as Place).entry)
}
