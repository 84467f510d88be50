// The thread of the ledger: SQLite is synchronous, and whatever waits for a disk or a lock there must not hold up the data.
import { parentPort, workerData } from 'node:worker_threads'
import { LogveilError } from '../errors.ts'
import type { Desk } from '../tickets/desk.ts'
import { describe } from './complain.ts'
import { type DeskData, type DeskNews, type DeskOrder, newsOf, type Told } from './tickets-messages.ts'
import { openTicketDesk } from './tickets-open.ts'

const tell = (news: DeskNews): void => parentPort?.postMessage(news)

try {
  const desk = await openTicketDesk(workerData as DeskData, newsOf(tell))
  parentPort?.on('message', (order: DeskOrder) => obey(order, desk))
  tell({ type: 'ready' })
} catch (error) {
  tell({ type: 'failed', error: told(error) })
  parentPort?.close()
}

/** Answers come in the order of the questions. */
let answered: Promise<unknown> = Promise.resolve()

async function obey(order: DeskOrder, desk: Desk): Promise<void> {
  if (order.type === 'record') {
    const error = await desk.record(...order.batch).then(() => null, told)
    tell({ type: 'recorded', error })
  } else if (order.type === 'ask') {
    const asking = (desk.ledger[order.method] as (...args: readonly unknown[]) => Promise<unknown>)(...order.args)
    const answer = asking.then(
      (result): DeskNews => ({ type: 'answered', error: null, result }),
      (error): DeskNews => ({ type: 'answered', error: told(error), result: null })
    )
    answered = answered.then(async () => tell(await answer))
  } else {
    await desk.close(order.ms)
    parentPort?.close()
  }
}

function told(error: unknown): Told {
  if (!(error instanceof LogveilError))
    return { code: 'LEDGER_FAILED', message: `a bug in logveil: ${describe(error)}`, retryable: false }
  const { code, message, retryable } = error
  return { code, message, retryable }
}
