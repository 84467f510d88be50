import type { Check } from '../../model.ts'

/** base64 of `OpenAI`, between two random parts of the same length. */
const mark = ['T3Blbk', 'FJ'].join('')

/** `sk-proj-`, `sk-svcacct-`, `sk-admin-` or `sk-` alone, then N characters, the mark, N characters; N is 20, 58 or 74. */
export const openaiMark: Check = {
  name: 'openai-mark',
  description: 'base64 of "OpenAI" in the middle (OpenAI keys)',
  check(secret) {
    const body = secret.replace(/^sk-(?:(?:proj|svcacct|admin)-)?/, '')
    const half = (body.length - mark.length) / 2
    return body !== secret && [20, 58, 74].includes(half) && body.startsWith(mark, half) ? 'pass' : 'fail'
  }
}
