import { createHash, timingSafeEqual } from 'node:crypto'

/** Whether a request may be taken, by the value of its `Authorization` header. */
export type Authorize = (header: string | undefined) => boolean

/** Several tokens may be good at once, so that they can be changed one sender after another. Without tokens everybody may. */
export function createAuthorize(tokens: readonly string[]): Authorize {
  if (tokens.length === 0) return () => true
  const identify = createIdentify(tokens.map((token) => ({ token })))
  return (header) => identify(header) !== null
}

/** Whose token a request bears, by the value of its `Authorization` header; null: nobody's. */
export function createIdentify<T extends { readonly token: string }>(
  holders: readonly T[]
): (header: string | undefined) => T | null {
  const digests = holders.map(({ token }) => digest(token))
  return (header = '') => {
    const presented = digest(/^bearer +(.*)$/i.exec(header)?.[1].trim() ?? '')
    // Every token is compared, and digests of one length: how long it takes tells nothing.
    const same = digests.map((known) => timingSafeEqual(known, presented))
    return holders[same.indexOf(true)] ?? null
  }
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
