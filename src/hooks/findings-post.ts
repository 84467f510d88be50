import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { LogveilError } from '../errors.ts'

/** Posts finding lines, a batch at a time. */
export interface FindingsPost {
  add(lines: readonly string[]): void
  close(): Promise<void>
}

/** Most lines that wait; beyond them the oldest go. */
const mostWaiting = 10_000
/** Most lines of one request. */
const mostPosted = 500
/** So that findings of one moment are one request. */
const gatherMs = 200
const timeoutMs = 5000
const firstRetryMs = 1000
const longestRetryMs = 60_000

/** Newline-delimited JSON, `POST`ed again after growing pauses until it is answered with 2xx; nothing here keeps the process alive. */
export function openFindingsPost(
  url: string,
  headers: Readonly<Record<string, string>>,
  warn: (message: string) => void
): FindingsPost {
  const target = parse(url)
  let waiting: string[] = []
  let scheduled = false
  let posting: Promise<boolean> | null = null
  let retryMs = firstRetryMs

  function schedule(ms: number): void {
    if (!scheduled) setTimeout(flush, ms).unref()
    scheduled = true
  }

  async function flush(): Promise<boolean> {
    scheduled = false
    if (posting !== null) return posting
    const batch = waiting.splice(0, mostPosted)
    if (batch.length === 0) return true
    posting = post(target, headers, batch.join(''))
    const done = await posting
    posting = null
    if (done) retryMs = firstRetryMs
    else {
      warn(`findings do not reach ${target.host}: they are kept, the newest ${mostWaiting}, and sent again`)
      waiting = [...batch, ...waiting].slice(-mostWaiting)
    }
    if (waiting.length > 0) schedule(done ? 0 : retryMs)
    if (!done) retryMs = Math.min(2 * retryMs, longestRetryMs)
    return done
  }

  return {
    add(lines) {
      waiting.push(...lines)
      if (waiting.length > mostWaiting) {
        waiting = waiting.slice(-mostWaiting)
        warn(`more than ${mostWaiting} findings wait to be sent: the oldest are lost`)
      }
      schedule(gatherMs)
    },
    async close() {
      const deadline = Date.now() + timeoutMs
      while ((waiting.length > 0 || posting !== null) && Date.now() < deadline) if (!(await flush())) return
    }
  }
}

function parse(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url
  throw new LogveilError('CONFIG_INVALID', 'findings.url is no http(s) address')
}

/** Resolves to whether it was taken. */
function post(url: URL, headers: Readonly<Record<string, string>>, body: string): Promise<boolean> {
  const send = url.protocol === 'https:' ? requestHttps : requestHttp
  return new Promise((resolve) => {
    const request = send(
      url,
      { method: 'POST', headers: { ...headers, 'content-type': 'application/x-ndjson' }, timeout: timeoutMs },
      (response) => {
        const { statusCode = 0 } = response
        response.resume()
        response.on('error', () => resolve(false))
        response.on('end', () => resolve(statusCode >= 200 && statusCode < 300))
      }
    )
    request.on('timeout', () => request.destroy())
    request.on('error', () => resolve(false))
    request.on('socket', (socket) => socket.unref())
    request.end(body)
  })
}
