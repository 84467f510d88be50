import { LogveilError } from '../errors.ts'

/** Posts finding lines, a batch at a time. */
export interface FindingsPost {
  add(lines: readonly string[]): void
  /** Posts what still waits, as far as that takes 2 s at most and no request fails. */
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
/** pino gives a transport that ends 10 s, for its lines as well. */
const closeMs = 2000

/**
 * Newline-delimited JSON by POST. What is not answered, or with 408, 429 or 5xx, is sent again after growing pauses; any other answer but 2xx
 * is a refusal for good. Keeps no process alive, except while it closes.
 */
export function openFindingsPost(
  url: string,
  headers: Readonly<Record<string, string>>,
  warn: (message: string) => void
): FindingsPost {
  const target = parse(url)
  let waiting: string[] = []
  let scheduled = false
  let posting: Promise<Outcome> | null = null
  let retryMs = firstRetryMs

  function schedule(ms: number): void {
    if (!scheduled) setTimeout(flush, ms).unref()
    scheduled = true
  }

  async function flush(): Promise<Outcome> {
    scheduled = false
    if (posting !== null) return posting
    const batch = waiting.splice(0, mostPosted)
    if (batch.length === 0) return 'done'
    posting = post(target, headers, batch.join(''))
    const outcome = await posting
    posting = null
    if (outcome === 'again') keep([...batch, ...waiting])
    if (outcome === 'refused') warn(`${target.host} refuses findings: they are lost`)
    retryMs = outcome === 'again' ? Math.min(2 * retryMs, longestRetryMs) : firstRetryMs
    if (waiting.length > 0) schedule(outcome === 'again' ? retryMs / 2 : 0)
    return outcome
  }

  function keep(lines: string[]): void {
    waiting = lines.slice(-mostWaiting)
    if (lines.length > mostWaiting) warn(`${target.host} does not take findings: the oldest are lost`)
  }

  return {
    add(lines) {
      waiting.push(...lines)
      // Not each time: to move all of them costs more than to add one.
      if (waiting.length > mostWaiting + mostPosted) keep(waiting)
      schedule(gatherMs)
    },
    async close() {
      const deadline = Date.now() + closeMs
      const hold = setTimeout(() => {}, closeMs)
      const late = new Promise<Outcome>((resolve) => setTimeout(resolve, closeMs, 'again').unref())
      while ((waiting.length > 0 || posting !== null) && Date.now() < deadline)
        if ((await Promise.race([flush(), late])) === 'again') break
      clearTimeout(hold)
    }
  }
}

function parse(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url
  throw new LogveilError('CONFIG_INVALID', 'findings.url is no http(s) address')
}

type Outcome = 'done' | 'refused' | 'again'

function outcomeOf(status: number): Outcome {
  if (status >= 200 && status < 300) return 'done'
  return status >= 500 || status === 408 || status === 429 ? 'again' : 'refused'
}

function post(url: URL, headers: Readonly<Record<string, string>>, body: string): Promise<Outcome> {
  // At the first need: to load it takes longer than all of logveil.
  const { request } = process.getBuiltinModule(url.protocol === 'https:' ? 'node:https' : 'node:http')
  return new Promise((resolve) => {
    const options = {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/x-ndjson' },
      timeout: timeoutMs
    }
    const sent = request(url, options, (response) => {
      response.resume()
      response.on('error', () => resolve('again'))
      response.on('end', () => resolve(outcomeOf(response.statusCode ?? 500)))
    })
    sent.on('timeout', () => sent.destroy())
    sent.on('error', () => resolve('again'))
    sent.on('socket', (socket) => socket.unref())
    sent.end(body)
  })
}
