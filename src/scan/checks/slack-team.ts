import type { Check } from '../../model.ts'

const token = /^(?:xox[a-z]|xapp)-(?:[0-9]-)?([A-Z0-9]{6,13})-[A-Za-z0-9-]+$/
const webhook = /(?:^|\/)(T[A-Z0-9]{6,12})\/([A-Z0-9]{6,12})\/[A-Za-z0-9]{20,}$/

/** `xoxb-<team>-<user>-...`; `https://hooks.slack.com/services/T<team>/B<bot>/...`; `xapp-1-A<app>-...`. */
export const slackTeam: Check = {
  name: 'slack-team',
  description: 'numbers of team and app at their places (Slack tokens and webhooks)',
  check: (secret) => (token.test(secret) || webhook.test(secret) ? 'pass' : 'fail'),
  hints(secret) {
    const id = token.exec(secret)?.[1] ?? webhook.exec(secret)?.[1]
    if (id === undefined) return {}
    return secret.startsWith('xapp-') ? { app: id } : { team: id }
  }
}
