import { createHash, timingSafeEqual } from 'node:crypto'

/** Whether a request may be taken, by the value of its `Authorization` header. */
export type Authorize = (header: string | undefined) => boolean

/** Several tokens may be good at once, so that they can be changed one sender after another. Without tokens everybody may. */
export function createAuthorize(tokens: readonly string[]): Authorize {
  if (tokens.length === 0) return () => true
  const digests = tokens.map(digest)
  return (header = '') => {
    const presented = digest(/^bearer +(.*)$/i.exec(header)?.[1].trim() ?? '')
    // Every token is compared, and digests of one length: how long it takes tells nothing.
    return digests.map((known) => timingSafeEqual(known, presented)).includes(true)
  }
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
