import type { Channel } from '../../model.ts'
import { messageOf } from './message.ts'
import { beginCalls } from './request.ts'
import { messageWithCard } from './teams-card.ts'

export interface TeamsOptions {
  readonly name: string
  /** Of a workflow ("when a Teams webhook request is received"): whoever knows it can write there. */
  readonly url: string
  readonly timeoutMs?: number | undefined
}

/** Of a message: 28 KB, with some room for what the workflow adds. */
const limit = { bytes: 26_000, encoding: 'utf8' } as const

/**
 * Microsoft Teams, by a workflow's webhook: an Adaptive Card for each event. It has no way to tell what is there: after a crash a card can come
 * twice. `createTeamsBot` has such a way.
 */
export function createTeams({ name, url, timeoutMs }: TeamsOptions): Channel {
  return {
    name,
    async deliver(event) {
      const message = messageOf(event)
      const body = messageWithCard(message, event, `${message.mark}, ${message.stamp}`, limit)
      await beginCalls({ name, url, headers: {}, timeoutMs }).send({ body })
      return null
    },
    async close() {}
  }
}
