// What is asked of a client of Kafka, of each of them, against a real broker.
import { mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadRdkafka } from '../../src/kafka/confluent-package.ts'
import { compressionTypes } from '../../src/kafka/kafkajs-codecs.ts'
import { type Compression, type KafkaEvent, refused, tooLarge } from '../../src/kafka/port.ts'
import { start, temporaryDirectory } from '../cli/spawn.ts'
import { clients, createTopic, freshName, produce, readTopic, requireClient, useBroker } from './broker.ts'
import { type Copying, type CopyOptions, copy, openClient, optionsOf, outputsOf } from './open-client.ts'

const broker = useBroker()
const instance = fileURLToPath(new URL('./port-instance.ts', import.meta.url))
const { path, remove } = temporaryDirectory()
afterAll(remove)

const running: Copying[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()))
})

describe.each(clients)('%s', (name) => {
  beforeEach(({ skip }) => requireClient(name, skip))

  function begin(options: Partial<CopyOptions> & Pick<CopyOptions, 'topics' | 'to'>): Copying {
    const one = copy(name, { brokers: [broker.address], group: freshName('group'), ...options })
    running.push(one)
    return one
  }

  async function topics(partitions: number): Promise<[from: string, to: string]> {
    return [await createTopic(broker, 'in', partitions), await createTopic(broker, 'out', partitions)]
  }

  const texts = async (topic: string, count: number) =>
    (await readTopic(broker, topic, (read) => read.length >= count)).map(({ value }) => value?.toString() ?? null)

  test.each([true, false])(
    'keys, tombstones, headers, timestamps and partitions are what they were (exactly once: %s)',
    async (exactlyOnce) => {
      const [from, to] = await topics(2)
      const headers = { first: ['1', '3'], second: Buffer.from([0, 255]), empty: '' }
      await produce(broker, from, [
        { partition: 1, key: null, value: '', timestamp: '1700000000001' },
        { partition: 1, key: '', value: null, timestamp: '1700000000002' },
        { partition: 1, key: 'k', value: 'v', headers, timestamp: '1600000000003' }
      ])
      const one = begin({ topics: [from], to, exactlyOnce })
      const records = [
        { key: null, value: Buffer.alloc(0), headers: [], timestamp: '1700000000001' },
        { key: Buffer.alloc(0), value: null, headers: [], timestamp: '1700000000002' },
        {
          key: Buffer.from('k'),
          value: Buffer.from('v'),
          headers: [
            ['first', Buffer.from('1')],
            ['first', Buffer.from('3')],
            ['second', Buffer.from([0, 255])],
            ['empty', Buffer.alloc(0)]
          ],
          timestamp: '1600000000003'
        }
      ]
      await one.until(() => one.values(1).length === 3)
      expect(one.batches.flatMap((batch) => batch.records.map(({ offset: _, ...record }) => record))).toEqual(records)
      // What it wrote, it reads as the same.
      const again = begin({ topics: [to], to: await createTopic(broker, 'again', 2) })
      await again.until(() => again.values(1).length === 3)
      expect(again.batches.flatMap((batch) => batch.records.map(({ offset: _, ...record }) => record))).toEqual(records)
    }
  )

  test('headers of different names come in order, or grouped by name', async () => {
    const [from, to] = await topics(1)
    await produce(broker, from, [{ value: 'any' }])
    const written = (['a', 'b', 'a'] as const).map((header, i) => [header, Buffer.from(String(i))] as const)
    const one = begin({
      topics: [from],
      to: await createTopic(broker, 'other', 1),
      async before(batch, commit) {
        await commit([{ ...outputsOf(batch, to)[0], headers: written }], 0n)
      }
    })
    const two = begin({ topics: [to], to: await createTopic(broker, 'again', 1) })
    await two.until(() => two.batches.length > 0)
    await one.stop()
    expect(two.batches[0].records[0].headers.map(([header, value]) => `${header}${value}`)).toEqual(
      name === 'kafkajs' ? ['a0', 'a2', 'b1'] : ['a0', 'b1', 'a2']
    )
  })

  test.for(Object.entries(compressionTypes))('reads and writes %s', async ([codec, type], { skip }) => {
    if (name === 'confluent' && codec !== 'none' && !loadRdkafka().features.includes(codec))
      return skip(`the client confluent was built without ${codec} on this machine`)
    const [from, to] = await topics(1)
    const values = Array.from({ length: 20 }, (_, i) => `line ${i} ${'x'.repeat(100)}`)
    await produce(
      broker,
      from,
      values.map((value) => ({ value })),
      type
    )
    begin({ topics: [from], to, compression: codec as Compression })
    expect(await texts(to, 20)).toEqual(values)
  })

  test('records of aborted transactions do not come, whatever else was written meanwhile', async () => {
    const [from, to] = await topics(1)
    const group = freshName('group')
    const [a, b] = await Promise.all([beginTransaction(), beginTransaction()])
    await a.send('before')
    await b.send('before')
    // Where the group goes on: behind the beginning of both.
    await b.send('gone, before a')
    // The key of one looks like that of the record that ends a transaction.
    await a.send('gone', Buffer.alloc(4))
    await a.send('gone, behind it')
    await a.end('abort')
    await b.end('abort')
    const between = await beginTransaction()
    await between.send('kept')
    await between.end('commit')
    const [c, d] = await Promise.all([beginTransaction(), beginTransaction()])
    await c.send('gone, and ends last')
    await d.send('gone, and ends first')
    await d.end('abort')
    await c.end('abort')
    const last = await beginTransaction()
    await last.send('kept, too', Buffer.alloc(4))
    await last.end('commit')
    await broker.admin.setOffsets({ groupId: group, topic: from, partitions: [{ partition: 0, offset: '2' }] })
    const one = begin({ topics: [from], to, group })
    await one.until(() => one.values().includes('kept, too'))
    expect(one.values()).toEqual(['kept', 'kept, too'])

    async function beginTransaction() {
      const producer = broker.kafka.producer({
        transactionalId: freshName('writer'),
        maxInFlightRequests: 1,
        idempotent: true
      })
      await producer.connect()
      const transaction = await producer.transaction()
      return {
        send: (value: string, key: Buffer | null = null) =>
          transaction.send({ topic: from, messages: [{ key, value, partition: 0 }] }),
        async end(how: 'abort' | 'commit') {
          await transaction[how]()
          await producer.disconnect()
        }
      }
    }
  })

  test('what fails comes again from where it failed, after a pause, while others go on; then in order', async () => {
    const [from, to] = await topics(2)
    let fail = true
    const one = begin({
      topics: [from],
      to,
      maxBatchBytes: 2,
      before({ partition, records }) {
        if (partition === 0 && fail && String(records[0].value) === 'c') throw new Error('not yet')
      }
    })
    await produce(
      broker,
      from,
      ['a', 'b', 'c', 'd'].flatMap((value) => [0, 1].map((partition) => ({ partition, value })))
    )
    await one.until(() => one.values(1).length === 4 && one.values(0).length === 2)
    await produce(broker, from, [{ partition: 1, value: 'e' }])
    await one.until(() => one.values(1).length === 5)
    expect(one.values(0)).toEqual(['a', 'b'])
    fail = false
    await one.until(() => one.values(0).length === 4)
    expect(one.values(0)).toEqual(['a', 'b', 'c', 'd'])
    expect((await texts(to, 9)).sort()).toEqual(['a', 'a', 'b', 'b', 'c', 'c', 'd', 'd', 'e'])
  })

  test.each([true, false])(
    'whoever comes later begins where the last one ended (exactly once: %s)',
    async (exactly) => {
      const [from, to] = await topics(1)
      const group = freshName('group')
      await produce(broker, from, [{ value: 'one' }])
      const first = begin({ topics: [from], to, group, exactlyOnce: exactly })
      await first.until(() => first.values().length === 1)
      await first.stop()
      await produce(broker, from, [{ value: 'two' }])
      const second = begin({ topics: [from], to, group, exactlyOnce: exactly })
      await second.until(() => second.values().length === 1)
      expect(second.values()).toEqual(['two'])
    }
  )

  test('a second instance takes partitions over: what is begun is committed first, each record once', async () => {
    const [from, to] = await topics(4)
    const group = freshName('group')
    let count = 0
    const more = async () => {
      const numbers = Array.from({ length: 400 }, (_, i) => ({ partition: i % 4, value: String(count + i) }))
      await produce(broker, from, numbers)
      count += numbers.length
    }
    const before = () => new Promise<void>((resolve) => setTimeout(resolve, 100))
    const one = begin({ topics: [from], to, group, before, maxBatchBytes: 20 })
    await more()
    await one.until(() => one.batches.length > 4)
    const two = begin({ topics: [from], to, group, before, maxBatchBytes: 20 })
    // However long it takes until the second one has a part, there is something for it.
    const done = () => one.values().length + two.values().length
    while (two.values().length === 0) {
      if (count - done() < 200) await more()
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    await one.until(() => done() >= count)
    const all = await texts(to, count)
    expect(all.map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i))
    const parts = (await readTopic(broker, to, (read) => read.length >= count)).filter(
      ({ partition }) => partition === 0
    )
    expect(parts.map(({ value }) => Number(value))).toEqual(parts.map((_, i) => 4 * i))
  })

  test('an instance that was frozen and has lost its partition commits nothing', async () => {
    const [from, to] = await topics(1)
    const group = freshName('group')
    await produce(broker, from, [{ value: 'hold' }])
    const frozen = start(process.execPath, [instance, name, broker.address, from, to, group])
    const says = async (...words: string[]) => {
      await expect.poll(frozen.stdout).toMatch(new RegExp(`^(${words.join('|')})$`, 'm'))
    }
    await says('holds')
    frozen.child.kill('SIGSTOP')
    const two = begin({ topics: [from], to, group })
    await two.until(() => two.values().length === 1)
    frozen.child.kill('SIGCONT')
    frozen.child.stdin.write('go on\n')
    await says('rejected', 'committed')
    frozen.child.kill('SIGKILL')
    await frozen.ended
    expect(frozen.stdout()).toContain('rejected')
    await produce(broker, from, [{ value: 'behind' }])
    expect(await texts(to, 2)).toEqual(['hold', 'behind'])
  })

  test.each([true, false])(
    'a record that a topic does not take is told from other failures, and nothing is written (exactly once: %s)',
    async (exactlyOnce) => {
      const [from, to] = await topics(1)
      const small = await createTopic(broker, 'small', 1, { 'max.message.bytes': '5000' })
      const compact = await createTopic(broker, 'compact', 1, { 'cleanup.policy': 'compact' })
      await produce(broker, from, [{ value: 'any' }])
      const causes: unknown[] = []
      const note = ({ cause }: Error) => void causes.push(cause)
      const one = begin({
        topics: [from],
        to,
        exactlyOnce,
        async before(batch, commit) {
          const [output] = outputsOf(batch, small)
          await commit([{ ...output, value: Buffer.alloc(9000) }], 1n).catch(note)
          await commit([{ ...output, topic: compact }], 1n).catch(note)
        }
      })
      await one.until(() => one.values().length === 1)
      expect(causes).toEqual([tooLarge, refused])
      expect(await texts(to, 1)).toEqual(['any'])
    }
  )

  test('topics by pattern; lag and how many partitions it has are told', async () => {
    const prefix = freshName('pattern')
    const [a, b, to] = await Promise.all(
      [`${prefix}-a`, `${prefix}-b`, 'out'].map((topic) => createTopic(broker, topic, 1))
    )
    for (const topic of [a, b]) await produce(broker, topic, [{ value: topic }])
    const one = begin({ topics: [new RegExp(`^${prefix}-`)], to })
    await one.until(() => one.values().length === 2)
    expect(one.values().sort()).toEqual([a, b].sort())
    const of = (type: KafkaEvent['type']) => one.events.filter((event) => event.type === type)
    for (const topic of [a, b]) {
      await expect.poll(() => of('lag')).toContainEqual({ type: 'lag', topic, partition: 0, records: 0 })
    }
    expect(of('rebalanced').at(-1)).toEqual({ type: 'rebalanced', partitions: 2 })
  })

  test('how many partitions topics have; one that does not exist and a broker that does not answer are told apart', async () => {
    const [from, to] = await topics(3)
    const at = (brokers: string[]) =>
      openClient(
        name,
        optionsOf({ brokers, topics: [from], to, group: 'g' }, () => {})
      )
    expect(await at([broker.address]).partitionCounts([from, to])).toEqual(new Map([from, to].map((one) => [one, 3])))
    await expect(at([broker.address]).partitionCounts([from, 'nowhere'])).rejects.toMatchObject({
      code: 'INPUT_FAILED',
      retryable: false,
      message: expect.stringMatching(/one of the topics .*nowhere does not exist/)
    })
    await expect(at(['127.0.0.1:9']).partitionCounts([from])).rejects.toMatchObject({
      code: 'INPUT_FAILED',
      retryable: true
    })
  })
})

