// Every channel with the fake of its service: what is tested of all of them is one table.
import type { z } from 'zod'
import { openChannel } from '../../../src/cli/tickets-channels.ts'
import { channelSchema } from '../../../src/config/channels-schema.ts'
import type { Channel } from '../../../src/model.ts'
import { alertmanagerFake, alertmanagerToken } from './alertmanager-fake.ts'
import { slackAccess, slackFake, slackHook, slackWebhookFake, teamsFake, teamsHook } from './chat-fakes.ts'
import { type Fake, type FakeApi, startFake } from './fake-service.ts'
import { giteaFake, githubFake, gitlabFake, gitToken } from './git-fakes.ts'
import { jiraAccess, jiraFake } from './jira-fake.ts'
import { mailAccess, otlpFake, otlpToken, startFile, startMailbox, webhookFake, webhookSecret } from './log-fakes.ts'
import { opsgenieFake, opsgenieKey } from './opsgenie-fake.ts'
import { pagerdutyFake, routingKey } from './pagerduty-fake.ts'
import { serviceNowAccess, serviceNowFake } from './servicenow-fake.ts'
import { teamsBotAccess, teamsBotFake } from './teams-bot-fake.ts'

export type ChannelInput = z.input<typeof channelSchema>

export interface ChannelCase {
  readonly type: ChannelInput['type']
  /** `slow`: as services are where it is hard: what was just made is not found yet. */
  start(slow: boolean): Promise<Fake>
  /** With the credentials that the fake knows. */
  config(url: string): ChannelInput
  /** The same with others; null: there are none. */
  locked(url: string): ChannelInput | null
  /** What those are answered. */
  readonly refused: string
  /**
   * `tracker`: a thing for each ticket, with a note for each event. `alert`: a thing for each ticket. `log`: each event, which comes again under its id.
   * `chat`: a message for each delivery.
   */
  readonly kind: 'tracker' | 'alert' | 'log' | 'chat'
  /** What its states are called for open, acknowledged, over for good, and over as it is none. */
  readonly states: readonly [open: string, active: string, over: string, passedOver: string]
  readonly http: boolean
}

const settleSeconds = 0.3
const told = ['told', 'told', 'told', 'told'] as const

type Input<T extends ChannelInput['type']> = Omit<Extract<ChannelInput, { type: T }>, 'type'>

/** A service over HTTP. */
function http<T extends ChannelInput['type']>(
  type: T,
  kind: ChannelCase['kind'],
  states: ChannelCase['states'],
  fake: (slow: boolean) => FakeApi,
  config: (url: string) => Input<T>,
  locked: Partial<Input<T>> | ((url: string) => Partial<Input<T>>),
  refused = 'answers 401'
): ChannelCase {
  const input = (url: string, others: object) => ({ ...config(url), ...others, type }) as never
  return {
    type,
    kind,
    states,
    start: (slow) => startFake(fake(slow)),
    config: (url) => input(url, {}),
    locked: (url) => input(url, typeof locked === 'function' ? locked(url) : locked),
    refused,
    http: true
  }
}

const git = { token: gitToken, repository: 'acme/secrets', assignees: ['ada'], settleSeconds }
const gitHub = ['open', 'open', 'closed completed', 'closed not_planned'] as const
const gitStates = ['open', 'open', 'closed', 'closed'] as const
const email = {
  from: 'logveil <logveil@example.com>',
  to: ['a@example.com', 'b@example.com'],
  tls: 'none',
  ...mailAccess
} as const

function mail(url: string, others: object): ChannelInput {
  const { hostname: host, port } = new URL(url)
  return { type: 'email', host, port: Number(port), ...email, to: [...email.to], ...others }
}

export const cases: readonly ChannelCase[] = [
  http(
    'alertmanager',
    'alert',
    ['firing', 'firing', 'resolved', 'resolved'],
    alertmanagerFake,
    (url) => ({
      urls: [url],
      labels: { team: 'security' },
      resendSeconds: 1,
      headers: { authorization: `Bearer ${alertmanagerToken}` }
    }),
    { headers: {} }
  ),
  http(
    'jira',
    'tracker',
    ['To Do', 'In Progress', 'Done', 'Done'],
    (slow) => jiraFake(slow ? 200 : 0),
    (url) => ({ url, project: 'SEC', priorities: {}, settleSeconds, ...jiraAccess }),
    { token: 'another' }
  ),
  http(
    'pagerduty',
    'alert',
    ['triggered', 'acknowledged', 'resolved', 'resolved'],
    pagerdutyFake,
    (url) => ({ url: `${url}/v2/enqueue`, routingKey }),
    { routingKey: 'x'.repeat(32) },
    'answers 400'
  ),
  http('github', 'tracker', gitHub, githubFake, (url) => ({ url, ...git }), { token: 'another' }),
  http('gitea', 'tracker', gitStates, giteaFake, (url) => ({ url, ...git, labels: [7] }), { token: 'another' }),
  http(
    'gitlab',
    'tracker',
    gitStates,
    gitlabFake,
    (url) => ({ url, token: gitToken, project: 'acme/secrets', settleSeconds }),
    { token: 'another' }
  ),
  http(
    'servicenow',
    'tracker',
    ['New', 'In Progress', 'Resolved', 'Resolved'],
    serviceNowFake,
    (url) => ({ url, settleSeconds, ...serviceNowAccess }),
    { password: 'another' }
  ),
  http(
    'opsgenie',
    'alert',
    ['open', 'acked', 'closed', 'closed'],
    opsgenieFake,
    (url) => ({ url, apiKey: opsgenieKey, teams: ['security'] }),
    { apiKey: 'another' }
  ),
  http(
    'slack',
    'tracker',
    ['new', 'active', 'done', 'done'],
    slackFake,
    (url) => ({ url, settleSeconds, ...slackAccess }),
    { token: 'another' },
    'answers invalid_auth'
  ),
  http(
    'slack-webhook',
    'chat',
    told,
    slackWebhookFake,
    (url) => ({ url: url + slackHook }),
    (url) => ({ url })
  ),
  http(
    'teams',
    'chat',
    told,
    teamsFake,
    (url) => ({ url: url + teamsHook }),
    (url) => ({ url })
  ),
  http(
    'teams-bot',
    'tracker',
    ['new', 'active', 'done', 'done'],
    (slow) => teamsBotFake(slow ? 200 : 0),
    (url) => ({ serviceUrl: url, graphUrl: url, authority: url, settleSeconds, ...teamsBotAccess }),
    { clientSecret: 'another' }
  ),
  http(
    'webhook',
    'log',
    told,
    webhookFake,
    (url) => ({ name: 'webhook', url: `${url}/hook`, secrets: [webhookSecret] }),
    { secrets: [`whsec_${Buffer.alloc(32, 8).toString('base64')}`] }
  ),
  http('ocsf-otlp', 'log', told, otlpFake, (url) => ({ url, headers: { authorization: `Bearer ${otlpToken}` } }), {
    headers: {}
  }),
  {
    type: 'ocsf-file',
    kind: 'log',
    states: told,
    start: startFile,
    config: (path) => ({ type: 'ocsf-file', path }),
    locked: () => null,
    refused: '',
    http: false
  },
  {
    type: 'email',
    kind: 'log',
    states: told,
    start: startMailbox,
    config: (url) => mail(url, {}),
    locked: (url) => mail(url, { password: 'another' }),
    refused: 'answers 535',
    http: false
  }
]

export function openCase(input: ChannelInput): Channel {
  return openChannel(channelSchema.parse(input), () => '').channel
}
