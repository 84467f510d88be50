import { z } from 'zod'
import { broker, kafkaSecurity } from './peer-schema.ts'

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

/** Of issue trackers. */
const settle = (seconds: number) =>
  z
    .number()
    .min(0)
    .max(600)
    .default(seconds)
    .describe(
      'So long may an issue that was made not be found: nobody who does not know whether it was makes another one before'
    )

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
  settleSeconds: settle(60)
})

const repository = z.string().regex(/^[\w.-]+\/[\w.-]+$/, 'is no OWNER/NAME')

const github = z.strictObject({
  ...common('github', 1),
  type: z.literal('github').describe('GitHub issues: one for each ticket'),
  url: base.default('https://api.github.com').describe('Of an Enterprise Server https://HOST/api/v3'),
  token: secret.describe('May read and write issues of the repository'),
  repository,
  labels: z.array(z.string().min(1)).default(['logveil']),
  assignees: z.array(z.string().min(1)).max(10).default([]),
  settleSeconds: settle(10)
})

const gitea = z.strictObject({
  ...common('gitea', 5),
  type: z.literal('gitea').describe('Issues of Gitea or Forgejo: one for each ticket'),
  url: base.describe('https://HOST'),
  token: secret.describe('May read and write issues of the repository'),
  repository,
  labels: z.array(z.int().min(1)).default([]).describe('Ids'),
  assignees: z.array(z.string().min(1)).default([]),
  settleSeconds: settle(10)
})

const gitlab = z.strictObject({
  ...common('gitlab', 2),
  type: z.literal('gitlab').describe('GitLab issues: one for each ticket'),
  url: base.default('https://gitlab.com'),
  token: secret.describe('With the scope api'),
  project: z.string().min(1).describe('GROUP/PROJECT, or its number'),
  labels: z.array(z.string().regex(/^[^,]+$/, 'has a comma in it')).default(['logveil']),
  confidential: z.boolean().default(true).describe('Only members of the project see it'),
  issueType: z.enum(['issue', 'incident']).default('issue'),
  settleSeconds: settle(10)
})

const servicenow = z.strictObject({
  ...common('servicenow', 5),
  type: z.literal('servicenow').describe('ServiceNow, Table API: an incident for each ticket'),
  url: base.describe('https://INSTANCE.service-now.com'),
  user: z.string().min(1).nullable().default(null).describe('null: the password is a bearer token'),
  password: secret,
  fields: z
    .record(z.string().regex(/^\w+$/), z.string())
    .default({})
    .describe('More fields of new incidents: assignment_group, category'),
  closeCode: z.string().min(1).default('Solution provided').describe('Of the list of the instance'),
  settleSeconds: settle(10)
})

const opsgenie = z.strictObject({
  ...common('opsgenie', 5),
  type: z.literal('opsgenie').describe('Opsgenie, Alert API: an alert for each ticket'),
  url: base.default('https://api.opsgenie.com').describe('In Europe https://api.eu.opsgenie.com'),
  apiKey: secret.describe('Of an API integration'),
  teams: z.array(z.string().min(1)).max(50).default([]).describe('Who is told; none: as the integration has it')
})

const slack = z.strictObject({
  ...common('slack', 1),
  type: z.literal('slack').describe('Slack, by a bot: a message for each ticket, and a thread below it'),
  url: base.default('https://slack.com'),
  token: secret.describe('Of a bot with chat:write and channels:history (groups:history where it is private)'),
  channel: z.string().regex(/^[CG][A-Z0-9]{5,20}$/, 'is no id of a channel: C0123456789'),
  settleSeconds: settle(10)
})

const slackWebhook = z.strictObject({
  ...common('slack-webhook', 1),
  type: z.literal('slack-webhook').describe('Slack, by an incoming webhook: a message for each event'),
  url: url.meta({ secret: true })
})

const teams = z.strictObject({
  ...common('teams', 1),
  type: z.literal('teams').describe('Microsoft Teams, by a workflow: a card for each event'),
  url: url.meta({ secret: true })
})

const guid = z.guid('is no GUID')

const teamsBot = z.strictObject({
  ...common('teams-bot', 1),
  type: z.literal('teams-bot').describe('Microsoft Teams, by a bot: a card for each ticket, and replies to it'),
  tenant: guid.describe('Of Microsoft Entra: its id'),
  clientId: guid.describe('Of the bot’s application; the team has its app, with ChannelMessage.Read.Group'),
  clientSecret: secret,
  team: guid.describe('The id of its group'),
  channel: z.string().regex(/^19:[\w-]+@thread\.(tacv2|skype)$/, 'is no id of a channel: 19:...@thread.tacv2'),
  serviceUrl: base
    .default('https://smba.trafficmanager.net/teams')
    .describe('Of the Bot Connector; GCC: https://smba.infra.gcc.teams.microsoft.com/gcc'),
  graphUrl: base.default('https://graph.microsoft.com'),
  authority: base.default('https://login.microsoftonline.com'),
  settleSeconds: settle(60)
})

const address = z.string().regex(/^[^\r\n]*[^\s@<>]+@[^\s@<>]+>?$/, 'is no address')

const email = z.strictObject({
  ...common('email', 1),
  type: z.literal('email').describe('Mail over SMTP: one for each event, a thread for each ticket'),
  host: z.string().min(1),
  port: z.int().min(1).max(65_535).default(587),
  tls: z
    .enum(['tls', 'starttls', 'none'])
    .default('starttls')
    .describe('tls: from the first byte (port 465). starttls: nothing is sent without it'),
  user: z.string().min(1).nullable().default(null),
  password: secret.nullable().default(null),
  from: address.describe('logveil <logveil@example.com>'),
  to: z.array(address).min(1)
})

const kafka = z.strictObject({
  ...common('kafka', 1000),
  type: z.literal('kafka').describe('A topic: CloudEvents, keyed by the ticket'),
  brokers: z.array(broker).min(1),
  topic: z.string().min(1),
  clientId: z.string().min(1).default('logveil'),
  ...kafkaSecurity
})

const ocsfFile = z.strictObject({
  ...common('ocsf-file', 1000),
  type: z.literal('ocsf-file').describe('OCSF findings (class 2006) as JSON lines in a file'),
  path: z.string().min(1).describe('Made when it is missing, for its owner only; rotate it by renaming')
})

const ocsfLogs = z.strictObject({
  ...common('ocsf-otlp', 100),
  type: z.literal('ocsf-otlp').describe('OCSF findings (class 2006) as log records over OTLP/HTTP'),
  url: base.describe('http://HOST:4318'),
  headers
})

export const channelSchema = z.discriminatedUnion('type', [
  webhook,
  pagerduty,
  alertmanager,
  jira,
  github,
  gitea,
  gitlab,
  servicenow,
  opsgenie,
  slack,
  slackWebhook,
  teams,
  teamsBot,
  email,
  kafka,
  ocsfFile,
  ocsfLogs
])

export type ChannelConfig = z.output<typeof channelSchema>
