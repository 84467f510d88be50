import { LogveilError } from '../errors.ts'

/** Writes one line to standard error. */
export function complain(message: string): void {
  tell(`logveil: ${message}\n`)
}

/** Writes to standard error. That nobody listens there is no reason to stop the flow. */
export function tell(text: string): void {
  if (process.stderr.listenerCount('error') === 0) process.stderr.on('error', () => {})
  process.stderr.write(text)
}

/** An error for people, without any text that could be input: our own messages, Node's own, else the kind and the stack's places. */
export function describe(error: unknown): string {
  if (error instanceof LogveilError) return error.message
  if (!(error instanceof Error)) return 'unknown error'
  if ((error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') return error.message
  const { message, stack = '' } = error
  const at = stack.indexOf(message)
  const places = (at < 0 ? '' : stack.slice(at + message.length)).split('\n').filter((line) => /^\s+at /.test(line))
  return [error.constructor.name, ...places.slice(0, 5)].join('\n')
}
