import { getCACertificates } from 'node:tls'
import type { Settings } from './confluent-package.ts'
import type { KafkaConnection, KafkaOptions } from './port.ts'

/** A connection on which no answer comes for so long was forgotten on the way. */
const silenceMs = 15_000

/** Options as librdkafka calls them: its CONFIGURATION.md. */
export function connectionSettings({ brokers, clientId, tls, sasl }: KafkaConnection): Settings {
  return {
    'bootstrap.servers': brokers.join(','),
    'client.id': clientId,
    'security.protocol': `${sasl === null ? '' : 'sasl_'}${tls === null ? 'plaintext' : 'ssl'}`,
    // It would log to standard error; what matters comes as errors.
    log_level: 0,
    'reconnect.backoff.max.ms': 2000,
    'socket.timeout.ms': silenceMs,
    ...(tls === null ? {} : tlsSettings(tls)),
    ...(sasl === null ? {} : saslSettings(sasl))
  }
}

function tlsSettings({ ca, cert, key }: NonNullable<KafkaConnection['tls']>): Settings {
  return {
    // Those that Node trusts, as elsewhere in logveil: OpenSSL's own list may be somewhere else, or nowhere.
    'ssl.ca.pem': ca === undefined ? getCACertificates('default').join('\n') : String(ca),
    ...(cert === undefined ? {} : { 'ssl.certificate.pem': String(cert) }),
    ...(key === undefined ? {} : { 'ssl.key.pem': String(key) })
  }
}

function saslSettings(sasl: NonNullable<KafkaConnection['sasl']>): Settings {
  if (sasl.mechanism !== 'oauthbearer') {
    const { mechanism, username, password } = sasl
    return { 'sasl.mechanisms': mechanism.toUpperCase(), 'sasl.username': username, 'sasl.password': password }
  }
  return {
    'sasl.mechanisms': 'OAUTHBEARER',
    oauthbearer_token_refresh_cb: async () => {
      const tokenValue = await sasl.token()
      return { tokenValue, ...claimsOf(tokenValue) }
    }
  }
}

const unknownLifetimeMs = 5 * 60_000

/** It asks for a new token when four fifths of the lifetime are over. A token that is no JWT is read again every few minutes. */
function claimsOf(token: string): { lifetime: number; principal: string } {
  try {
    const { exp, sub } = JSON.parse(String(Buffer.from(token.split('.')[1], 'base64url')))
    return { lifetime: exp * 1000, principal: String(sub) }
  } catch {
    return { lifetime: Date.now() + unknownLifetimeMs, principal: 'logveil' }
  }
}

export function consumerSettings(options: KafkaOptions, onRebalance: unknown): Settings {
  const { group, instanceId, sessionTimeoutMs, maxBatchBytes } = options
  return {
    ...connectionSettings(options),
    'group.id': group,
    ...(instanceId === null ? {} : { 'group.instance.id': instanceId }),
    'partition.assignment.strategy': 'cooperative-sticky',
    'session.timeout.ms': sessionTimeoutMs,
    'heartbeat.interval.ms': Math.max(100, Math.floor(sessionTimeoutMs / 10)),
    'max.poll.interval.ms': Math.max(sessionTimeoutMs, 300_000),
    'enable.auto.commit': false,
    'enable.auto.offset.store': false,
    'isolation.level': 'read_committed',
    'allow.auto.create.topics': false,
    'fetch.wait.max.ms': 100,
    'fetch.message.max.bytes': maxBatchBytes,
    'queued.max.messages.kbytes': 16 * 1024,
    rebalance_cb: onRebalance
  }
}

export function producerSettings(options: KafkaOptions): Settings {
  const { group, clientId, exactlyOnce, transactionTimeoutMs, compression } = options
  return {
    ...connectionSettings(options),
    'enable.idempotence': true,
    'compression.codec': compression,
    // The broker says what is too large.
    'message.max.bytes': 1_000_000_000,
    'message.timeout.ms': transactionTimeoutMs,
    // Reports of what arrived would cost as much as the records.
    dr_cb: true,
    'delivery.report.only.error': true,
    ...(exactlyOnce
      ? {
          'transactional.id': `${group}.${clientId}`,
          'transaction.timeout.ms': transactionTimeoutMs,
          // It has to be shorter.
          'socket.timeout.ms': Math.min(silenceMs, transactionTimeoutMs - 100)
        }
      : {})
  }
}

/** As Java's clients and kafkajs put keys to partitions. */
export const producerTopicSettings: Settings = { partitioner: 'murmur2_random' }
