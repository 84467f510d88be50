import { type TopicFinding, topicFinding } from '../admin/reported-finding.ts'
import type { FindingsTopicConfig } from '../config/config-schema.ts'
import type { TicketsConfig } from '../config/tickets-schema.ts'
import { createKafkajs } from '../kafka/kafkajs.ts'
import type { KafkaBatch, KafkaClient, KafkaRecord } from '../kafka/port.ts'
import type { Metrics } from '../metrics.ts'
import type { Sighting, TicketPlace } from '../model.ts'
import type { NumberedSighting } from '../tickets/ledger.ts'
import { confidences, worst } from '../tickets/places.ts'
import { canaryDetector } from './run-canary.ts'
import type { Report } from './run-engine-options.ts'
import { ignoreNegativeTimeouts, securityOf, topicOf } from './run-kafka.ts'
import { createServices } from './run-services.ts'
import { namesOf } from './run-tickets.ts'
import type { AskedLedger } from './tickets-messages.ts'

export interface TicketsTopicOptions {
  readonly topic: FindingsTopicConfig
  readonly tickets: TicketsConfig
  readonly ledger: Pick<AskedLedger, 'recordFrom'>
  /** Names may hold secrets, too. */
  readonly redact: (text: string) => string
  readonly isDetector: (id: string) => boolean
  readonly metrics: Metrics
  readonly report: Report
}

/**
 * Findings of a topic become sightings. The offset is committed when the ledger has them, and the ledger knows up to which one it has counted:
 * each counts once, whatever comes again. Records that are no findings are counted, and hold up nothing.
 */
export function createTicketsTopic(options: TicketsTopicOptions): KafkaClient {
  const { topic, ledger, metrics, report } = options
  ignoreNegativeTimeouts()
  const { topics, tls, sasl, ...same } = topic
  const told = new Set<string>()
  const warn = (message: string, facts: Readonly<Record<string, unknown>>): void => {
    const key = JSON.stringify([message, facts])
    if (!told.has(key) && told.size < 100) report('warn', message, facts)
    told.add(key)
  }
  const read = createReader(options)
  return createKafkajs({
    ...same,
    topics: topics.map(topicOf),
    instanceId: null,
    ...securityOf({ tls, sasl }),
    exactlyOnce: false,
    transactionTimeoutMs: 60_000,
    compression: 'none',
    maxBatchBytes: 2 ** 19,
    concurrency: 4,
    async onBatch(batch, commit) {
      const next = batch.records[batch.records.length - 1].offset + 1n
      const numbered = read(batch)
      const origin = `kafka:${topic.group}/${batch.topic}/${batch.partition}`
      await ledger.recordFrom(origin, numbered, Number(next), Date.now())
      metrics.ticketSightings.inc({ outcome: 'recorded' }, numbered.length)
      await commit([], next)
      told.clear()
    },
    onEvent(event) {
      const pipeline = 'findings'
      if (event.type === 'lag')
        metrics.kafkaLag.set({ pipeline, topic: event.topic, partition: String(event.partition) }, event.records)
      else if (event.type === 'rebalanced') metrics.kafkaRebalances.inc({ pipeline })
      else if (event.type === 'restarted') {
        metrics.kafkaRestarts.inc({ pipeline })
        warn('findings: the Kafka client starts over', { reason: event.reason })
      } else if (event.type === 'waits') warn('findings: a partition waits', { reason: event.reason })
    }
  })
}

function createReader({ tickets, metrics, redact, isDetector }: TicketsTopicOptions) {
  const named = namesOf(redact)
  const services = createServices(metrics, redact)
  const { tenant, minConfidence } = tickets
  const counts = ({ fingerprint, detector, confidence }: TopicFinding): boolean =>
    fingerprint !== null &&
    detector !== canaryDetector.id &&
    worst(confidences, confidence, minConfidence) === confidence

  return ({ records }: KafkaBatch): NumberedSighting[] =>
    records.flatMap((record) => {
      const finding = findingIn(record)
      if (finding === null) {
        metrics.reportedRefused.inc({ reason: 'invalid' })
        return []
      }
      const { placement, detector } = finding
      metrics.reported.inc({ placement, detector: isDetector(detector) ? detector : 'other' })
      services.reported([finding])
      if (!counts(finding)) return []
      const seen = sightingOf(finding, tenant, named(placeOf(finding)))
      return [{ number: Number(record.offset), at: Number(record.timestamp), seen }]
    })
}

function findingIn({ value }: KafkaRecord): TopicFinding | null {
  try {
    return topicFinding.parse(JSON.parse(String(value)))
  } catch {
    return null
  }
}

function placeOf({ service, place }: TopicFinding): TicketPlace {
  return { ...(service !== null && { service }), ...(place !== null && { topic: place.topic }) }
}

/** Seen when it was found, not when it was read; a clock that is ahead does not make it seen in times to come. */
function sightingOf(finding: TopicFinding, tenant: string, place: TicketPlace): Sighting {
  const { detector, fingerprint, severity, confidence, hints, time } = finding
  const at = Math.min(Date.parse(time), Date.now())
  const places = Object.keys(place).length === 0 ? [] : [{ place, count: 1, first: at, last: at }]
  return {
    tenant,
    detector,
    fingerprint: String(fingerprint),
    severity,
    confidence,
    hints,
    count: 1,
    first: at,
    last: at,
    places
  }
}
