/** A descriptor that another process made non-blocking answers `EAGAIN`: asked again after this, in milliseconds. */
const pauseMs = 5

export function retryLater(again: () => void): void {
  setTimeout(again, pauseMs)
}
