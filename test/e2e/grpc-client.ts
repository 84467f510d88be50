import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js'
import type { Signal } from '../../src/model.ts'
import { grpcPaths } from '../../src/otlp/status.ts'

export interface CallOptions {
  readonly signal?: Signal
  readonly path?: string
  readonly metadata?: Record<string, string>
  readonly gzip?: boolean
  readonly timeoutMs?: number
}

/** What a call came to: the response's bytes, or the error. */
export type CallResult =
  | { readonly ok: true; readonly message: Buffer }
  | { readonly ok: false; readonly code: number; readonly details: string; readonly status: Buffer | null }

const identity = (bytes: Buffer) => bytes

/** Calls as grpc-js does. */
export function createGrpcClient(url: string, channelCredentials = credentials.createInsecure()) {
  const address = new URL(url).host
  const plain = new Client(address, channelCredentials, { 'grpc.max_send_message_length': -1 })
  const gzip = new Client(address, channelCredentials, { 'grpc.default_compression_algorithm': 2 })
  return {
    call(message: Uint8Array, options: CallOptions = {}): Promise<CallResult> {
      const metadata = new Metadata()
      for (const [key, value] of Object.entries(options.metadata ?? {})) metadata.set(key, value)
      const path = options.path ?? grpcPaths[options.signal ?? 'logs']
      const deadline = Date.now() + (options.timeoutMs ?? 60_000)
      return new Promise((resolve) =>
        (options.gzip ? gzip : plain).makeUnaryRequest(
          path,
          identity,
          identity,
          Buffer.from(message),
          metadata,
          { deadline },
          (error: ServiceError | null, answer?: Buffer) =>
            resolve(error ? failure(error) : { ok: true, message: answer as Buffer })
        )
      )
    },
    close() {
      plain.close()
      gzip.close()
    }
  }
}

function failure({ code, details, metadata }: ServiceError): CallResult {
  const [status] = metadata.get('grpc-status-details-bin')
  return { ok: false, code, details, status: (status as Buffer) ?? null }
}
