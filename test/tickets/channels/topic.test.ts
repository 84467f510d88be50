// A topic on a real broker, through `kill -9`.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { CloudEvent } from '../../../src/tickets/cloud-event.ts'
import { createTopic, useBroker } from '../../kafka/broker.ts'
import { killUntilTold } from '../lives.ts'

const broker = useBroker()
const tickets = 12

test('killed at random moments: each event of each ticket is there, under one id, in order', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'logveil-topic-'))
  const topic = await createTopic(broker, 'tickets', 3)
  const channel = { type: 'kafka', name: 'kafka', brokers: [broker.address], topic, perSecond: 1000 }
  const told = async () =>
    (await broker.admin.fetchTopicOffsets(topic)).reduce((sum, { offset }) => sum + Number(offset), 0)
  let enough = 0
  const { kills, tickets: all } = await killUntilTold(join(folder, 'tickets.db'), [channel], tickets, () => {
    // A broker that has just named a leader may for a moment say that it is not: asked again behind the next kill.
    told().then(
      (count) => {
        enough = count
      },
      () => {}
    )
    return enough >= tickets
  })
  const byTicket = new Map<string, CloudEvent[]>()
  const consumer = broker.kafka.consumer({ groupId: 'reader' })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  let read = 0
  await consumer.run({
    eachMessage: async ({ message }) => {
      read++
      const event: CloudEvent = JSON.parse(String(message.value))
      expect(String(message.key)).toBe(event.subject)
      byTicket.set(event.subject, [...(byTicket.get(event.subject) ?? []), event])
    }
  })
  const written = await told()
  await expect.poll(() => read).toBe(written)
  await consumer.disconnect()
  expect(kills).toBeGreaterThan(0)
  expect([...byTicket.keys()].sort()).toEqual(all.map(({ id }) => id).sort())
  for (const [id, events] of byTicket)
    expect([...new Set(events.map((event) => event.id))]).toEqual([`${id}.1`, `${id}.2`, `${id}.3`])
  rmSync(folder, { recursive: true })
}, 360_000)
