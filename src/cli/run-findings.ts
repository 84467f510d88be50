import type { Config } from '../config/config-schema.ts'
import type { AskedLedger } from './tickets-messages.ts'
import type { TicketsTopicOptions } from './tickets-topic.ts'

/** Counts findings of topics in tickets, where the configuration names any, until `signal` aborts and what was begun is settled. */
export async function startFindings(
  { findings, tickets }: Config,
  parts: Omit<TicketsTopicOptions, 'topic' | 'tickets' | 'ledger'> & { readonly ledger: AskedLedger | null },
  signal: AbortSignal
): Promise<{ readonly ended: Promise<void> }> {
  const { ledger } = parts
  if (!findings?.topic || tickets === null || ledger === null) return { ended: Promise.resolve() }
  // A client that nobody else should load.
  const { createTicketsTopic } = await import('./tickets-topic.ts')
  return { ended: createTicketsTopic({ ...parts, ledger, topic: findings.topic, tickets }).run(signal) }
}
