import type { IncomingMessage } from 'node:http'

/** The whole body; null: longer than `maxBytes`. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | null> {
  if (Number(request.headers['content-length']) > maxBytes) return null
  const chunks: Buffer[] = []
  let length = 0
  // Not destroyed when it is too long: it has to be answered.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    length += chunk.length
    if (length > maxBytes) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** `application/json` of `application/json; charset=utf-8`. */
export function mediaTypeOf({ headers }: IncomingMessage): string {
  return headers['content-type']?.split(';')[0].trim().toLowerCase() ?? ''
}
