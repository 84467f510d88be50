import { LogveilError } from '../errors.ts'
import { isCode, reasonOf } from './confluent-errors.ts'
import { live } from './confluent-life.ts'
import { call, loadRdkafka, type RdAdmin, type Rdkafka } from './confluent-package.ts'
import { connectionSettings } from './confluent-settings.ts'
import { startOver } from './lives.ts'
import type { KafkaClient, KafkaOptions } from './port.ts'

const adminMs = 5000

/** The client that is librdkafka. Throws `CONFIG_INVALID` when its package or a feature of it is not there. */
export function createConfluent(options: KafkaOptions): KafkaClient {
  const rdkafka = loadRdkafka()
  requireFeatures(rdkafka, options)

  async function asAdmin<T>(ask: (admin: RdAdmin) => Promise<T>): Promise<T> {
    const admin = rdkafka.AdminClient.create(connectionSettings(options), { error: () => {} })
    try {
      return await ask(admin)
    } finally {
      admin.disconnect()
    }
  }

  /** Those of its patterns that are there now. */
  async function topicsNow(): Promise<string[]> {
    const { topics } = options
    const named = topics.filter((topic) => typeof topic === 'string')
    if (named.length === topics.length) return named
    const there = await asAdmin((admin) =>
      call<readonly string[]>((done) => admin.listTopics({ timeout: adminMs }, done))
    )
    const fit = there.filter((name) => topics.some((topic) => typeof topic !== 'string' && topic.test(name)))
    return [...new Set([...named, ...fit])]
  }

  return {
    async partitionCounts(topics) {
      try {
        const known = await asAdmin((admin) =>
          call<Parameters<Parameters<RdAdmin['describeTopics']>[2]>[1]>((done) =>
            admin.describeTopics([...topics], { timeout: adminMs }, done)
          )
        )
        for (const { error } of known) if (error !== undefined) throw error
        return new Map(known.map(({ name, partitions }) => [name, partitions.length]))
      } catch (error) {
        throw whyNot(error, rdkafka, topics, options.brokers)
      }
    },
    run: (signal) =>
      startOver(
        async () => {
          try {
            return await live(rdkafka, options, await topicsNow(), signal)
          } catch (error) {
            return reasonOf(error, rdkafka)
          }
        },
        options,
        signal
      )
  }
}

function requireFeatures({ features }: Rdkafka, { compression, tls, sasl }: KafkaOptions): void {
  const needed = [
    ...(compression === 'none' ? [] : [compression]),
    ...(tls === null ? [] : ['ssl']),
    ...(sasl === null ? [] : [`sasl_${sasl.mechanism.replace(/-.*/, '')}`])
  ]
  for (const feature of needed) {
    if (!features.includes(feature)) {
      throw new LogveilError('CONFIG_INVALID', `the client confluent was built without ${feature} on this machine`)
    }
  }
}

function whyNot(error: unknown, rdkafka: Rdkafka, topics: readonly string[], brokers: readonly string[]): LogveilError {
  const reason = reasonOf(error, rdkafka)
  const fatal = (what: string) => new LogveilError('INPUT_FAILED', `kafka: ${what} (${reason})`)
  if (isCode(error, 'unknownTopic')) return fatal(`one of the topics ${topics.join(', ')} does not exist`)
  if (isCode(error, 'denied')) return fatal(`no rights for one of the topics ${topics.join(', ')}`)
  if (isCode(error, 'credentials')) return fatal('the credentials are refused')
  return new LogveilError('INPUT_FAILED', `kafka: no broker of ${brokers.join(', ')} answers (${reason})`, {
    retryable: true
  })
}
