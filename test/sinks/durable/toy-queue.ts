import { cpSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Envelope } from '../../../src/model.ts'
import type { Entry } from '../../../src/sinks/durable/entries.ts'
import type { QueueEvents } from '../../../src/sinks/durable/events.ts'
import { type Files, nodeFiles } from '../../../src/sinks/durable/files.ts'
import { openQueue, type Queue } from '../../../src/sinks/durable/queue.ts'

/** What a queue told. */
export interface Told {
  torn: number[]
  quarantined: { bytes: number; aside: string | null }[]
  refused: string[]
  troubles: string[]
  fsyncs: number
}

export interface ToyOptions {
  readonly files?: Files
  readonly maxBytes?: number
  readonly segmentBytes?: number
  readonly fsync?: boolean
}

export async function openToy(directory: string, options: ToyOptions = {}): Promise<Queue & { told: Told }> {
  const told: Told = { torn: [], quarantined: [], refused: [], troubles: [], fsyncs: 0 }
  const events: QueueEvents = {
    fsync: () => void told.fsyncs++,
    torn: (bytes) => void told.torn.push(bytes),
    quarantined: (bytes, aside) => void told.quarantined.push({ bytes, aside: aside && basename(aside) }),
    refused: (reason) => void told.refused.push(reason),
    trouble: (what, code) => void told.troubles.push(`${what}: ${code}`)
  }
  const rest = { files: nodeFiles, maxBytes: 1 << 30, segmentBytes: 1 << 20, fsync: true, ...options }
  const queue = await openQueue({ directory, events, ...rest })
  const begun: AsyncGenerator<Entry>[] = []
  return {
    ...queue,
    told,
    entries() {
      const entries = queue.entries()
      begun.push(entries)
      return entries
    },
    async close() {
      await queue.finish()
      for (const entries of begun) await entries.return(undefined)
      await queue.close()
    }
  }
}

export function batch(text: string, more: Partial<Envelope> = {}): Envelope {
  const payload = Buffer.from(text)
  const deadline = Number.POSITIVE_INFINITY
  return { payload, format: 'otlp-proto', signal: 'logs', encoded: null, deadline, stream: null, ...more }
}

/** Reads what there is up to the end; the texts of the frames. With `pass`, they are delivered. */
export async function drain(queue: Queue, pass = true): Promise<string[]> {
  await queue.finish()
  const texts: string[] = []
  for await (const entry of queue.entries()) {
    if (entry.type === 'frame') texts.push(entry.body.toString())
    if (pass) queue.passed(entry)
  }
  return texts
}

/** The next frames, delivered. */
export async function take(entries: AsyncGenerator<Entry>, queue: Queue, count: number): Promise<string[]> {
  const texts: string[] = []
  while (texts.length < count) {
    const { value, done } = await entries.next()
    if (done) break
    if (value.type === 'frame') texts.push(value.body.toString())
    queue.passed(value)
  }
  return texts
}

/** The directory as a process that died now would leave it: the locks die with it. */
export function crashed(directory: string, copy: string): string {
  cpSync(directory, copy, { recursive: true, filter: (path) => basename(path) !== 'lock' })
  return copy
}

export function segmentsIn(directory: string): string[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith('.seg'))
    .sort()
    .map((name) => join(directory, name))
}
