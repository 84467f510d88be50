import type { Channel } from '../../model.ts'
import { cloudEventOf } from '../cloud-event.ts'

export interface TopicOptions {
  readonly name: string
  /** One record; resolves when the brokers have it. Rejects with `DELIVERY_FAILED`. */
  readonly write: (key: string, value: string) => Promise<void>
  readonly close: () => Promise<void>
}

/**
 * A topic of Kafka: each event a record, a CloudEvent in JSON, keyed by the ticket, so that those of one are in order. It comes at least once: with the
 * same `source` and `id`.
 */
export function createTopic({ name, write, close }: TopicOptions): Channel {
  return {
    name,
    async deliver(event) {
      const cloudEvent = cloudEventOf(event)
      await write(cloudEvent.subject, JSON.stringify(cloudEvent))
      return null
    },
    close
  }
}
