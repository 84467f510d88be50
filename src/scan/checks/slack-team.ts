import type { Check } from '../../model.ts'
import { decodeBase64 } from './base-n.ts'

/** A kind of token; its one group, if any, is the id of the team, or with `app` of the app. */
interface Form {
  readonly mark: RegExp
  readonly shape: RegExp
  readonly id?: 'app'
}

/** Numbers are ids of 9 to 14 digits. Secrets of user tokens had 6 or 10 characters before 2016. */
const forms: readonly Form[] = [
  { mark: /^xoxb-/, shape: /^xoxb-(?:([0-9]{9,14})-)?[0-9]{8,14}-[A-Za-z0-9]{18,40}$/ },
  {
    mark: /^xoxp-/,
    shape: /^xoxp-([0-9]{9,14})(?:-[0-9]{9,14}){2}-(?:[A-Za-z0-9]{6}|[A-Za-z0-9]{10}|[A-Za-z0-9]{28,34})$/
  },
  { mark: /^xox[ar]-/, shape: /^xox[ar]-(?:[0-9]-)?([0-9]{9,14})(?:-[0-9]{9,14}){1,3}-[A-Za-z0-9]{6,64}$/ },
  { mark: /^xox[os]-/, shape: /^xox[os]-([0-9]{9,14})(?:-[0-9]{9,14}){2}-[a-f0-9]{6,64}$/ },
  { mark: /^xoxc-/, shape: /^xoxc-([0-9]{8,14})(?:-[0-9]{8,14}){2}-[a-f0-9]{64}$/ },
  { mark: /^xapp-/, shape: /^xapp-[0-9]{1,2}-(A[A-Z0-9]{7,14})-[0-9]{9,15}-[a-f0-9]{64}$/, id: 'app' }
]
/** Of tokens that rotate: base64 of kind, version, team, further ids and 64 hex digits. Seen on published tokens. */
const rotating = /^[0-9]-[0-9]-([0-9]{8,14})(?:-[0-9]{8,14}){1,3}-[a-f0-9]{64}$/
const webhook = /(?:^|\/)(T[A-Z0-9]{6,12})\/[A-Z0-9]{6,12}\/[A-Za-z0-9]{20,}$/
/** Workflow triggers, which name the enterprise (E) or the team. */
const trigger = /(?:^|\/)([TE][A-Z0-9]{6,12})\/[A-Z0-9]{6,20}\/(?:[0-9]{8,20}\/)?[A-Za-z0-9]{18,40}$/

/** Tokens of bots, users, browsers, apps and configuration, and webhook URLs. docs.slack.dev/authentication/tokens */
export const slackTeam: Check = {
  name: 'slack-team',
  description: 'numbers of team and app at their places (Slack tokens and webhooks; docs.slack.dev)',
  check: (secret) => (match(secret) === null ? 'fail' : 'pass'),
  hints(secret) {
    const id = match(secret)?.[1]
    if (id === undefined) return {}
    return forms.some(({ mark, id: kind }) => kind === 'app' && mark.test(secret)) ? { app: id } : { team: id }
  }
}

function match(secret: string): RegExpExecArray | null {
  const form = forms.find(({ mark }) => mark.test(secret))
  if (form !== undefined) return form.shape.exec(secret)
  const rotated = /^xoxe(?:\.xox[bp])?-[0-9]{1,2}-([A-Za-z0-9+/_-]{80,300})$/.exec(secret)?.[1]
  if (rotated !== undefined) return rotating.exec(Buffer.from(decodeBase64(rotated) ?? []).toString('latin1'))
  return webhook.exec(secret) ?? trigger.exec(secret)
}
