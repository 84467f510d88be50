import type { Check } from '../../model.ts'
import { isPlaceholder } from '../placeholders.ts'
import { alone, percentDecoded } from './around.ts'
import { passwordHost } from './host-around.ts'

/** Filled in later, elsewhere: `${X}`, `$X`, `{{x}}`, `{x}`, `%s`, `%(x)s`, `<pass>`, `[pass]`, `:pass`, `#{x}`, `%x%`. */
const template =
  /^(?:\$\{.*\}|\$\(.*\)|\$[A-Z][A-Z0-9_]*|\{.*\}|%[a-z]|%\(.*\)[a-z]|<.*>|\[.*\]|#\{.*\}|%[A-Z_]+%|@[A-Z_]+@)$/
/** What only documentation writes for a password. `password` and `pass` are common and real. */
const documentation = /^(?:your|my)[-_]?(?:password|passwd|pwd|pass|secret|token)$|^\.{3}$/i

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
    decoded === '' || template.test(decoded) || documentation.test(decoded) || isPlaceholder(bytes, 0, bytes.length)
  )
}
