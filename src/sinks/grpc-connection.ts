import { type ClientHttp2Session, connect } from 'node:http2'
import { isIP } from 'node:net'
import { type DownstreamOptions, readClientTls } from './downstream.ts'

/** The one connection to a downstream, made when it is needed, and again when it was lost. */
export interface GrpcConnection {
  session(): ClientHttp2Session
  close(): void
}

const windowBytes = 1 << 20
const connectMs = 5000
const pingEveryMs = 30_000
const pongMs = 10_000
/** Only a batch that is stored is still under way when a sink is closed. */
const lastCallsMs = 500

export function createGrpcConnection({ url, tls }: DownstreamOptions): GrpcConnection {
  const secure = url.protocol === 'grpcs:'
  const authority = `${secure ? 'https' : 'http'}://${url.host}`
  const options = {
    ...(secure ? readClientTls(tls) : {}),
    // An address is no server name.
    ...(isIP(url.hostname.replace(/^\[|\]$/g, '')) > 0 ? { servername: '' } : {}),
    settings: { enablePush: false, initialWindowSize: windowBytes }
  }
  let current: ClientHttp2Session | null = null

  function open(): ClientHttp2Session {
    const session = connect(authority, { ...options, maxSessionMemory: Number.MAX_SAFE_INTEGER })
    const forget = (): void => {
      if (current === session) current = null
    }
    const timer = setTimeout(() => session.destroy(unanswered('ETIMEDOUT')), connectMs)
    session.on('connect', () => clearTimeout(timer))
    session.on('goaway', forget)
    session.on('error', forget)
    session.on('close', () => {
      clearTimeout(timer)
      forget()
    })
    ping(session)
    return session
  }

  return {
    session() {
      if (current === null || current.destroyed || current.closed) current = open()
      return current
    },
    close() {
      const last = current
      current = null
      last?.close()
      setTimeout(() => last?.destroy(), lastCallsMs).unref()
    }
  }
}

/** Finds out that the other side has gone without a word, before a batch has to. */
function ping(session: ClientHttp2Session): void {
  const timer = setInterval(() => {
    if (session.destroyed || session.connecting) return
    const late = setTimeout(() => session.destroy(unanswered('ETIMEDOUT')), pongMs)
    if (!session.ping(() => clearTimeout(late))) clearTimeout(late)
  }, pingEveryMs)
  timer.unref()
  session.on('close', () => clearInterval(timer))
}

function unanswered(code: string): Error {
  return Object.assign(new Error('no answer'), { code })
}
