import type { Server } from 'node:net'
import { LogveilError } from '../errors.ts'

/** Where to listen; port 0 is any that is free. */
export interface Address {
  readonly host: string
  readonly port: number
}

/** Resolves when connections are taken. Throws `LISTEN_FAILED`. */
export function listen(server: Server, { host, port }: Address, reusePort: boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EADDRINUSE' ? 'something listens there already' : cause.code
      reject(new LogveilError('LISTEN_FAILED', `cannot listen on ${host}:${port}: ${why}`, { cause }))
    })
    server.listen({ host, port, reusePort }, resolve)
  })
}

const lingerMs = 500

/** All is answered: connections that are open still have so long to take their answers, then they are cut. */
export async function lingering(closed: Promise<unknown>, cut: () => void): Promise<void> {
  const timer = setTimeout(cut, lingerMs)
  await closed
  clearTimeout(timer)
}
