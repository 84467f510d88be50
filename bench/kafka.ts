// Consume, redact, produce, against the same client's bare loop: node bench/kafka.ts [--client kafkajs|confluent] [--rounds N] [--megabytes N]
// [--sizes N,...]. Starts a broker of its own, on the same cores. Counts what comes out.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type Broker, createTopic, freshName, openBroker } from '../test/kafka/broker.ts'
import { loadCorpus } from './corpus.ts'

const { values } = parseArgs({
  options: {
    client: { type: 'string', default: 'kafkajs' },
    rounds: { type: 'string', default: '3' },
    megabytes: { type: 'string', default: '40' },
    sizes: { type: 'string', default: '200,1024,16384' }
  }
})
const partitions = 4
const main = fileURLToPath(new URL('../bin/logveil.mjs', import.meta.url))
const bare = fileURLToPath(
  new URL(values.client === 'kafkajs' ? './kafka-bare.ts' : './kafka-bare-confluent.ts', import.meta.url)
)

const opened = await openBroker()
if (typeof opened === 'string') throw new Error(opened)
const broker = opened
const rows = new Map<string, number[]>()
try {
  for (const size of values.sizes.split(',').map(Number)) {
    const count = Math.ceil((Number(values.megabytes) * 1e6) / size)
    const from = await fill(broker, size, count)
    for (let round = 0; round < Number(values.rounds); round++) {
      for (const mode of ['at least once', 'exactly once']) {
        const reference = await measure(count, (to) => [bare, mode, broker.address, from, to, freshName('g')])
        const own = await measure(count, (to) => [
          main,
          'kafka',
          ...['--client', values.client],
          ...['--brokers', broker.address, '--in', from, '--out', to, '--group', freshName('g')],
          ...(mode === 'exactly once' ? ['--transactional-id', 'bench'] : [])
        ])
        note(`${size} B, ${mode}`, [
          (count * size) / 1e6 / own,
          (count * size) / 1e6 / reference,
          count / own,
          reference / own
        ])
      }
    }
  }
} finally {
  await broker.close()
}
console.log('records, mode: MB/s, MB/s of the bare loop, records/s, part of the bare loop (medians)')
for (const name of new Set([...rows.keys()].map((key) => key.split('#')[0]))) {
  const medians = [0, 1, 2, 3].map((i) => {
    const all = (rows.get(`${name}#${i}`) as number[]).toSorted((a, b) => a - b)
    return all[all.length >> 1]
  })
  console.log(
    `${name.padEnd(24)} ${medians.map((value, i) => value.toFixed(i === 3 ? 2 : i === 2 ? 0 : 1).padStart(9)).join('')}`
  )
}

function note(name: string, figures: readonly number[]): void {
  figures.forEach((value, i) => {
    const key = `${name}#${i}`
    rows.set(key, [...(rows.get(key) ?? []), value])
  })
}

async function fill({ kafka }: Broker, size: number, count: number): Promise<string> {
  const topic = await createTopic(broker, 'bench-in', partitions)
  const { bytes } = loadCorpus(32e6)
  const producer = kafka.producer({ allowAutoTopicCreation: false })
  await producer.connect()
  const batch = Math.max(1, Math.floor(500_000 / size))
  for (let sent = 0; sent < count; sent += batch) {
    const messages = Array.from({ length: Math.min(batch, count - sent) }, (_, i) => {
      const at = ((sent + i) * size) % (bytes.length - size)
      return {
        value: bytes.subarray(at, at + size),
        key: `k${(sent + i) % 1000}`,
        partition: (sent / batch) % partitions
      }
    })
    await producer.send({ topic, messages })
  }
  await producer.disconnect()
  return topic
}

/** Seconds from the first record that comes out to the last. */
async function measure(count: number, command: (to: string) => string[]): Promise<number> {
  const to = await createTopic(broker, 'bench-out', partitions)
  const child = spawn(process.execPath, command(to), { stdio: 'ignore' })
  let first = 0
  for (;;) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}: ${command(to).join(' ')}`)
    const out = await lengthOf(to).catch(() => 0)
    if (out > 0 && first === 0) first = performance.now()
    // Markers of transactions count, too: a few for each partition.
    if (out >= count) break
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const seconds = (performance.now() - first) / 1000
  child.kill('SIGTERM')
  await new Promise((resolve) => child.once('exit', resolve))
  return seconds
}

/** Rejects while the broker does not know yet who leads a fresh topic. */
async function lengthOf(topic: string): Promise<number> {
  return (await broker.admin.fetchTopicOffsets(topic)).reduce((sum, { high }) => sum + Number(high), 0)
}
