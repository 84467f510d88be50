import type { Hints, Surroundings } from '../../model.ts'
import { lastWord } from './around.ts'

/** Bytes on either side in which the host of a password is looked for. */
const reach = 512

/** `host` of the URL, connection string or command that a password stands in. */
export function passwordHost(around: Surroundings): Hints {
  const before = around.before(reach)
  const after = around.after(reach)
  return hostHint(
    behindPassword(after) ??
      inConnectionString(before, after) ??
      hostOfUrl(lastWord(before)) ??
      inCommand(before, after)
  )
}

export function hostHint(host: string | null): Hints {
  return host === null ? {} : { host }
}

/**
 * The host of the URL that ends here or goes on behind. None when an `@` follows the authority: what stands before it may be a password
 * with a slash in it.
 */
export function hostOfUrl(url: string): string | null {
  const authority = url.slice(url.lastIndexOf('://') + 3).split(/[/?#;]/, 1)[0]
  if (!url.includes('://') || url.indexOf('@', url.lastIndexOf('://') + authority.length + 3) >= 0) return null
  return hostName(authority.slice(authority.lastIndexOf('@') + 1).replace(/:[0-9]{1,5}$/, ''))
}

/** A host as URLs have it, in lower case, and too short for a token; null for anything else. */
export function hostName(text: string): string | null {
  if (text.length > 253 || (text.length > 30 && !text.includes('.'))) return null
  return /^(?!-)(?:[a-z0-9-]{1,63}\.)*[a-z0-9-]{1,63}$/.test(text) ? text : null
}

/**
 * `@host:5432/db`, `@tcp(host:3306)`, `@//host:1521/service`. A password with an `@` in it may be matched too short, so that a part of it
 * stands where the host should: with another `@` behind, nobody knows.
 */
function behindPassword(after: string): string | null {
  const at = /^@(?:tcp6?\(|\/\/)?([a-z0-9.-]{1,253})(?::[0-9]{1,5})?(?=[/?,:)\s"']|$)/.exec(after)
  return at === null || after.split('\n', 1)[0].includes('@', at[0].length) ? null : hostName(at[1])
}

const inString =
  /\b(?:server|data source|host(?:name)?|addr(?:ess)?|network address)\s{0,2}=\s{0,2}(?:tcp:)?([a-z0-9.-]{1,253})/gi

/** `Server=tcp:host,1433;...;Password=...` and the other way round; also `host=db password=...` of libpq. */
function inConnectionString(before: string, after: string): string | null {
  if (!/(?:password|passwd|pwd)["' ]{0,2}=\s{0,2}["'{]?$/i.test(before.slice(-24))) return null
  const own = before.slice(Math.max(before.lastIndexOf('"'), before.lastIndexOf('\n')) + 1)
  const match = [...own.matchAll(inString)].at(-1) ?? [...after.split(/["\n]/, 1)[0].matchAll(inString)][0]
  return match === undefined ? null : hostName(match[1].toLowerCase())
}

/** `machine host login ...` (netrc), `mysql -h host`, `curl -u user:password https://host`. */
function inCommand(before: string, after: string): string | null {
  const named = [...before.matchAll(/(?:\bmachine| -h| --host)[ =]([a-z0-9.-]{1,253})(?=\s)/g)].at(-1)
  if (named !== undefined) return hostName(named[1])
  if (!/ (?:-u|--user)[ =]{1,2}["']?[^\s:"']{1,100}:$/.test(before.slice(-120))) return null
  const url = /^["']?\s(?:.{0,200}\s)??["']?(https?:\/\/[^\s"'<>]{1,300})/.exec(after)
  return url === null ? null : hostOfUrl(url[1])
}
