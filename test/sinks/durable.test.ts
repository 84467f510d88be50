import { readFileSync, statSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import { LogveilError } from '../../src/errors.ts'
import type { Envelope, Receipt, Sink } from '../../src/model.ts'
import { refusesAll } from '../../src/otlp/status.ts'
import { createDeadLetters } from '../../src/sinks/durable/dead-letters.ts'
import { nodeFiles } from '../../src/sinks/durable/files.ts'
import { createDurableSink, type DurableOptions } from '../../src/sinks/durable.ts'
import { temporaryDirectory } from '../cli/spawn.ts'
import { createFailingFiles } from './durable/failing-files.ts'
import { batch, openToy } from './durable/toy-queue.ts'

const { path, remove } = temporaryDirectory()
afterAll(remove)
let count = 0
const fresh = () => path(`queue-${count++}`)
const full: Receipt = { rejected: 0, message: '' }
const later = new LogveilError('DELIVERY_FAILED', 'later', { retryable: true })
const never = new LogveilError('PAYLOAD_INVALID', 'never')
const shut = new LogveilError('DELIVERY_FAILED', 'shut', { cause: refusesAll })

/** A durable sink in front of one that does as it is told, with all that it told. */
async function start(
  directory: string,
  write: (text: string, envelope: Envelope) => Promise<Receipt>,
  more: Partial<DurableOptions> = {}
) {
  const told: string[] = []
  const sink: Sink = {
    name: 'backend',
    write: (envelope) => write(Buffer.from(envelope.payload).toString(), envelope),
    async close() {
      told.push('closed')
    }
  }
  const queue = await openToy(directory)
  const durable = createDurableSink({
    queue,
    sink,
    deadLetters: createDeadLetters(nodeFiles, `${directory}/dead-letters.jsonl`, 1 << 20),
    inFlight: 1,
    initialMs: 1,
    maxMs: 4,
    drainMs: 5000,
    events: {
      delivered: ({ rejected }) => void told.push(`delivered${rejected > 0 ? ` but ${rejected}` : ''}`),
      rejected: (message, kept) => void told.push(`rejected: ${message}, ${kept ? 'kept' : 'dropped'}`),
      failed: (message) => void told.push(`failed: ${message}`)
    },
    ...more
  })
  return { durable, told, queue }
}

async function until(condition: () => boolean): Promise<void> {
  await expect.poll(condition).toBe(true)
}

test('answers when it is on the disk, whatever the sink does; delivers when that works again, in order', async () => {
  const texts: string[] = []
  let works = false
  const { durable, told } = await start(fresh(), async (text) => {
    if (!works) throw later
    texts.push(text)
    return full
  })
  for (const text of ['a', 'b', 'c']) expect(await durable.write(batch(text))).toEqual(full)
  await until(() => told.length > 3)
  works = true
  await until(() => texts.length === 3)
  expect(texts).toEqual(['a', 'b', 'c'])
  await durable.close()
  expect(new Set(told)).toEqual(new Set(['failed: later', 'delivered', 'closed']))
})

test('the sink is handed what it would have been without the disk', async () => {
  const seen: Envelope[] = []
  const { durable } = await start(fresh(), async (_, envelope) => {
    seen.push(envelope)
    return full
  })
  const gzipped = (text: string) => ({ encoding: 'gzip' as const, bytes: gzipSync(text) })
  const batches = [
    batch('a', { format: 'otlp-json', signal: 'traces' }),
    batch('b', { signal: 'metrics', encoded: gzipped('b') }),
    batch('lines', { format: 'lines', signal: null, deadline: 5, stream: 'file' })
  ]
  for (const one of batches) await durable.write(one)
  await durable.close()
  const asStored = batches.map((one) => ({ ...one, deadline: Number.POSITIVE_INFINITY, stream: null }))
  expect(seen).toEqual(asStored)
})

describe('what is refused for good', () => {
  test('is kept as a dead letter, told, and those behind it go on', async () => {
    const directory = fresh()
    const texts: string[] = []
    const { durable, told } = await start(directory, async (text) => {
      if (text === 'bad') throw never
      if (text === 'bug') throw new TypeError(text)
      texts.push(text)
      return text === 'part' ? { rejected: 2, message: 'two' } : full
    })
    for (const text of ['a', 'bad', 'bug', 'part', 'b']) await durable.write(batch(text))
    await durable.close()
    expect(texts).toEqual(['a', 'part', 'b'])
    expect(told).toEqual([
      'delivered',
      'rejected: never, kept',
      'rejected: a bug in logveil, kept',
      'delivered but 2',
      'delivered',
      'closed'
    ])
    const file = `${directory}/dead-letters.jsonl`
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
    const rest = { stored: time, refused: time, signal: 'logs', format: 'otlp-proto', encoding: 'identity' }
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { ...rest, reason: 'never', body: Buffer.from('bad').toString('base64') },
      { ...rest, reason: 'a bug in logveil', body: Buffer.from('bug').toString('base64') }
    ])
  })

  test('is dropped, and counted as that, where there is no room', async () => {
    const directory = fresh()
    const files = createFailingFiles()
    for (const [maxBytes, kept] of [
      [0, 0],
      [200, 1],
      [100_000, 2]
    ]) {
      const file = path(`dead-${maxBytes}.jsonl`)
      const deadLetters = createDeadLetters(files, file, maxBytes)
      const { durable, told } = await start(directory, () => Promise.reject(never), { deadLetters })
      await durable.write(batch('a'))
      await durable.write(batch('b'))
      await durable.close()
      expect(told).toEqual([0, 1].map((i) => `rejected: never, ${i < kept ? 'kept' : 'dropped'}`).concat('closed'))
    }
  })

  test('whatever it is (a wrong token, a wrong URL) waits until somebody has put it right', async () => {
    let right = false
    const { durable, told } = await start(fresh(), async () => {
      if (!right) throw shut
      return full
    })
    await durable.write(batch('a'))
    await until(() => told.length >= 3)
    right = true
    await until(() => told.includes('delivered'))
    await durable.close()
    expect(new Set(told)).toEqual(new Set(['failed: shut', 'delivered', 'closed']))
  })
})

