import type { LogveilError } from '../errors.ts'
import { recordRefused, recordTooLarge } from './lost.ts'

/** Protocol errors have a type, others a name; messages may quote hosts and ids, which are no secrets, but records they never quote. */
export function reasonOf(error: unknown): string {
  const type = typeOf(error)
  return type === '' ? (error instanceof Error ? error.name : 'unknown') : type
}

export function typeOf(error: unknown): string {
  const { type, originalError, cause } = (error ?? {}) as { type?: string; originalError?: unknown; cause?: unknown }
  if (typeof type === 'string') return type
  const inner = originalError ?? cause
  return inner === undefined || inner === null ? '' : typeOf(inner)
}

const tooLarge = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE'])
const refused = new Set(['INVALID_RECORD', 'INVALID_TIMESTAMP'])

/** Whether it is for a record in it that a write failed; null: for anything else. */
export function refusalOf(error: unknown): LogveilError | null {
  const type = typeOf(error)
  return tooLarge.has(type) ? recordTooLarge() : refused.has(type) ? recordRefused() : null
}
