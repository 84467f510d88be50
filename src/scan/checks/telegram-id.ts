import type { Check } from '../../model.ts'

/** `<bot id>:AA...`; the id is below 2^54 and the second part has 35 characters. core.telegram.org/bots/api */
export const telegramId: Check = {
  name: 'telegram-id',
  description: 'bot id below 2^54 and 35 characters beginning AA (Telegram bot tokens; core.telegram.org)',
  check: (secret) => (botOf(secret) === null ? 'fail' : 'pass'),
  hints(secret) {
    const bot = botOf(secret)
    return bot === null ? {} : { bot }
  }
}

function botOf(secret: string): string | null {
  const id = /^([1-9][0-9]{2,16}):AA[A-Za-z0-9_-]{33}$/.exec(secret)?.[1]
  return id !== undefined && BigInt(id) < 1n << 54n ? id : null
}
