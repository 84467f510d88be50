// Every channel with the fake of its service: what is tested of all of them is one table.
import type { z } from 'zod'
import { openChannel } from '../../../src/cli/tickets-channels.ts'
import { channelSchema } from '../../../src/config/channels-schema.ts'
import type { Channel } from '../../../src/model.ts'
import { alertmanagerFake, alertmanagerToken } from './alertmanager-fake.ts'
import { type Fake, type FakeApi, startFake } from './fake-service.ts'
import { jiraAccess, jiraFake } from './jira-fake.ts'
import { pagerdutyFake, routingKey } from './pagerduty-fake.ts'

export type ChannelInput = z.input<typeof channelSchema>

export interface ChannelCase {
  readonly type: string
  /** `slow`: as services are where it is hard: what was just made is not found yet. */
  fake(slow: boolean): FakeApi
  /** With the credentials that the fake knows. */
  config(url: string): ChannelInput
  /** The same with others, and what that is answered. */
  locked(url: string): ChannelInput
  readonly lockedStatus: number
  /** What its states are called for open, acknowledged and over. */
  readonly states: readonly [open: string, active: string, over: string]
  /** Whether each event leaves a note. */
  readonly notes: boolean
}

const jira = { type: 'jira', project: 'SEC', priorities: {}, settleSeconds: 0.3, ...jiraAccess } as const
const alertmanager = { type: 'alertmanager', labels: { team: 'security' }, resendSeconds: 1 } as const

export const cases: readonly ChannelCase[] = [
  {
    type: 'alertmanager',
    fake: alertmanagerFake,
    config: (url) => ({ ...alertmanager, urls: [url], headers: { authorization: `Bearer ${alertmanagerToken}` } }),
    locked: (url) => ({ ...alertmanager, urls: [url] }),
    lockedStatus: 401,
    states: ['firing', 'firing', 'resolved'],
    notes: false
  },
  {
    type: 'jira',
    fake: (slow) => jiraFake(slow ? 200 : 0),
    config: (url) => ({ ...jira, url }),
    locked: (url) => ({ ...jira, url, token: 'another' }),
    lockedStatus: 401,
    states: ['To Do', 'In Progress', 'Done'],
    notes: true
  },
  {
    type: 'pagerduty',
    fake: pagerdutyFake,
    config: (url) => ({ type: 'pagerduty', url: `${url}/v2/enqueue`, routingKey }),
    locked: (url) => ({ type: 'pagerduty', url: `${url}/v2/enqueue`, routingKey: 'x'.repeat(32) }),
    lockedStatus: 400,
    states: ['triggered', 'acknowledged', 'resolved'],
    notes: false
  }
]

export function openCase(input: ChannelInput): Channel {
  return openChannel(channelSchema.parse(input), () => '').channel
}

export async function startCase(one: ChannelCase, slow = false): Promise<{ fake: Fake; channel: Channel }> {
  const fake = await startFake(one.fake(slow))
  return { fake, channel: openCase(one.config(fake.url)) }
}
