import type { Check } from '../../model.ts'

/** `sk-ant-api03-` (or admin01, oat01), 93 base64url characters, `AA`: 108 in all. The sizes of other kinds are not known. */
export const anthropicShape: Check = {
  name: 'anthropic-shape',
  description: '93 characters between the version and AA (Anthropic keys)',
  check(secret) {
    if (!/^sk-ant-(?:api|admin|oat)[0-9]{2}-/.test(secret))
      return /^sk-ant-[a-z]{3,10}[0-9]{2}-/.test(secret) ? 'unknown' : 'fail'
    return /^sk-ant-[a-z]{3,5}[0-9]{2}-[A-Za-z0-9_-]{93}AA$/.test(secret) ? 'pass' : 'fail'
  }
}
