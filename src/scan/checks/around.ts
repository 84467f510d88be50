import type { Surroundings } from '../../model.ts'

/** Of a secret that stands alone. */
export const alone: Surroundings = { before: () => '', after: () => '' }

/** How far the URL of a signature reaches: a session token of 1.5 KB may stand in it. */
const urlReach = 2048

/** A URL that a secret is a query parameter of. */
export interface UrlAround {
  /** What comes before the secret in it. */
  readonly before: string
  /** By lower-case name; percent-encoding is taken off, also twice. Separators may be escaped: `%26`, `\u0026`, `&amp;`. */
  readonly parameters: ReadonlyMap<string, string>
}

/** A check and its hints ask for the same one. */
const urls = new WeakMap<Surroundings, UrlAround>()

export function urlAround(around: Surroundings): UrlAround {
  let url = urls.get(around)
  if (url === undefined) {
    const before = lastWord(around.before(urlReach))
    url = { before, parameters: parametersOf(before + firstWord(around.after(urlReach))) }
    urls.set(around, url)
  }
  return url
}

/** Longest value that is kept, in bytes: session tokens are longer. */
const maxValue = 256

function parametersOf(word: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  // A connection string holds a SAS as a value; Tencent writes a range of times with a semicolon.
  for (const part of word.replace('SharedAccessSignature=', '&').split(/[?&]|;(?![0-9]{10}(?:&|$))|%26|%3f|\\u0026/i)) {
    const at = part.search(/=|%3d/i)
    if (at < 1 || at > 40) continue
    const value = part.slice(part[at] === '=' ? at + 1 : at + 3)
    if (value.length <= maxValue) found.set(part.slice(0, at).toLowerCase(), percentDecoded(percentDecoded(value)))
  }
  return found
}

export function percentDecoded(text: string): string {
  return text.includes('%')
    ? text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    : text
}

/** Up to white space, a quote or an angle bracket. A loop: a regex that is anchored at the end only tries every start. */
export function lastWord(text: string): string {
  let at = text.length
  while (at > 0 && !breaksWord(text.charCodeAt(at - 1))) at--
  return text.slice(at)
}

function firstWord(text: string): string {
  let at = 0
  while (at < text.length && !breaksWord(text.charCodeAt(at))) at++
  return text.slice(0, at)
}

function breaksWord(code: number): boolean {
  return code <= 0x20 || code === 0x22 || code === 0x27 || code === 0x60 || code === 0x3c || code === 0x3e
}