test('several under way: all arrive, and the cursor passes none that has not', async () => {
  const directory = fresh()
  const underWay = new Map<string, (receipt: Receipt) => void>()
  const { durable, queue } = await start(directory, (text) => new Promise((resolve) => underWay.set(text, resolve)), {
    inFlight: 3,
    drainMs: 20
  })
  for (const text of ['a', 'b', 'c', 'd']) await durable.write(batch(text))
  await until(() => underWay.size === 3)
  underWay.get('c')?.(full)
  underWay.get('b')?.(full)
  await until(() => underWay.size === 4)
  expect(queue.state().batches).toBe(4)
  underWay.get('a')?.(full)
  await until(() => queue.state().batches === 1)
  await durable.close()
  const texts: string[] = []
  const again = await start(directory, async (text) => {
    texts.push(text)
    return full
  })
  await again.durable.close()
  expect(texts).toEqual(['d'])
})

describe('the end', () => {
  test('delivers what waits, as long as the sink takes it', async () => {
    const texts: string[] = []
    const { durable } = await start(fresh(), async (text) => {
      await new Promise((resolve) => setTimeout(resolve, 5))
      texts.push(text)
      return full
    })
    for (const text of ['a', 'b', 'c']) await durable.write(batch(text))
    await Promise.all([durable.close(), durable.close()])
    expect(texts).toEqual(['a', 'b', 'c'])
  })

  test.each([
    ['fails', () => Promise.reject(later)],
    ['hangs', () => new Promise<Receipt>(() => {})]
  ])('does not wait for a sink that %s: what is left comes with the next start', async (_, write) => {
    const directory = fresh()
    const first = await start(directory, write, { initialMs: 60_000, maxMs: 60_000, drainMs: 30 })
    for (const text of ['a', 'b']) await first.durable.write(batch(text))
    await first.durable.close()
    expect(first.queue.state().batches).toBe(2)
    const texts: string[] = []
    const second = await start(directory, async (text) => {
      texts.push(text)
      return full
    })
    await second.durable.close()
    expect(texts).toEqual(['a', 'b'])
  })

  test('what arrives when nobody waits any more arrives again', async () => {
    const directory = fresh()
    const arrives = Promise.withResolvers<Receipt>()
    const first = await start(directory, () => arrives.promise, { drainMs: 10 })
    await first.durable.write(batch('a'))
    await first.durable.close()
    arrives.resolve(full)
    await arrives.promise
    expect(first.told).toEqual(['closed'])
    const texts: string[] = []
    const second = await start(directory, async (text) => {
      texts.push(text)
      return full
    })
    await second.durable.close()
    expect(texts).toEqual(['a'])
  })
})
