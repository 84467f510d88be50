import { createSocket, type Socket as Datagrams } from 'node:dgram'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { createServer as createSecureServer } from 'node:tls'
import { LogveilError } from '../errors.ts'
import type { Envelope, Origin } from '../model.ts'
import type { ByteBudget, Hold } from './byte-budget.ts'
import { createDeliver, type Deliver, type DeliveryEvents } from './deliver.ts'
import { type Address, lingering, listen } from './listen.ts'
import type { ListeningSource } from './otlp-http.ts'
import { createMessageReader, lineOf, withheld } from './syslog-messages.ts'
import { type Reloaded, readTls, reloadTls, type TlsFiles } from './tls.ts'

export interface SyslogOptions {
  readonly name: string
  readonly address: Address
  /** Several threads listen on one address. */
  readonly reusePort: boolean
  readonly maxMessageBytes: number
  readonly budget: ByteBudget
  /** Datagrams that there was no room for, or connections that were one too many. */
  readonly onRefused: (reason: 'overloaded' | 'connections') => void
  /** A message was withheld, of so many bytes. */
  readonly onTooLong: (bytes: number) => void
  readonly events: DeliveryEvents
}

export interface SyslogTcpOptions extends SyslogOptions {
  readonly tls: TlsFiles | null
  readonly maxConnections: number
  readonly onTlsReload: Reloaded
}

const origin: Origin = { resource: {}, format: 'syslog' }
/** What comes within a moment goes on together, in bytes. */
const batchBytes = 1 << 18

function envelopeOf(name: string, lines: readonly Buffer[]): Envelope {
  const deadline = Number.POSITIVE_INFINITY
  const payload = Buffer.concat(lines)
  // Whose a line is, its header tells, whichever connection it came over.
  return { payload, format: 'lines', signal: null, encoded: null, deadline, stream: name, origin }
}

/**
 * Syslog over TCP, also with TLS. Nothing is read of a connection while what was read of it is under way, so that senders wait. The protocol
 * has no acknowledgement: what was read is lost when we crash. Throws `LISTEN_FAILED`, `CONFIG_INVALID`.
 */
export async function listenSyslogTcp(options: SyslogTcpOptions): Promise<ListeningSource> {
  const { name, tls, maxConnections, maxMessageBytes, onRefused, onTooLong, events } = options
  const connections = new Set<Socket>()
  const running = new Set<Promise<void>>()
  const abort = new AbortController()
  let deliver: Deliver | null = null
  const waiting: (() => void)[] = []

  async function serve(socket: Socket): Promise<void> {
    const read = createMessageReader(maxMessageBytes, onTooLong)
    if (deliver === null) await new Promise<void>((resolve) => waiting.push(resolve))
    for await (const bytes of socket) {
      const lines = read(bytes)
      if (lines.length > 0) await (deliver as Deliver)(envelopeOf(name, lines), name)
      if (abort.signal.aborted) break
    }
    // Its end ends a message as well.
    const last = read(Buffer.from('\n'))
    if (last.length > 0 && !abort.signal.aborted) await (deliver as Deliver)(envelopeOf(name, last), name)
  }

  function accept(socket: Socket): void {
    connections.add(socket)
    const done: Promise<void> = serve(socket)
      .catch(() => {})
      .finally(() => {
        connections.delete(socket)
        running.delete(done)
        socket.destroy()
      })
    running.add(done)
  }

  const server: Server = tls === null ? createServer(accept) : createSecureServer(readTls(tls), accept)
  server.maxConnections = maxConnections
  server.on('drop', () => onRefused('connections'))
  const stopReload = tls === null ? () => {} : reloadTls(tls, server as never, options.onTlsReload)
  await listen(server, options.address, options.reusePort)
  return {
    name,
    port: (server.address() as AddressInfo).port,
    async run(next, signal) {
      deliver = createDeliver(next, events, signal)
      for (const go of waiting.splice(0)) go()
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
      abort.abort()
      stopReload()
      const closed = new Promise((resolve) => server.close(resolve))
      const cut = (): void => {
        for (const socket of connections) socket.destroy()
      }
      await lingering(Promise.all(running), cut)
      await closed
    }
  }
}

/**
 * Syslog over UDP, a message a datagram. Nobody waits for an answer: datagrams for which there is no room are lost, which is told. Throws
 * `LISTEN_FAILED`.
 */
export async function listenSyslogUdp(options: SyslogOptions): Promise<ListeningSource> {
  const { name, address, reusePort, maxMessageBytes, budget, onRefused, onTooLong, events } = options
  const socket = createSocket({
    type: address.host.includes(':') ? 'udp6' : 'udp4',
    reusePort,
    recvBufferSize: 1 << 22
  })
  const waiting: { line: Buffer; hold: Hold }[] = []
  let deliver: Deliver | null = null
  let working: Promise<void> | null = null

  socket.on('message', (message) => {
    const isTooLong = message.length > maxMessageBytes
    const line = isTooLong ? withheld : lineOf(message)
    if (line.length === 0) return
    const hold = budget.open()
    try {
      hold.add(line.length)
    } catch {
      onRefused('overloaded')
      return
    }
    if (isTooLong) onTooLong(message.length)
    waiting.push({ line, hold })
    working ??= work()
  })

  async function work(): Promise<void> {
    // What else has come goes along.
    await new Promise((resolve) => setImmediate(resolve))
    while (waiting.length > 0 && deliver !== null) {
      const batch = take()
      const lines = batch.map(({ line }) => line)
      await deliver(envelopeOf(name, lines), name)
      for (const { hold } of batch) hold.release()
    }
    working = null
  }

  function take(): typeof waiting {
    let bytes = 0
    let count = 0
    while (count < waiting.length && bytes < batchBytes) bytes += waiting[count++].line.length
    return waiting.splice(0, count)
  }

  await bind(socket, address)
  return {
    name,
    port: socket.address().port,
    async run(next, signal) {
      deliver = createDeliver(next, events, signal)
      working ??= work()
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
      await new Promise<void>((resolve) => socket.close(resolve))
      await working
    }
  }
}

function bind(socket: Datagrams, { host, port }: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EADDRINUSE' ? 'something listens there already' : cause.code
      reject(new LogveilError('LISTEN_FAILED', `cannot listen on ${host}:${port} (UDP): ${why}`, { cause }))
    })
    socket.bind({ address: host, port }, () => {
      socket.removeAllListeners('error')
      socket.on('error', () => {})
      resolve()
    })
  })
}
