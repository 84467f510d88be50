import type { Http2Session } from 'node:http2'

const everyMs = 30_000
const answerMs = 10_000

/** Ends sessions whose other side has gone without a word: pings it, and waits so long for the answer. */
export function keepAlive(session: Http2Session): void {
  const timer = setInterval(() => {
    if (session.destroyed || session.closed) return
    const late = setTimeout(() => session.destroy(), answerMs)
    if (!session.ping(() => clearTimeout(late))) clearTimeout(late)
  }, everyMs)
  timer.unref()
  session.on('close', () => clearInterval(timer))
}
