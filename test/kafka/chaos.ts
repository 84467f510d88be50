import { setTimeout as sleep } from 'node:timers/promises'
import { expand } from '../../src/scan/template.ts'
import { createRandom } from '../../src/scan/template-random.ts'
import { type Daemon, startCommand } from '../e2e/daemon.ts'
import { type Broker, createTopic, freshName, readTopic } from './broker.ts'

/** Numbered records through instances of the stage to which everything happens that can, and what a reader of committed records sees. */
export interface ChaosOptions {
  readonly client: string
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
  /** Places where a planted secret was seen: topics, logs, metrics. */
  readonly leaks: readonly string[]
  /** What is more or less in these topics than it should be. */
  readonly deadLetters: number
  readonly findings: number
  /** Texts of metrics that were looked through. */
  readonly metrics: number
  readonly faults: Readonly<Record<string, number>>
  readonly seconds: number
}

const { text: secret } = expand('ghp_{{base62:30}}{{crc32-base62}}', 5)

/** One in so many records holds a secret in its value, one in a header, and as many more than the numbered ones in their key. */
const every = 100

export async function runChaos(broker: Omit<Broker, 'close'>, options: ChaosOptions): Promise<ChaosResult> {
  const { records, partitions, instances, sessionMs, seed, timeoutMs, produceMs } = options
  const [from, to, dead, found] = [
    await createTopic(broker, 'chaos-in', partitions),
    await createTopic(broker, 'chaos-out', partitions),
    await createTopic(broker, 'chaos-dead', 1),
    await createTopic(broker, 'chaos-found', 1)
  ]
  const begin = performance.now()
  const group = freshName('chaos')
  const random = createRandom(seed)
  const logs: Daemon[] = []
  const leaks = new Set<string>()
  const launch = async (_: unknown, index: number): Promise<Daemon> => {
    const topics = ['--in', from, '--out', to, '--dead-letters', dead, '--findings', found]
    const times = ['--session-timeout-ms', String(sessionMs), '--transaction-timeout-ms', '10000']
    const names = ['--client', options.client, '--group', group, '--transactional-id', `instance-${index}`]
    const args = ['--brokers', broker.address, ...topics, ...names, ...times, '--admin', '127.0.0.1:0']
    const daemon = await startCommand(['kafka', ...args])
    logs.push(daemon)
    return daemon
  }
  const alive = await Promise.all(Array.from({ length: instances }, launch))
  const judge = await startJudge(broker, to, records)
  const producing = fill(broker, from, records, partitions, produceMs)
  const counts: Record<string, number> = { kill: 0, term: 0, freeze: 0, broker: 0 }
  const end = begin + timeoutMs
  let metrics = 0
  const looking = setInterval(() => void look(), 2000)
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
      alive[index] = await launch(null, index)
    }
  }

  async function look(): Promise<void> {
    await Promise.all(
      alive.map(async ({ admin }) => {
        // One that is frozen or ended does not answer.
        const signal = AbortSignal.timeout(1500)
        const text = await fetch(`${admin}/metrics`, { signal }).then(
          (response) => response.text(),
          () => ''
        )
        if (text.includes('logveil_kafka_')) metrics++
        if (text.includes(secret)) leaks.add('metrics')
      })
    )
  }

  await producing
  await Promise.race([judge.done, sleep(Math.max(0, end - performance.now()))])
  // What comes twice may come a moment later.
  await sleep(1500)
  clearInterval(looking)
  await look()
  const seen = await judge.end()
  const [letters, findings] = [await rest(dead, records / every), await rest(found, (records / every) * 3)]
  for (const { child } of alive) child.kill('SIGTERM')
  const texts = await Promise.all(logs.map(({ ended }) => ended))
  for (const { stdout, stderr } of texts) if ((stdout + stderr).includes(secret)) leaks.add('log')
  for (const place of seen.leaks) leaks.add(place)
  const seconds = (performance.now() - begin) / 1000
  return { ...seen, leaks: [...leaks], deadLetters: letters, findings, metrics, faults: counts, seconds }

  /** How many records more than expected are in a topic. */
  async function rest(topic: string, expected: number): Promise<number> {
    const read = await readTopic(broker, topic, (all) => all.length >= expected)
    if (read.some(({ key, value }) => `${key} ${value}`.includes(secret))) leaks.add(topic)
    return read.length - expected
  }
}

/** Value `n=NUMBER`; key `k` and one of 50, each in one partition. */
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
      const text = n % every === 0 ? `token=${secret}` : 'GET /orders/17 200 12 ms user=ada region=eu-west-1'
      const headers = n % every === 1 ? { authorization: `Bearer ${secret}` } : {}
      return { key: `k${key}`, partition: key % partitions, value: `n=${n} ${text}`, headers }
    })
    const poison = messages
      .filter((_, i) => (first + i) % every === 2)
      .map(({ partition }) => ({ key: secret, partition, value: 'without a number', headers: {} }))
    await producer.send({ topic, messages: [...messages, ...poison], acks: -1 })
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
      for (const { offset, key, value, headers } of messages) {
        if (BigInt(offset) > (offsets.get(partition) ?? -1n)) {
          offsets.set(partition, BigInt(offset))
          judge(String(key), String(value), String(headers?.authorization))
        }
        resolveOffset(offset)
      }
      await heartbeat()
      if (unique >= records) done.resolve()
    }
  })

  function judge(key: string, value: string, header: string): void {
    const number = Number(/^n=(\d+)/.exec(value)?.[1])
    if (`${key} ${value} ${header}`.includes(secret)) leaks.add('topic')
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
