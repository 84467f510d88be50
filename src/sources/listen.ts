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
