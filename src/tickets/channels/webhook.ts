import { createHash, createHmac } from 'node:crypto'
import { LogveilError } from '../../errors.ts'
import type { Channel, TicketDigest, TicketEvent } from '../../model.ts'
import { cloudEventOf } from '../cloud-event.ts'
import { beginCalls } from './request.ts'

export interface WebhookOptions {
  /** In the outbox and in metrics; null: made of the host and a hash of the URL, which may hold credentials. */
  readonly name: string | null
  readonly url: string
  /** `whsec_` and base64 of 24 to 64 bytes; several while they are being changed: each signs. */
  readonly secrets: readonly string[]
  readonly headers: Readonly<Record<string, string>>
  readonly now: () => number
}

/**
 * Any receiver over HTTP: CloudEvents in structured mode, signed as Standard Webhooks 1.0.0 has it (`webhook-id`, `webhook-timestamp`,
 * `webhook-signature`). The event's id is `webhook-id`: by it a receiver knows what it has already. Throws `KEY_INVALID`, `CONFIG_INVALID`.
 */
export function createWebhook({ name, url, secrets, headers, now }: WebhookOptions): Channel {
  const keys = secrets.map(decodeSecret)
  const own = name ?? webhookName(url)
  return {
    name: own,
    async deliver(event) {
      const body = bodyOf(event)
      const timestamp = String(Math.floor(now() / 1000))
      await beginCalls({ name: own, url, headers }).send({
        headers: {
          'content-type': 'application/cloudevents+json',
          'webhook-id': event.id,
          'webhook-timestamp': timestamp,
          'webhook-signature': keys.map((key) => sign(key, event.id, timestamp, body)).join(' ')
        },
        body
      })
      return null
    },
    async close() {}
  }
}

/** Standard Webhooks asks for less than 20 kB. */
const mostBytes = 20_000

/** With as many places, and hints, as there is room for. */
function bodyOf(event: TicketEvent | TicketDigest): string {
  const text = JSON.stringify(cloudEventOf(event))
  if (event.kind === 'digest' || Buffer.byteLength(text) <= mostBytes) return text
  const { places } = event.ticket
  if (places.length > 0)
    return bodyOf({ ...event, ticket: { ...event.ticket, places: places.slice(0, places.length >> 1) } })
  const short = (one: string) => one.slice(0, 200).toWellFormed()
  const ticket = { ...event.ticket, hints: {}, owner: event.ticket.owner && short(event.ticket.owner) }
  return JSON.stringify(cloudEventOf({ ...event, reason: short(event.reason), actor: short(event.actor), ticket }))
}

export function webhookName(url: string): string {
  const { host } = new URL(url)
  return `webhook-${host}-${createHash('sha256').update(url).digest('hex').slice(0, 8)}`
}

/** Symmetric signature, version 1. */
export function sign(key: Uint8Array, id: string, timestamp: string, body: string): string {
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`
}

export function decodeSecret(secret: string): Buffer {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  if (/^whsec_[A-Za-z0-9+/]+={0,2}$/.test(secret) && key.length >= 24 && key.length <= 64) return key
  throw new LogveilError('KEY_INVALID', 'the secret of a webhook: `whsec_` and base64 of 24 to 64 random bytes')
}
