// A topic as the sink of a pipeline that does not come from topics.
import { appendFileSync, writeFileSync } from 'node:fs'
import { afterAll, expect, test } from 'vitest'
import { expand } from '../../src/scan/template.ts'
import { temporaryDirectory } from '../cli/spawn.ts'
import { startDaemon } from '../e2e/daemon.ts'
import { createTopic, readTopic, useBroker } from './broker.ts'

const { text: secret } = expand('ghp_{{base62:30}}{{crc32-base62}}', 5)
const { path, remove } = temporaryDirectory()
const broker = useBroker()
afterAll(remove)

test('lines of followed files are records, in the order of each file, without secrets; a broker that is away is waited for', async () => {
  const topic = await createTopic(broker, 'lines', 3)
  writeFileSync(path('a.log'), `a1\ntoken ${secret}\n`)
  writeFileSync(path('b.log'), 'b1\n')
  const daemon = await startDaemon({
    admin: '127.0.0.1:0',
    pipelines: [
      {
        name: 'files',
        source: { type: 'files', include: [path('*.log')] },
        sinks: [{ type: 'kafka', topic, brokers: [broker.address], compression: 'zstd' }]
      }
    ]
  })
  const linesOf = async (count: number) => {
    const read = await readTopic(broker, topic, (all) => new Set(all.map(({ value }) => String(value))).size >= count)
    return new Map([path('a.log'), path('b.log')].map((key) => [key, read.filter((one) => String(one.key) === key)]))
  }
  expect([...(await linesOf(3)).values()].map((read) => read.map(({ value }) => String(value)))).toEqual([
    ['a1', 'token [REDACTED:github-pat-classic]'],
    ['b1']
  ])
  await broker.own?.stop()
  appendFileSync(path('a.log'), 'a3\n')
  await new Promise((resolve) => setTimeout(resolve, 500))
  await broker.own?.start()
  const read = (await linesOf(4)).get(path('a.log'))
  // At least once: what was under way may come again.
  expect([...new Set(read?.map(({ value }) => String(value)))]).toEqual([
    'a1',
    'token [REDACTED:github-pat-classic]',
    'a3'
  ])
  expect(new Set(read?.map(({ partition }) => partition)).size).toBe(1)
  expect(await daemon.stop()).toBe(0)
}, 360_000)
