import { setTimeout as sleep } from 'node:timers/promises'
import { expand } from '../../src/scan/template.ts'
import { createRandom } from '../../src/scan/template-random.ts'
import { main, type Running, start } from '../cli/spawn.ts'
import { type Broker, createTopic, freshName } from './broker.ts'

/** Numbered records through instances of the stage to which everything happens that can, and what a reader of committed records sees. */
export interface ChaosOptions {
  readonly records: number
  readonly partitions: number
  readonly instances: number
  /** `all`: kill -9, SIGTERM, frozen past its session and woken, the broker stopped and started. */
  readonly faults: 'all' | 'none'
  readonly sessionMs: number
  readonly seed: number
  readonly timeoutMs: number
  /** At least so long are records produced, so that something flows while things happen. */
  readonly produceMs: number
}

export interface ChaosResult {
  readonly missing: number
  readonly duplicates: number
  /** Records that came before one with a lower number of the same key. */
  readonly disordered: number
  /** Places where a planted secret was seen. */
  readonly leaks: readonly string[]
  readonly deadLetters: number
  readonly faults: Readonly<Record<string, number>>
  readonly seconds: number
}

const { text: secret } = expand('ghp_{{base62:30}}{{crc32-base62}}', 5)

export async function runChaos(broker: Omit<Broker, 'close'>, options: ChaosOptions): Promise<ChaosResult> {
  const { records, partitions, instances, sessionMs, seed, timeoutMs, produceMs } = options
  const [from, to, dead] = [
    await createTopic(broker, 'chaos-in', partitions),
    await createTopic(broker, 'chaos-out', partitions),
    await createTopic(broker, 'chaos-dead', 1)
  ]
  const begin = performance.now()
  const group = freshName('chaos')
  const random = createRandom(seed)
  const logs: Running[] = []
  let number = 0
  const launch = (): Running => {
    number++
    const args = ['--brokers', broker.address, '--in', from, '--out', to, '--group', group, '--dead-letters', dead]
    const times = ['--session-timeout-ms', String(sessionMs), '--transaction-timeout-ms', '10000']
    const running = start(process.execPath, [
      main,
      'kafka',
      ...args,
      ...times,
      '--transactional-id',
      `instance-${number}`
    ])
    logs.push(running)
    return running
  }
  const alive = Array.from({ length: instances }, launch)
  const judge = await startJudge(broker, to, records)
  const producing = fill(broker, from, records, partitions, produceMs)
  const counts: Record<string, number> = { kill: 0, term: 0, freeze: 0, broker: 0 }
  const end = begin + timeoutMs
  if (options.faults === 'all') {
    const faults = ['kill', 'freeze', 'term', 'freeze', ...(broker.own === null ? [] : ['broker'])]
    for (let i = 0; judge.unique() < records && performance.now() < end; i++) {
      await Promise.race([sleep(1000 + random.below(2000)), judge.done])
      if (judge.unique() >= records && i >= faults.length) break
      const fault = faults[i % faults.length]
      await inflict(fault, random.below(instances))
      counts[fault]++
    }
  }

  async function inflict(fault: string, index: number): Promise<void> {
    const { child, ended } = alive[index]
    if (fault === 'broker') {
      await broker.own?.stop()
      await broker.own?.start()
    } else if (fault === 'freeze') {
      child.kill('SIGSTOP')
      await sleep(sessionMs + 3000)
      child.kill('SIGCONT')
    } else {
      child.kill(fault === 'kill' ? 'SIGKILL' : 'SIGTERM')
      await ended
      alive[index] = launch()
    }
  }

  await producing
  await Promise.race([judge.done, sleep(Math.max(0, end - performance.now()))])
  // What comes twice may come a moment later.
  await sleep(1500)
  for (const { child } of alive) child.kill('SIGTERM')
  await Promise.all(alive.map(({ ended }) => ended))
  const result = await judge.end()
  const seconds = (performance.now() - begin) / 1000
  const texts = await Promise.all(logs.map(({ ended }) => ended))
  const leaks = texts.flatMap(({ stdout, stderr }, i) =>
    (stdout + stderr).includes(secret) ? [`log of instance ${i + 1}`] : []
  )
  const deadLetters = await count(broker, dead)
  return { ...result, leaks: [...leaks, ...result.leaks], deadLetters, faults: counts, seconds }
}

/** Value `n=NUMBER`, in a hundredth of them with a secret; key `k` and one of 50, each in one partition. */
async function fill(
  { kafka }: Pick<Broker, 'kafka'>,
  topic: string,
  records: number,
  partitions: number,
  produceMs: number
): Promise<void> {
  const begin = performance.now()
  const producer = kafka.producer({
    allowAutoTopicCreation: false,
    idempotent: true,
    maxInFlightRequests: 1,
    retry: { retries: 100 }
  })
  await producer.connect()
  const size = 500
  for (let first = 0; first < records; first += size) {
    const messages = Array.from({ length: Math.min(size, records - first) }, (_, i) => {
      const n = first + i
      const key = n % 50
      const text = n % 100 === 0 ? `token=${secret}` : 'GET /orders/17 200 12 ms user=ada region=eu-west-1'
      return { key: `k${key}`, partition: key % partitions, value: `n=${n} ${text}` }
    })
    await producer.send({ topic, messages, acks: -1 })
    await sleep(begin + (first / records) * produceMs - performance.now())
  }
  await producer.disconnect()
}

async function startJudge({ kafka }: Pick<Broker, 'kafka'>, topic: string, records: number) {
  const seen = new Uint8Array(records)
  const last = new Map<string, number>()
  let unique = 0
  let duplicates = 0
  let disordered = 0
  const leaks = new Set<string>()
  const done = Promise.withResolvers<void>()
  const consumer = kafka.consumer({
    groupId: freshName('judge'),
    readUncommitted: false,
    maxWaitTimeInMs: 100,
    sessionTimeout: 60_000,
    retry: { retries: 100, restartOnFailure: async () => true }
  })
  /** A judge that starts over reads nothing twice. */
  const offsets = new Map<number, bigint>()
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch: { partition, messages }, resolveOffset, heartbeat }) => {
      for (const { offset, key, value } of messages) {
        if (BigInt(offset) > (offsets.get(partition) ?? -1n)) {
          offsets.set(partition, BigInt(offset))
          judge(String(key), String(value))
        }
        resolveOffset(offset)
      }
      await heartbeat()
      if (unique >= records) done.resolve()
    }
  })

  function judge(key: string, value: string): void {
    const number = Number(/^n=(\d+)/.exec(value)?.[1])
    if (value.includes(secret)) leaks.add('topic')
    if (seen[number] === 1) duplicates++
    else unique++
    seen[number] = 1
    if (number < (last.get(key) ?? -1)) disordered++
    last.set(key, number)
  }

  return {
    unique: () => unique,
    done: done.promise,
    async end() {
      await consumer.disconnect()
      return { missing: records - unique, duplicates, disordered, leaks: [...leaks] }
    }
  }
}

async function count({ admin }: Pick<Broker, 'admin'>, topic: string): Promise<number> {
  const offsets = await admin.fetchTopicOffsets(topic)
  return offsets.reduce((sum, { high }) => sum + Number(high), 0)
}
