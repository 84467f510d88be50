// A program that logs, started by pino.test.ts: SETUP END COUNT FILE. Line i holds i; every tenth one a secret, in one of several places.

import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pino, { type Logger } from 'pino'
import { streamWrite } from '../../src/pino.ts'
import { secretOf } from './pino-secrets.ts'

const [setup, end, count, file] = process.argv.slice(2)
const transport = fileURLToPath(new URL('../../src/pino.ts', import.meta.url))

function redacting(destination: Parameters<typeof pino>[1]): Logger {
  return pino({ hooks: { streamWrite: streamWrite() } }, destination)
}

async function createLogger(): Promise<Logger> {
  switch (setup) {
    case 'hook':
      return redacting(pino.destination({ dest: file, sync: true }))
    case 'hook, buffered':
      return redacting(pino.destination({ dest: file, sync: false, minLength: 4096 }))
    case 'hook, standard output':
      return redacting(pino.destination(1))
    case 'hook, transport':
      return redacting(pino.transport({ target: 'pino/file', options: { destination: file } }))
    case 'hook, multistream':
      return redacting(
        pino.multistream([{ stream: pino.destination({ dest: file, sync: true }) }, { stream: process.stdout }])
      )
    case 'transport':
      return pino(pino.transport({ target: transport, options: { destination: file } }))
    case 'transport, standard output':
      return pino(pino.transport({ target: transport }))
    case 'transport, pipeline':
      return pino(
        pino.transport({ pipeline: [{ target: transport }, { target: 'pino/file', options: { destination: file } }] })
      )
    default:
      throw new Error(`no setup ${setup}`)
  }
}

function write(log: Logger, i: number): void {
  const secret = i % 10 === 0 ? secretOf(i) : 'nothing'
  if (i % 40 === 10) log.warn({ i, headers: { authorization: `Bearer ${secret}` } }, 'refused')
  else if (i % 40 === 20) log.info({ i }, `cloning https://x:${secret}@example.test/a "quoted" \u00e9`)
  else if (i % 40 === 30) log.child({ i, token: secret }).error(new Error(`failed with ${secret}`))
  else log.info({ i, value: secret }, 'done')
}

/** pino gives a worker 10 s at the end, its start included, which takes longer than that when the machine is busy with tests. */
async function workerRuns(log: Logger): Promise<void> {
  const stream = (log as unknown as Record<symbol, { ready?: boolean } | undefined>)[pino.symbols.streamSym]
  while (stream?.ready === false) await sleep(5)
}

const log = await createLogger()
if (end === 'terminated') process.on('SIGTERM', () => process.exit(143))
for (let i = 0; i < Number(count); i++) {
  write(log, i)
  // As a server would, so that the worker runs and streams drain.
  if (i % 500 === 499) await sleep(1)
}
if (end !== 'normal') await workerRuns(log)
if (end === 'exit') process.exit(3)
if (end === 'crash') throw new Error('crash')
if (end === 'terminated' || end === 'killed by SIGTERM') {
  process.stdout.write('ready')
  await sleep(60_000)
}
