import { describe, expect, test } from 'vitest'
import { LogveilError } from '../../src/errors.ts'
import { createMetrics } from '../../src/metrics.ts'
import type { Envelope, Receipt, Sink } from '../../src/model.ts'
import { createNext, type Redact, runPipeline } from '../../src/pipeline.ts'
import type { Redacted } from '../../src/redactor.ts'
import fc from '../property.ts'

const payload = Buffer.from('abc')
const envelope: Envelope = {
  payload,
  format: 'otlp-proto',
  signal: 'logs',
  encoded: { encoding: 'gzip', bytes: Buffer.from('xyz') },
  deadline: Number.POSITIVE_INFINITY,
  stream: null
}
const clean: Redacted = {
  payload,
  findings: [],
  records: 10,
  withheld: { depth: 0, size: 0, effort: 0, error: 0, unknown: 0 },
  dropped: 0
}
const full: Receipt = { rejected: 0, message: '' }

function pipeline(redact: Redact, write: (envelope: Envelope) => Promise<Receipt>) {
  const written: Envelope[] = []
  const sink: Sink = {
    name: 'memory',
    write(one) {
      written.push(one)
      return write(one)
    },
    close: async () => {}
  }
  const metrics = createMetrics()
  const next = createNext({ name: 'p', sources: [], redact, sink, metrics })
  const count = async (
    name: 'received' | 'sent' | 'dropped' | 'rejected' | 'returned' | 'withheld' | 'unscanned' | 'findings' | 'errors'
  ) => (await metrics[name].get()).values.reduce((sum: number, { value }: { value: number }) => sum + value, 0)
  return { next, written, count }
}

describe('a batch', () => {
  test('that is clean goes on as the very same envelope', async () => {
    const { next, written } = pipeline(
      () => clean,
      async () => full
    )
    expect(await next(envelope)).toBe(full)
    expect(written[0]).toBe(envelope)
  })

  test('that was changed goes on without its compressed form', async () => {
    const redacted = Buffer.from('[R]')
    const { next, written } = pipeline(
      () => ({ ...clean, payload: redacted }),
      async () => full
    )
    await next(envelope)
    expect(written).toEqual([{ ...envelope, payload: redacted, encoded: null }])
  })

  test('of which parts could not be scanned: their bytes are counted, and those of one that is none of its format', async () => {
    const withheld = { ...clean.withheld, size: 1 }
    const parts = pipeline(
      () => ({ ...clean, withheld, unscanned: { ...withheld, size: 300 } }),
      async () => full
    )
    await parts.next(envelope)
    expect([await parts.count('withheld'), await parts.count('unscanned')]).toEqual([1, 300])
    const none = pipeline(
      () => {
        throw new LogveilError('PAYLOAD_INVALID', 'no OTLP')
      },
      async () => full
    )
    await expect(none.next(envelope)).rejects.toThrow('no OTLP')
    expect(await none.count('unscanned')).toBe(envelope.payload.length)
  })

  test('is acknowledged only after the sink has confirmed it', async () => {
    const confirmed = Promise.withResolvers<Receipt>()
    const { next } = pipeline(
      () => clean,
      () => confirmed.promise
    )
    let acknowledged = false
    const acknowledgement = next(envelope).then(() => {
      acknowledged = true
    })
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(acknowledged).toBe(false)
    confirmed.resolve(full)
    await acknowledgement
  })

  test.each([
    ['no OTLP', new LogveilError('PAYLOAD_INVALID', 'malformed at byte 3'), 0],
    ['one that a bug cannot scan', new TypeError('abc'), 1]
  ])('that is %s goes nowhere', async (_, error, errors) => {
    const { next, written, count } = pipeline(
      () => {
        throw error
      },
      async () => full
    )
    await expect(next(envelope)).rejects.toBe(error)
    expect([written, await count('errors')]).toEqual([[], errors])
  })

  test('of which nothing is left is acknowledged and not sent', async () => {
    const { next, written, count } = pipeline(
      () => ({ ...clean, payload: new Uint8Array(0), dropped: 10 }),
      async () => full
    )
    expect(await next(envelope)).toEqual(full)
    expect([written, await count('dropped'), await count('sent')]).toEqual([[], 10, 0])
  })
})

test('no record vanishes: received = sent + dropped + rejected + returned', async () => {
  const outcome = fc.oneof(
    fc.record({ rejected: fc.nat(5), message: fc.constant('') }),
    fc.boolean().map((retryable) => new LogveilError('DELIVERY_FAILED', 'no', { retryable }))
  )
  const batch = fc.record({
    records: fc.integer({ min: 5, max: 50 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    outcome
  })
  await fc.assert(
    fc.asyncProperty(fc.array(batch, { maxLength: 20 }), async (batches) => {
      let current = batches[0]
      const { next, count } = pipeline(
        () => ({ ...clean, records: current.records, dropped: Math.floor((current.records - 5) * current.share) }),
        async () => {
          if (current.outcome instanceof Error) throw current.outcome
          return current.outcome
        }
      )
      for (current of batches) await next(envelope).catch(() => {})
      const [received, ...others] = await Promise.all(
        (['received', 'sent', 'dropped', 'rejected', 'returned'] as const).map(count)
      )
      expect(received).toBe(batches.reduce((sum, { records }) => sum + records, 0))
      expect(others.reduce((a, b) => a + b)).toBe(received)
    }),
    { numRuns: 50, seed: 5 }
  )
})

test('runs until it is told to end, then closes its sink', async () => {
  const events: string[] = []
  const source = {
    name: 's',
    async run(_: unknown, signal: AbortSignal) {
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      events.push('settled')
    }
  }
  const sink = { name: 'k', write: async () => full, close: async () => void events.push('closed') }
  const abort = new AbortController()
  const running = runPipeline(
    { name: 'p', sources: [source, source], redact: () => clean, sink, metrics: createMetrics() },
    abort.signal
  )
  abort.abort()
  await running
  expect(events).toEqual(['settled', 'settled', 'closed'])
})
