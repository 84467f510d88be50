import type { TicketsConfig } from './tickets-schema.ts'

/**
 * What the schema makes of a directory and webhooks alone, without the schema: to load what checks it takes 60 ms, a tenth of what
 * `logveil redact` takes for a file of many megabytes.
 */
export function plainTickets(directory: string, urls: readonly string[]): TicketsConfig {
  return {
    directory,
    postgres: null,
    tenant: 'default',
    inventory: null,
    minConfidence: 'possible',
    channels: urls.map((url) => ({ type: 'webhook', name: null, url, secrets: [], headers: {}, perSecond: 50 })),
    stormPerMinute: 100,
    slaHours: { critical: 24, high: 72, medium: 336, low: 720 },
    classificationHours: { 'break-glass': 4 },
    quietDays: 7,
    closeDays: 7,
    retentionDays: 400,
    retry: { initialMs: 1000, maxMs: 3_600_000, attempts: 30 },
    api: null,
    rotation: null
  }
}

/** Why a channel cannot have this address, as the schema says it; null: it can. */
export function urlMistake(text: string): string | null {
  if (!URL.canParse(text) || !/^https?:\/\//i.test(text)) return 'is no http(s) address'
  return /^[a-z]+:\/\/[^/]*@/.test(text) ? 'holds credentials: put them into headers' : null
}
