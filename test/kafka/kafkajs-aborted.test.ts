import { expect, test } from 'vitest'
import { type FetchedMessage, type FetchedPartition, hideAbortedOf } from '../../src/kafka/kafkajs-aborted.ts'
import fc from '../property.ts'

/** What a producer does next; its transaction begins with the first record. */
const step = fc.record({
  producerId: fc.constantFrom('1', '2', '3'),
  what: fc.constantFrom('write', 'write', 'abort', 'commit', 'plain'),
  key: fc.constantFrom(null, Buffer.alloc(4), Buffer.from('key'))
})

/** The log that comes of it, the transactions of it that were aborted as a broker tells them, and the offsets they wrote at. */
function write(steps: readonly { producerId: string; what: string; key: Buffer | null }[]) {
  const messages: FetchedMessage[] = []
  const aborted: { producerId: string; firstOffset: string; end: number }[] = []
  const gone = new Set<string>()
  const open = new Map<string, string[]>()
  for (const { producerId, what, key } of steps) {
    const offset = String(messages.length)
    const written = open.get(producerId) ?? []
    const ends = what === 'abort' || what === 'commit'
    if ((ends || what === 'plain') && written.length > 0 !== ends) continue
    if (what === 'write') open.set(producerId, [...written, offset])
    if (ends) open.delete(producerId)
    if (what === 'abort') {
      aborted.push({ producerId, firstOffset: written[0], end: messages.length })
      for (const one of written) gone.add(one)
    }
    const marker = Buffer.from([0, 0, 0, what === 'abort' ? 0 : 1])
    const batchContext = { producerId, inTransaction: what !== 'plain' }
    messages.push({ offset, key: ends ? marker : key, isControlRecord: ends, batchContext })
  }
  return { messages, aborted, gone }
}

test('what aborted transactions wrote is hidden, and nothing else, wherever reading begins', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.nat(60), (steps, from) => {
      const { messages, aborted, gone } = write(steps)
      const partition: FetchedPartition = {
        abortedTransactions: aborted.filter(({ end }) => end >= from),
        messages: messages.slice(from)
      }
      const control = new Set(partition.messages.filter((one) => one.isControlRecord).map(({ offset }) => offset))
      hideAbortedOf(partition)
      const hidden = partition.messages.filter((one) => one.isControlRecord && !control.has(one.offset))
      expect(hidden.map(({ offset }) => offset)).toEqual(
        [...gone]
          .map(Number)
          .filter((offset) => offset >= from)
          .sort((a, b) => a - b)
          .map(String)
      )
    }),
    { numRuns: 2000 }
  )
})
