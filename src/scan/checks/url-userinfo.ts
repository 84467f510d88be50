import type { Check } from '../../model.ts'
import { isPlaceholder } from '../placeholders.ts'
import { alone, percentDecoded } from './around.ts'
import { passwordHost } from './host-around.ts'

/** Filled in later, elsewhere: `${X}`, `$X`, `{{x}}`, `{x}`, `%s`, `%(x)s`, `<pass>`, `[pass]`, `:pass`, `#{x}`, `%x%`. */
const template =
  /^(?:\$\{.*\}|\$\(.*\)|\$[A-Z][A-Z0-9_]*|\{.*\}|%[a-z]|%\(.*\)[a-z]|<.*>|\[.*\]|#\{.*\}|%[A-Z_]+%|@[A-Z_]+@)$/
/** What documentation writes for a password; real services refuse them. */
const documentation = new Set(
  'password passwd pass pwd yourpassword your_password your-password mypassword my_password my-password example ...'.split(
    ' '
  )
)

/**
 * The password of a URL or connection string (`scheme://user:password@host`). Drops templates, masks and what documentation writes. The
 * host does not matter: a password for localhost is one too.
 */
export const urlUserinfo: Check = {
  name: 'url-userinfo',
  filter: true,
  description: 'no template, mask or documentation word; those are dropped (passwords in URLs; RFC 3986)',
  check: (secret) => (isIdle(secret) ? 'reject' : 'pass'),
  hints: (_, around = alone) => passwordHost(around)
}

function isIdle(password: string): boolean {
  const decoded = percentDecoded(password)
  const bytes = Buffer.from(decoded, 'latin1')
  return (
    decoded === '' ||
    template.test(decoded) ||
    documentation.has(decoded.toLowerCase()) ||
    isPlaceholder(bytes, 0, bytes.length)
  )
}
