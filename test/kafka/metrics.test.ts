// What the metrics tell of a stage: lag, rebalances, fences, aborts, and how long the oldest record waits.

import { expect, test } from 'vitest'
import { expand } from '../../src/scan/template.ts'
import type { Daemon } from '../e2e/daemon.ts'
import { clients, createTopic, freshName, produce, readTopic, requireClient, useBroker } from './broker.ts'
import { count, texts, useStage } from './stage.ts'

const { text: secret } = expand('ghp_{{base62:30}}{{crc32-base62}}', 5)
const broker = useBroker()
const stage = useStage(broker)

/** Resolves when the metric, with its labels, passes. */
async function metric({ admin }: Daemon, name: string, passes: (value: number) => boolean): Promise<void> {
  const value = async () => {
    const text = await (await fetch(`${admin}/metrics`)).text()
    const line = text.split('\n').find((one) => one.startsWith(`logveil_${name} `))
    return line === undefined ? name : Number(line.split(' ')[1])
  }
  await expect.poll(value, { interval: 100 }).toSatisfy((found) => typeof found === 'number' && passes(found))
}

test.for(clients)(
  '%s: a partition that waits: its oldest record grows older, its lag stays',
  async (client, { skip }) => {
    requireClient(client, skip)
    const [from, to] = [await createTopic(broker, 'in', 2), await createTopic(broker, 'out', 2)]
    await produce(broker, from, [
      { partition: 0, value: 'goes' },
      { partition: 1, key: secret, value: 'waits' }
    ])
    const daemon = await stage(from, to, ['--client', client, '--transactional-id', freshName('id')])
    expect(texts(await readTopic(broker, to, count(1)))).toEqual(['goes'])
    await metric(
      daemon,
      'kafka_oldest_unacknowledged_seconds{pipeline="kafka"}',
      (seconds) => seconds > 2 && seconds < 60
    )
    await metric(
      daemon,
      `kafka_lag_records{pipeline="kafka",topic="${from}",partition="0"}`,
      (records) => records === 0
    )
    await metric(daemon, 'kafka_rebalances_total{pipeline="kafka"}', (times) => times >= 1)
  }
)

test.for(clients)('%s: whoever takes its transactions over fences it', async (client, { skip }) => {
  requireClient(client, skip)
  const [from, to] = [await createTopic(broker, 'in', 1), await createTopic(broker, 'out', 1)]
  const [group, id] = [freshName('group'), freshName('id')]
  await produce(broker, from, [{ value: 'one' }])
  const daemon = await stage(from, to, ['--client', client, '--group', group, '--transactional-id', id])
  await readTopic(broker, to, count(1))
  const transactionalId = client === 'kafkajs' ? `${group}.${from}.0` : `${group}.${id}`
  const other = broker.kafka.producer({ transactionalId, idempotent: true, maxInFlightRequests: 1 })
  await other.connect()
  await (await other.transaction()).abort()
  await produce(broker, from, [{ value: 'two' }])
  await metric(daemon, 'kafka_fenced_total{pipeline="kafka"}', (times) => times === 1)
  // It begins again, and what it had begun comes once.
  expect(texts(await readTopic(broker, to, count(2)))).toEqual(['one', 'two'])
  await other.disconnect()
})

test.for(clients)('%s: a transaction that fails is told, and its records come again', async (client, { skip }) => {
  requireClient(client, skip)
  const [from, to] = [await createTopic(broker, 'in', 1), await createTopic(broker, 'out', 1)]
  const times = ['--transaction-timeout-ms', '3000']
  const daemon = await stage(from, to, ['--client', client, '--transactional-id', freshName('id'), ...times])
  await broker.admin.deleteTopics({ topics: [to] })
  await produce(broker, from, [{ value: 'one' }])
  const { reason } = await daemon.logged('a transaction failed: its records are read again')
  await metric(daemon, `kafka_aborted_total{pipeline="kafka",reason="${reason}"}`, (times) => times >= 1)
  await broker.admin.createTopics({ topics: [{ topic: to, numPartitions: 1 }], waitForLeaders: false })
  expect(texts(await readTopic(broker, to, count(1)))).toEqual(['one'])
})
