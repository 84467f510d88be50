// A client in a process of its own, which can be frozen: CLIENT BROKER FROM TO GROUP. It says `holds` when it has read the record `hold`, waits
// for a line on standard input, and says then what became of the commit.
import { once } from 'node:events'
import { type ClientName, openClient, optionsOf } from './open-client.ts'

const [name, broker, from, to, group] = process.argv.slice(2)
const say = (text: string) => process.stdout.write(`${text}\n`)
const options = optionsOf(
  {
    brokers: [broker],
    topics: [from],
    to,
    group,
    onEvent: ({ type }) => say(type),
    async before({ records }, commit) {
      if (!records.some(({ value }) => String(value) === 'hold')) return
      say('holds')
      await once(process.stdin, 'data')
      const outputs = records.map(({ offset: _, ...record }) => ({ ...record, topic: to, partition: null }))
      await commit(outputs, records[records.length - 1].offset + 1n).then(
        () => say('committed'),
        () => say('rejected')
      )
      throw new Error('that was all')
    }
  },
  () => {}
)
await openClient(name as ClientName, options).run(new AbortController().signal)
