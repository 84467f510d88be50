import { getSystemErrorMessage } from 'node:util'

/** `no such file or directory`: what the system says, without Node's decoration; for other errors only their kind, as texts can quote input. */
export function systemMessage(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error'
  const { errno, code } = error as NodeJS.ErrnoException
  return (errno !== undefined && getSystemErrorMessage(errno)) || code || error.name
}
