/** As a warning of the process: a logger would be the one that is protected. */
export function warn(message: string): void {
  process.emitWarning(message, { type: 'LogveilWarning' })
}

/** Tells the first message only: a flood of warnings would end up in the log that is protected. */
export function warnOnce(): (message: string) => void {
  let told = false
  return (message) => {
    if (!told) warn(message)
    told = true
  }
}
