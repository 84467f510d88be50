import { setTimeout as sleep } from 'node:timers/promises'
import { LogveilError } from '../errors.ts'
import type { Sighting } from '../model.ts'
import type { Ledger } from './ledger.ts'
import { createTally } from './tally.ts'

export interface RecorderEvents {
  recorded(sightings: number): void
  /** There was no room for so many while the ledger did not take any. */
  lost(sightings: number): void
  trouble(message: string): void
}

/** Brings sightings into the ledger, one batch at a time; what comes meanwhile is counted up in memory. */
export interface Recorder {
  take(sightings: readonly Sighting[]): void
  /** Resolves when the ledger has all, or after `ms`; what it has not by then is lost. */
  close(ms: number): Promise<void>
}

const mostSecrets = 10_000
const batchSize = 500
const firstPauseMs = 250
const longestPauseMs = 10_000

/** `writer` names this process among all that write into the ledger. */
export function createRecorder(recordIn: Ledger['record'], writer: string, events: RecorderEvents): Recorder {
  const tally = createTally(mostSecrets)
  const stop = new AbortController()
  let sequence = 0
  let writing: Promise<void> | null = null

  async function write(): Promise<void> {
    while (tally.size > 0) {
      const batch = tally.take(batchSize)
      sequence++
      const done = await record(batch)
      const total = batch.reduce((sum, { count }) => sum + count, 0)
      if (done) events.recorded(total)
      else events.lost(total)
    }
  }

  /** The same batch again and again, under one number, so that it counts once. */
  async function record(batch: readonly Sighting[]): Promise<boolean> {
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, 2 * pauseMs)) {
      try {
        await recordIn(writer, sequence, batch, Date.now())
        return true
      } catch (error) {
        events.trouble(error instanceof LogveilError ? error.message : 'a bug in logveil')
        if (!(error instanceof LogveilError) || stop.signal.aborted) return false
        await sleep(pauseMs, null, { signal: stop.signal, ref: false }).catch(() => {})
      }
    }
  }

  return {
    take(sightings) {
      for (const seen of sightings) if (!tally.add(seen)) events.lost(seen.count)
      writing ??= write().finally(() => {
        writing = null
      })
    },
    async close(ms) {
      const timer = setTimeout(() => stop.abort(), ms)
      await writing
      clearTimeout(timer)
    }
  }
}
