// A queue through many lives: whatever ends them, all that was acknowledged comes out, in order.
import { appendFileSync } from 'node:fs'
import { afterAll, expect, test } from 'vitest'
import { encodeHead, headBytes } from '../../../src/sinks/durable/frame.ts'
import { temporaryDirectory } from '../../cli/spawn.ts'
import fc from '../../property.ts'
import { createFailingFiles } from './failing-files.ts'
import { batch, crashed, openToy, segmentsIn, take } from './toy-queue.ts'

const { path, remove } = temporaryDirectory()
afterAll(remove)
let directories = 0
const fresh = () => path(String(directories++))

type Step =
  | { readonly do: 'append'; readonly sizes: readonly number[]; readonly room: number }
  | { readonly do: 'deliver'; readonly count: number }
  | { readonly do: 'crash'; readonly torn: number }
  | { readonly do: 'restart' }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('append' as const),
      sizes: fc.array(fc.nat(120), { maxLength: 6 }),
      room: fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.nat(400))
    })
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('deliver' as const), count: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('crash' as const), torn: fc.nat(headBytes + 20) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) }
)

test('every acknowledged batch comes out, in order; after a crash again from some point on', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const files = createFailingFiles()
      let directory = fresh()
      let queue = await openToy(directory, { files, segmentBytes: 300 })
      let entries = queue.entries()
      const acknowledged: string[] = []
      /** Where delivery stands, and where it has been. */
      let next = 0
      let furthest = 0
      /** false: it may begin anywhere up to `furthest`. */
      let known = true
      let number = 0

      async function append(sizes: readonly number[], room: number): Promise<void> {
        files.room = room
        const texts = sizes.map((size) => `${number++}:${'x'.repeat(size)}`)
        const results = await Promise.allSettled(texts.map((text) => queue.append(batch(text))))
        acknowledged.push(...texts.filter((_, i) => results[i].status === 'fulfilled'))
      }

      async function deliver(count: number): Promise<void> {
        const left = known ? acknowledged.length - next : acknowledged.length - furthest
        for (const text of await take(entries, queue, Math.min(count, left))) {
          const index = acknowledged.indexOf(text)
          if (known) expect(index).toBe(next)
          else expect(index >= 0 && index <= furthest).toBe(true)
          known = true
          next = index + 1
          furthest = Math.max(furthest, next)
        }
      }

      async function reopen(): Promise<void> {
        queue = await openToy(directory, { files, segmentBytes: 300 })
        entries = queue.entries()
      }

      for (const one of steps) {
        if (one.do === 'append') await append(one.sizes, one.room)
        else if (one.do === 'deliver') await deliver(one.count)
        else if (one.do === 'restart') {
          await queue.close()
          await reopen()
        } else {
          const dead = queue
          directory = crashed(directory, fresh())
          await dead.close()
          const last = segmentsIn(directory).at(-1)
          const torn = last === undefined ? 0 : one.torn
          if (last !== undefined) appendFileSync(last, unfinished(torn))
          await reopen()
          expect(queue.told.torn).toEqual(torn === 0 ? [] : [torn])
          known = false
        }
      }
      files.room = Number.POSITIVE_INFINITY
      await append([1], files.room)
      while (next < acknowledged.length || !known) await deliver(acknowledged.length)
      expect(queue.told.quarantined).toEqual([])
      await queue.close()
    }),
    { seed: 4, numRuns: 60 }
  )
})

/** The beginning of a frame. */
function unfinished(bytes: number): Buffer {
  const rest = {
    signal: 'logs',
    format: 'otlp-proto',
    encoding: 'identity',
    sequence: 1,
    storedAt: 1,
    known: true
  } as const
  const frame = Buffer.concat([encodeHead({ ...rest, bodyBytes: 100, bodyCrc: 0 }), Buffer.alloc(100, 'x')])
  return frame.subarray(0, bytes)
}
