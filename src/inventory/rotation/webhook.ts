import { createHmac } from 'node:crypto'
import type { RotationHook, RotationOrder } from '../../model.ts'
import { callService } from './service.ts'

export interface WebhookHookOptions {
  readonly name: string
  readonly url: string
  /** Each signs, as Standard Webhooks 1.0.0 has it. */
  readonly keys: readonly Uint8Array[]
  readonly headers: Readonly<Record<string, string>>
  readonly completes: boolean
  readonly now: () => number
}

/**
 * A service of the operator's own. `webhook-id` is the order's id: what it has already it must not do again. It answers 2xx when it has taken the
 * order, and reports what came of it to `POST /v1/tickets/{ticket}/rotated`. In a dry run nothing is sent.
 */
export function createWebhookHook({ name, url, keys, headers, completes, now }: WebhookHookOptions): RotationHook {
  return {
    name,
    repeatable: true,
    completes,
    plan: async ({ target }) => `would post to ${name} for ${target}`,
    async run(order) {
      const body = JSON.stringify(messageOf(order, now()))
      const timestamp = String(Math.floor(now() / 1000))
      const signed = `${order.id}.${timestamp}.${body}`
      const signatures = keys.map((key) => `v1,${createHmac('sha256', key).update(signed).digest('base64')}`)
      await callService(name, {
        method: 'POST',
        url: new URL(url),
        headers: {
          ...headers,
          'content-type': 'application/json',
          'webhook-id': order.id,
          'webhook-timestamp': timestamp,
          'webhook-signature': signatures.join(' ')
        },
        body
      })
    }
  }
}

function messageOf({ id, ticket, secret, target, actor, reason }: RotationOrder, now: number): object {
  return {
    type: 'logveil.rotation.requested',
    timestamp: new Date(now).toISOString(),
    data: { id, ticket, secret, target, actor, reason }
  }
}
