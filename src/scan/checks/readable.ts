/** Reading structures out of tokens: nothing here throws, everything is bounded by the token's length. */

import { decodeBase64 } from './base-n.ts'

/** The JSON object in a base64 or base64url text; null when there is none. */
export function jsonObject(base64: string): Readonly<Record<string, unknown>> | null {
  const bytes = decodeBase64(base64)
  if (bytes === null) return null
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'))
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null
  } catch {
    return null
  }
}

/** The named members that are short text or numbers, as hints. Control and non-ASCII characters, and so log forging, are refused. */
export function pick(from: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name): [string, string][] => {
      const value = Object.hasOwn(from, name) ? from[name] : undefined
      const text = typeof value === 'number' && Number.isFinite(value) ? String(value) : value
      return typeof text === 'string' && /^[\x20-\x7e]{1,128}$/.test(text) ? [[name, text]] : []
    })
  )
}
