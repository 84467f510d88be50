import type { ChannelConfig } from '../config/channels-schema.ts'
import type { Channel, Sink } from '../model.ts'
import { createAlertmanager } from '../tickets/channels/alertmanager.ts'
import { createEmail } from '../tickets/channels/email.ts'
import { createGitIssues } from '../tickets/channels/git-issues.ts'
import { createGitLab } from '../tickets/channels/gitlab.ts'
import { createJira } from '../tickets/channels/jira.ts'
import { createOcsfFile } from '../tickets/channels/ocsf-file.ts'
import { createOcsfLogs } from '../tickets/channels/ocsf-logs.ts'
import { createOpsgenie } from '../tickets/channels/opsgenie.ts'
import { createPagerDuty } from '../tickets/channels/pagerduty.ts'
import { createServiceNow } from '../tickets/channels/servicenow.ts'
import { createSlack, createSlackWebhook } from '../tickets/channels/slack.ts'
import { createTeams } from '../tickets/channels/teams.ts'
import { createTeamsBot } from '../tickets/channels/teams-bot.ts'
import { createTopic } from '../tickets/channels/topic.ts'
import { createWebhook } from '../tickets/channels/webhook.ts'
import type { ServedChannel } from '../tickets/dispatcher.ts'

/** A channel as it is configured. `webhookSecret`: of webhooks that have none of their own. Throws `KEY_INVALID`, `CONFIG_INVALID`, `OUTPUT_FAILED`. */
export function openChannel(config: ChannelConfig, webhookSecret: () => string): ServedChannel {
  return { perSecond: config.perSecond, channel: createChannel(config, webhookSecret) }
}

const now = Date.now
const settleMs = ({ settleSeconds }: { readonly settleSeconds: number }): number => settleSeconds * 1000

function createChannel(config: ChannelConfig, webhookSecret: () => string): Channel {
  switch (config.type) {
    case 'webhook':
      return createWebhook({ ...config, secrets: config.secrets.length > 0 ? config.secrets : [webhookSecret()], now })
    case 'pagerduty':
      return createPagerDuty(config)
    case 'alertmanager':
      return createAlertmanager({
        ...config,
        resendMs: config.resendSeconds * 1000,
        holdMs: config.holdHours * 3_600_000,
        now
      })
    case 'jira':
      return createJira({ ...config, settleMs: settleMs(config) })
    case 'github':
    case 'gitea':
      return createGitIssues({ ...config, flavour: config.type, settleMs: settleMs(config) })
    case 'gitlab':
      return createGitLab({ ...config, settleMs: settleMs(config) })
    case 'servicenow':
      return createServiceNow({ ...config, settleMs: settleMs(config) })
    case 'opsgenie':
      return createOpsgenie(config)
    case 'slack':
      return createSlack({ ...config, settleMs: settleMs(config) })
    case 'slack-webhook':
      return createSlackWebhook(config)
    case 'teams':
      return createTeams(config)
    case 'teams-bot':
      return createTeamsBot({ ...config, settleMs: settleMs(config) })
    case 'email':
      return createEmail(config)
    case 'kafka':
      return openTopic(config)
    case 'ocsf-file':
      return createOcsfFile(config)
    case 'ocsf-otlp':
      return createOcsfLogs(config)
  }
}

const topicTimeoutMs = 20_000

/** Its client is loaded at the first record. */
function openTopic({ type, name, perSecond: _, ...config }: ChannelConfig & { type: 'kafka' }): Channel {
  let sink: Promise<Sink> | null = null
  const open = async (): Promise<Sink> => {
    const { kafkaSink } = await import('./run-kafka.ts')
    const others = { compression: 'none', findingsTopic: null, deadLetterTopic: null, deadLetterKey: null } as const
    return kafkaSink({ ...config, ...others, type, timeoutMs: topicTimeoutMs })
  }
  return createTopic({
    name,
    async write(key, value) {
      sink ??= open()
      const line = { payload: Buffer.from(value), format: 'lines', signal: null, stream: key } as const
      await (await sink).write({ ...line, encoded: null, deadline: Number.POSITIVE_INFINITY })
    },
    close: async () => (await sink)?.close()
  })
}
