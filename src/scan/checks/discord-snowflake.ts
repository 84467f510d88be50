import type { Check } from '../../model.ts'
import { decodeBase64 } from './base-n.ts'

/** The first part of a bot token is the base64 of the bot's decimal id (snowflake). discord.com/developers/docs/reference */
export const discordSnowflake: Check = {
  name: 'discord-snowflake',
  description: 'first part is the bot id (Discord bot tokens)',
  check: (secret) => (botOf(secret) === null ? 'fail' : 'pass'),
  hints(secret) {
    const bot = botOf(secret)
    return bot === null ? {} : { bot }
  }
}

function botOf(secret: string): string | null {
  const bytes = decodeBase64(secret.slice(0, Math.max(0, secret.indexOf('.'))))
  const id = bytes === null ? '' : Buffer.from(bytes).toString('latin1')
  return /^[1-9][0-9]{3,19}$/.test(id) ? id : null
}
