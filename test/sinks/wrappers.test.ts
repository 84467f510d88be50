import { describe, expect, test } from 'vitest'
import { LogveilError } from '../../src/errors.ts'
import type { Envelope, Receipt, Sink } from '../../src/model.ts'
import { tooLarge } from '../../src/otlp/status.ts'
import { toAll } from '../../src/sinks/fan-out.ts'
import { withRetry } from '../../src/sinks/retry.ts'
import { withSplit } from '../../src/sinks/split.ts'
import { withTimeout } from '../../src/sinks/timeout.ts'

const full: Receipt = { rejected: 0, message: '' }
function envelope(text = 'abcdefgh', waitsMs = 4000): Envelope {
  const deadline = performance.now() + waitsMs
  return { payload: Buffer.from(text), format: 'lines', signal: null, encoded: null, deadline, stream: null }
}
const later = (retryAfterMs: number | null = null) =>
  new LogveilError('DELIVERY_FAILED', 'later', { retryable: true, retryAfterMs })
const never = new LogveilError('DELIVERY_FAILED', 'never')

/** A sink that does one thing after another, the last for ever. */
function scripted(
  name: string,
  ...steps: (Receipt | Error)[]
): Sink & { texts: string[]; times: number[]; closed: number } {
  const sink = {
    name,
    texts: [] as string[],
    times: [] as number[],
    closed: 0,
    async write({ payload }: Envelope) {
      sink.texts.push(Buffer.from(payload).toString())
      sink.times.push(performance.now())
      const step = steps[Math.min(sink.texts.length, steps.length) - 1]
      if (step instanceof Error) throw step
      return step
    },
    async close() {
      sink.closed++
    }
  }
  return sink
}

describe('retry', () => {
  const retry = (sink: Sink) => withRetry(sink, { initialMs: 10, maxMs: 40, onRetry() {} })

  test('until it succeeds', async () => {
    const sink = scripted('a', later(), later(), full)
    expect(await retry(sink).write(envelope())).toEqual(full)
    expect(sink.texts).toHaveLength(3)
  })

  test('never sooner than the downstream asks', async () => {
    const sink = scripted('a', later(120), full)
    await retry(sink).write(envelope())
    expect(sink.times[1] - sink.times[0]).toBeGreaterThanOrEqual(119)
  })

  test('what would come after the deadline goes back to the sender at once', async () => {
    const sink = scripted('a', later(5000))
    await expect(retry(sink).write(envelope())).rejects.toMatchObject({ message: 'later', retryAfterMs: 5000 })
    expect(sink.texts).toHaveLength(1)
  })

  test('only while the sender waits', async () => {
    const sink = scripted('a', later())
    await expect(retry(sink).write(envelope('x', 1000))).rejects.toMatchObject({ retryable: true })
    expect(sink.texts.length).toBeGreaterThan(2)
  })

  test('not what was refused for good', async () => {
    const sink = scripted('a', never)
    await expect(retry(sink).write(envelope())).rejects.toBe(never)
    expect(sink.texts).toHaveLength(1)
  })
})

describe('time-out', () => {
  test('a sink that does not come back is refused retryably', async () => {
    const stuck: Sink = { name: 'a', write: () => new Promise(() => {}), close: async () => {} }
    await expect(withTimeout(stuck, 30).write(envelope())).rejects.toMatchObject({
      code: 'DELIVERY_FAILED',
      retryable: true
    })
  })

  test('the shorter of both deadlines is passed on', async () => {
    const seen: number[] = []
    const sink: Sink = {
      name: 'a',
      async write({ deadline }) {
        seen.push(deadline)
        return full
      },
      close: async () => {}
    }
    const before = performance.now()
    await withTimeout(sink, 50_000).write(envelope('x', 90_000))
    expect(seen[0]).toBeGreaterThanOrEqual(before + 50_000)
    expect(seen[0]).toBeLessThanOrEqual(performance.now() + 50_000)
    const short = envelope('x', 20_000)
    await withTimeout(sink, 50_000).write(short)
    expect(seen[1]).toBe(short.deadline)
  })
})

describe('split', () => {
  /** Takes at most so many characters. */
  const narrow = (most: number, refuse: (text: string) => Error | null = () => null) => {
    const texts: string[] = []
    const sink: Sink = {
      name: 'narrow',
      async write({ payload }) {
        const text = Buffer.from(payload).toString()
        if (text.length > most) throw new LogveilError('PAYLOAD_INVALID', 'too much', { cause: tooLarge })
        const refused = refuse(text)
        if (refused !== null) throw refused
        texts.push(text)
        return full
      },
      close: async () => {}
    }
    return { sink, texts }
  }
  const split = (one: Envelope): readonly [Envelope, Envelope] | null => {
    const { payload } = one
    if (payload.length < 2) return null
    const half = payload.length / 2
    return [
      { ...one, payload: payload.subarray(0, half) },
      { ...one, payload: payload.subarray(half) }
    ]
  }

  test('by halves until they fit', async () => {
    const { sink, texts } = narrow(2)
    expect(await withSplit(sink, split).write(envelope())).toEqual(full)
    expect(texts).toEqual(['ab', 'cd', 'ef', 'gh'])
  })

  test('a record that is too large alone is rejected, the others arrive', async () => {
    const { sink, texts } = narrow(2, (text) =>
      text.includes('c') ? new LogveilError('PAYLOAD_INVALID', 'c is too much', { cause: tooLarge }) : null
    )
    expect(await withSplit(sink, split).write(envelope())).toEqual({ rejected: 1, message: 'c is too much' })
    expect(texts).toEqual(['ab', 'd', 'ef', 'gh'])
  })

  test('a half that fails fails the whole', async () => {
    const { sink } = narrow(4, (text) => (text.includes('e') ? later() : null))
    await expect(withSplit(sink, split).write(envelope())).rejects.toMatchObject({ retryable: true })
  })
})

describe('several downstreams', () => {
  test('each gets everything; success when all succeed', async () => {
    const [a, b] = [scripted('a', full), scripted('b', { rejected: 2, message: 'two' })]
    const all = toAll([a, b])
    expect([all.name, await all.write(envelope())]).toEqual(['a+b', { rejected: 2, message: 'two' }])
    expect([a.texts, b.texts]).toEqual([['abcdefgh'], ['abcdefgh']])
    await all.close()
    expect([a.closed, b.closed]).toEqual([1, 1])
  })

  test('a failure that can pass outweighs one that cannot', async () => {
    await expect(
      toAll([scripted('a', never), scripted('b', later()), scripted('c', full)]).write(envelope())
    ).rejects.toMatchObject({
      message: 'later'
    })
    await expect(toAll([scripted('a', full), scripted('b', never)]).write(envelope())).rejects.toBe(never)
  })
})
