import type { ChannelConfig } from '../config/channels-schema.ts'
import type { Channel } from '../model.ts'
import { createAlertmanager } from '../tickets/channels/alertmanager.ts'
import { createJira } from '../tickets/channels/jira.ts'
import { createPagerDuty } from '../tickets/channels/pagerduty.ts'
import { createWebhook } from '../tickets/channels/webhook.ts'
import type { ServedChannel } from '../tickets/dispatcher.ts'

/** A channel as it is configured. `webhookSecret`: of webhooks that have none of their own. Throws `KEY_INVALID`, `CONFIG_INVALID`, `OUTPUT_FAILED`. */
export function openChannel(config: ChannelConfig, webhookSecret: () => string): ServedChannel {
  return { perSecond: config.perSecond, channel: createChannel(config, webhookSecret) }
}

const now = Date.now

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
      return createJira({ ...config, settleMs: config.settleSeconds * 1000 })
  }
}