test('confluent: a static member that is back within its session keeps its partitions', async ({ skip }) => {
  requireClient('confluent', skip)
  const [from, to] = [await createTopic(broker, 'in', 4), await createTopic(broker, 'out', 4)]
  const group = freshName('group')
  const begin = (instanceId: string) => {
    const one = copy('confluent', {
      brokers: [broker.address],
      topics: [from],
      to,
      group,
      instanceId,
      clientId: instanceId,
      // It has to be back before that is over.
      sessionTimeoutMs: 60_000
    })
    running.push(one)
    return one
  }
  const shared = ({ events }: Copying) => events.filter(({ type }) => type === 'rebalanced')
  const [stays, goes] = [begin('stays'), begin('goes')]
  const two = { type: 'rebalanced', partitions: 2 }
  await stays.until(() => [stays, goes].every((one) => JSON.stringify(shared(one).at(-1)) === JSON.stringify(two)))
  const round = () =>
    produce(
      broker,
      from,
      [0, 1, 2, 3].map((partition) => ({ partition, value: String(partition) }))
    )
  // The group has settled when both have worked in it.
  await round()
  await stays.until(() => [stays, goes].every((one) => one.values().length === 2))
  const before = shared(stays).length
  await goes.stop()
  const back = begin('goes')
  await round()
  await stays.until(() => stays.values().length + back.values().length === 6)
  expect(shared(stays)).toHaveLength(before)
  expect([stays.values().length, back.values().length]).toEqual([4, 2])
})

test('without the package, or without its binary, the remedy is said', () => {
  const name = '@confluentinc/kafka-javascript'
  const loadFrom = (file: string) => () => loadRdkafka(createRequire(file))
  // No folder above this one holds packages.
  expect(loadFrom('/nowhere/at-all.js')).toThrow(
    `the client confluent is the package ${name}, and it is not installed: \`npm install ${name}\``
  )
  mkdirSync(path(`node_modules/${name}`), { recursive: true })
  writeFileSync(path(`node_modules/${name}/package.json`), '{"main":"index.js"}')
  writeFileSync(path(`node_modules/${name}/index.js`), "throw new Error('no binding')")
  expect(loadFrom(path('any.js'))).toThrow(/it has no binary for Node v[\d.]+ on [\w-]+: `npm rebuild @confluentinc/)
})
