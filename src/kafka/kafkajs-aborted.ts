import { createRequire } from 'node:module'
import { LogveilError } from '../errors.ts'

/** What kafkajs 2.2.4 makes of an answer to a Fetch request, as far as it matters here. */
interface FetchAnswer {
  readonly responses: readonly { readonly partitions: readonly FetchedPartition[] }[]
}

export interface FetchedPartition {
  /** By the offset each ends at, none of which is told. null: there is none. */
  abortedTransactions: readonly { readonly producerId: string; readonly firstOffset: string }[] | null
  /** By offset. */
  readonly messages: readonly FetchedMessage[]
}

export interface FetchedMessage {
  readonly offset: string
  readonly key: Buffer | null
  isControlRecord: boolean
  /** undefined: of a format older than transactions. */
  readonly batchContext?: { readonly producerId: string; readonly inTransaction: boolean }
}

interface Response {
  decode: (bytes: Buffer) => Promise<FetchAnswer>
}

/** The versions that tell of transactions, as far as kafkajs knows them. */
const fetchVersions = [4, 5, 6, 7, 8, 9, 10, 11]

let repaired = false

/**
 * kafkajs passes records of aborted transactions on when those of several producers lie among each other in a partition: it takes them to
 * begin in the order they end in, looks at one at a time, and takes any record with a key of four zero bytes for an end. So its answers are
 * looked through before it does.
 *
 * Throws `INPUT_FAILED` when kafkajs is not the one this was written for.
 */
export function hideAborted(): void {
  if (repaired) return
  for (const response of responses()) {
    const { decode } = response
    response.decode = async (bytes) => {
      const answer = await decode(bytes)
      for (const { partitions } of answer.responses) for (const partition of partitions) hideAbortedOf(partition)
      return answer
    }
  }
  repaired = true
}

function responses(): Response[] {
  const load = createRequire(import.meta.url)
  try {
    // One takes its function from another: all are loaded before the first is changed.
    const found: Response[] = fetchVersions.map((version) =>
      load(`kafkajs/src/protocol/requests/fetch/v${version}/response.js`)
    )
    if (found.every(({ decode }) => typeof decode === 'function')) return found
  } catch {
    // Said below.
  }
  throw new LogveilError('INPUT_FAILED', 'kafka: kafkajs is not the version that logveil depends on: install it anew')
}

/**
 * Marks what an aborted transaction wrote as control records: kafkajs shows nobody those, and goes on behind them. Their ends are the control
 * records of kind 0 (abort) of the same producer: https://kafka.apache.org/documentation/#controlbatch.
 */
export function hideAbortedOf(partition: FetchedPartition): void {
  const { abortedTransactions, messages } = partition
  if (abortedTransactions === null || abortedTransactions.length === 0) return
  const begins = abortedTransactions
    .map(({ producerId, firstOffset }) => ({ producerId, at: BigInt(firstOffset) }))
    .sort((a, b) => (a.at < b.at ? -1 : 1))
  const open = new Set<string>()
  let next = 0
  for (const message of messages) {
    const { producerId = '', inTransaction = false } = message.batchContext ?? {}
    for (const offset = BigInt(message.offset); next < begins.length && begins[next].at <= offset; next++) {
      open.add(begins[next].producerId)
    }
    if (message.isControlRecord) {
      if (message.key?.readInt16BE(2) === 0) open.delete(producerId)
    } else if (inTransaction && open.has(producerId)) message.isControlRecord = true
  }
  partition.abortedTransactions = []
}
