import { z } from 'zod'

/** Who is told of tickets. */

const secret = z.string().min(1).meta({ secret: true })
const headers = z.record(z.string().regex(/^[!#$%&'*+.^_`|~0-9a-zA-Z-]+$/), secret).default({})

const url = z
  .url({ protocol: /^https?$/, error: 'is no http(s) address' })
  .refine((text) => !/^[a-z]+:\/\/[^/]*@/.test(text), 'holds credentials: put them into headers')

/** What paths of an API are appended to. */
const base = url.transform((text) => text.replace(/\/+$/, ''))

const channelName = z.string().regex(/^[a-z0-9][a-z0-9.-]{0,60}$/, 'is lower-case letters, digits, dots and dashes')

/** What every channel has. */
function common(type: string, perSecond: number) {
  return {
    name: channelName.default(type).describe('In the outbox and in metrics'),
    perSecond: z.number().positive().max(1000).default(perSecond).describe('Deliveries; more wait')
  }
}

const webhook = z.strictObject({
  ...common('webhook', 50),
  type: z.literal('webhook').describe('CloudEvents, signed as Standard Webhooks has it'),
  name: channelName
    .nullable()
    .default(null)
    .describe('In the outbox and in metrics; null: the host and a hash of the URL'),
  url: url.meta({ secret: true }),
  secrets: z
    .array(secret)
    .default([])
    .describe('whsec_ and base64 of 24 to 64 bytes, each signs; none: one is made in the directory, webhook.secret'),
  headers
})

const pagerduty = z.strictObject({
  ...common('pagerduty', 2),
  type: z.literal('pagerduty').describe('PagerDuty, Events API v2: an alert for each ticket'),
  routingKey: z
    .string()
    .regex(/^[A-Za-z0-9]{32}$/, 'is 32 letters and digits: the integration key of a service')
    .meta({ secret: true }),
  url: url
    .default('https://events.pagerduty.com/v2/enqueue')
    .describe('In Europe https://events.eu.pagerduty.com/v2/enqueue')
})

const alertmanager = z.strictObject({
  ...common('alertmanager', 50),
  type: z.literal('alertmanager').describe('Prometheus’ Alertmanager, API v2: an alert for each ticket'),
  urls: z.array(base).min(1).describe('http://HOST:9093 of every member of a cluster'),
  headers,
  labels: z
    .record(z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, 'is no name of a label'), z.string().min(1))
    .default({})
    .describe('Of every alert, beside alertname, ticket, tenant, detector, severity, owner'),
  resendSeconds: z
    .number()
    .min(1)
    .max(3600)
    .default(60)
    .describe('How often alerts are sent again, as an Alertmanager that was restarted has none'),
  holdHours: z
    .number()
    .positive()
    .max(8760)
    .default(24)
    .describe('An alert resolves when nothing was heard of it for so long: longer than logveil may be away')
})

const jiraStatus = z.string().min(1).nullable().default(null)

const jira = z.strictObject({
  ...common('jira', 5),
  type: z.literal('jira').describe('Jira Cloud, REST API v3: an issue for each ticket'),
  url: base.describe('https://SITE.atlassian.net, or https://api.atlassian.com/ex/jira/CLOUD-ID'),
  email: z.string().min(3).nullable().default(null).describe('Of the account of the API token; null: a bearer token'),
  token: secret,
  project: z.string().min(1).describe('Its key'),
  issueType: z.string().min(1).default('Task'),
  labels: z
    .array(z.string().regex(/^\S+$/, 'has a space in it'))
    .default(['logveil'])
    .describe('Beside the one by which the issue of a ticket is found'),
  priorities: z
    .strictObject({
      critical: z.string().min(1).default('Highest'),
      high: z.string().min(1).default('High'),
      medium: z.string().min(1).default('Medium'),
      low: z.string().min(1).default('Low')
    })
    .nullable()
    .default(null)
    .describe('Names of priorities by severity; null: what Jira gives new issues'),
  fields: z
    .record(z.string().min(1), z.unknown())
    .default({})
    .describe('More fields of new issues, as the API has them'),
  statuses: z
    .strictObject({ new: jiraStatus, active: jiraStatus, done: jiraStatus })
    .prefault({})
    .describe('Names of the statuses that issues are moved to; null: any of the category'),
  settleSeconds: z
    .number()
    .min(0)
    .max(600)
    .default(60)
    .describe('So long may an issue that was made not be found by the search')
})

export const channelSchema = z.discriminatedUnion('type', [webhook, pagerduty, alertmanager, jira])

export type ChannelConfig = z.output<typeof channelSchema>
