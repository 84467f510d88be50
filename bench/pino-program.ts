// Logs through a transport, as a server under load would: TARGET FILE LINES SECRET. Prints the main thread's nanoseconds a line.
import { once } from 'node:events'
import { setImmediate as turn } from 'node:timers/promises'
import pino from 'pino'

const [target, destination, lines, secret] = process.argv.slice(2)
const transport = pino.transport({ target, options: { destination } })
const log = pino(transport)
await once(transport, 'ready')

const begin = process.threadCpuUsage()
for (let i = 0; i < Number(lines); i++) {
  if (i % 100 === 0) log.warn({ i, authorization: secret }, 'refused')
  else
    log.info(
      { i, req: { method: 'GET', url: `/users/${i}?page=3`, remoteAddress: '10.1.2.3' }, responseTime: 12.5 },
      'request completed'
    )
  if (i % 200 === 199) await turn()
}
const { user, system } = process.threadCpuUsage(begin)
console.log(((user + system) * 1000) / Number(lines))
