import type { Surroundings } from '../../model.ts'

/** Of a secret that stands alone. */
export const alone: Surroundings = { before: () => '', after: () => '' }

/** How far the URL of a signature reaches: a session token of 1.5 KB may stand in it. */
const urlReach = 2048

/** The URL or word around a secret, cut out: what comes before it and what comes behind. */
export function wordAround(
  around: Surroundings,
  reach = urlReach
): { readonly before: string; readonly after: string } {
  return { before: lastWord(around.before(reach)), after: firstWord(around.after(reach)) }
}

/**
 * Query parameters around a secret that is one itself, by lower-case name; percent-encoding is taken off, also twice. Separators may be
 * escaped (`%26`, `\u0026`, `&amp;`).
 */
export function parametersAround(around: Surroundings): ReadonlyMap<string, string> {
  const { before, after } = wordAround(around)
  const found = new Map<string, string>()
  // A connection string holds a SAS as a value.
  const query = (before + after).replace(/SharedAccessSignature=/i, '&')
  for (const part of query.split(/[?&;]|%26|%3f|\\u0026/i)) {
    const at = part.search(/=|%3d/i)
    if (at < 1 || at > 40) continue
    const value = percentDecoded(percentDecoded(part.slice(part[at] === '=' ? at + 1 : at + 3)))
    found.set(part.slice(0, at).toLowerCase(), value)
  }
  return found
}

export function percentDecoded(text: string): string {
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

/** A loop: a regex that is anchored at the end only tries every start. */
function lastWord(text: string): string {
  let at = text.length
  while (at > 0 && !breaksWord(text, at - 1)) at--
  return text.slice(at)
}

function firstWord(text: string): string {
  let at = 0
  while (at < text.length && !breaksWord(text, at)) at++
  return text.slice(0, at)
}

function breaksWord(text: string, at: number): boolean {
  return text.charCodeAt(at) <= 0x20 || '"\'`<>'.includes(text[at])
}
