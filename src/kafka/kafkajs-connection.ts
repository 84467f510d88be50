import kafkajs, { type Kafka } from 'kafkajs'
import { hideAborted } from './kafkajs-aborted.ts'
import { plugCodecs } from './kafkajs-codecs.ts'
import type { KafkaConnection, KafkaSecurity } from './port.ts'

export function connectTo({ brokers, clientId, tls, sasl }: KafkaConnection): Kafka {
  plugCodecs()
  hideAborted()
  const { Kafka: Client, logLevel } = kafkajs as typeof import('kafkajs')
  return new Client({
    clientId,
    brokers: [...brokers],
    // It would log to standard output; what matters comes as events.
    logLevel: logLevel.NOTHING,
    ssl: tls ?? false,
    ...(sasl === null ? {} : { sasl: saslOf(sasl) as never }),
    retry: { initialRetryTime: 100, maxRetryTime: 2000, retries: 8 }
  })
}

function saslOf(sasl: NonNullable<KafkaSecurity['sasl']>): object {
  if (sasl.mechanism !== 'oauthbearer') return sasl
  return { mechanism: 'oauthbearer', oauthBearerProvider: async () => ({ value: await sasl.token() }) }
}
