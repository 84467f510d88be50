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

export function isTooLarge(error: unknown): boolean {
  return typeOf(error) === 'MESSAGE_TOO_LARGE' || typeOf(error) === 'RECORD_LIST_TOO_LARGE'
}
