/** What a subcommand says on standard output, and with which exit status it ends. */
export interface Outcome {
  readonly text: string
  readonly status: number
}

/** Returns the exit status. */
export function print({ text, status }: Outcome, stream: NodeJS.WriteStream): number {
  stream.on('error', ignoreClosedPipe).write(text)
  return status
}

/** `logveil detectors list | head` */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
}
