// Connections on which nothing comes any more, and nothing says so: what a firewall that forgets them leaves behind. It takes as long as the clients
// wait for answers, two minutes: only with LOGVEIL_SLOW=1.
import { connect, createServer, type Socket } from 'node:net'
import { afterAll, expect, test } from 'vitest'
import { clients, createTopic, freshName, produce, readTopic, requireClient, useBroker } from './broker.ts'
import { copy } from './open-client.ts'

/** Passes bytes on to a broker. What connects under the name `test` is never frozen. */
async function startProxy() {
  const pairs = new Set<[Socket, Socket]>()
  let target = 0
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1')
    const pair: [Socket, Socket] = [near, far]
    for (const socket of pair) socket.on('error', () => {})
    near.once('data', (first) => {
      // The name stands in every request.
      if (!first.includes('\0\u0004test')) pairs.add(pair)
    })
    near.pipe(far).pipe(near)
    near.once('close', () => {
      pairs.delete(pair)
      far.destroy()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return {
    port,
    passTo(address: string) {
      target = Number(address.split(':')[1])
    },
    /** Of connections there are now; gives how many. */
    freeze(): number {
      for (const [near, far] of pairs) {
        near.unpipe(far).pause()
        far.unpipe(near).pause()
      }
      return pairs.size
    },
    close() {
      for (const pair of pairs) for (const socket of pair) socket.destroy()
      server.close()
    }
  }
}

const proxy = await startProxy()
afterAll(() => proxy.close())
const slow = process.env.LOGVEIL_SLOW === '1'
// The broker says that it is to be found at the proxy.
const settings = [`advertised.listeners=PLAINTEXT://127.0.0.1:${proxy.port}`]
const broker = slow ? useBroker(() => ({ settings })) : (null as never)

test.for(clients)(
  '%s: starts over, or connects again; each record comes once',
  { timeout: 120_000 },
  async (client, { skip }) => {
    if (!slow) return skip('takes two minutes: LOGVEIL_SLOW=1 runs it')
    requireClient(client, skip)
    proxy.passTo(broker.address)
    const [from, to] = [await createTopic(broker, 'in', 3), await createTopic(broker, 'out', 3)]
    const spread = (texts: string[]) => texts.map((value, i) => ({ value, partition: i % 3 }))
    await produce(broker, from, spread(['a', 'b', 'c']))
    const one = copy(client, {
      brokers: [broker.address],
      group: freshName('g'),
      topics: [from],
      to,
      clientId: freshName('copy'),
      sessionTimeoutMs: 3000
    })
    await one.until(() => one.values().length === 3)
    expect(proxy.freeze()).toBeGreaterThan(0)
    await produce(broker, from, spread(['d', 'e', 'f']))
    const read = await readTopic(broker, to, (all) => all.length >= 6, 90_000)
    expect(read.map(({ value }) => String(value)).sort()).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
    if (client === 'kafkajs') expect(one.events).toContainEqual({ type: 'restarted', reason: 'stood still' })
    await one.stop()
  }
)
