import { type Metadata, Server, ServerCredentials, type ServiceError, status } from '@grpc/grpc-js'
import type { Signal } from '../../src/model.ts'
import { grpcPaths } from '../../src/otlp/status.ts'

/** One call as it arrived. */
export interface ArrivedCall {
  readonly signal: Signal
  readonly metadata: Metadata
  readonly message: Buffer
  /** When the caller stops waiting, in ms since 1970. */
  readonly deadline: number
}

export interface GrpcAnswer {
  readonly message?: Uint8Array
  readonly error?: Partial<ServiceError>
  readonly delayMs?: number
}

export interface GrpcDownstream {
  readonly url: URL
  readonly arrived: ArrivedCall[]
  answers(answer: (call: ArrivedCall) => GrpcAnswer): void
  close(): Promise<void>
}

const identity = (bytes: Buffer) => bytes

/** A backend of the test's own, on grpc-js. */
export async function startGrpcDownstream(): Promise<GrpcDownstream> {
  const arrived: ArrivedCall[] = []
  let answer: (call: ArrivedCall) => GrpcAnswer = () => ({})
  const server = new Server({ 'grpc.max_receive_message_length': -1 })
  for (const [signal, path] of Object.entries(grpcPaths) as [Signal, string][]) {
    const definition = {
      path,
      requestStream: false,
      responseStream: false,
      requestSerialize: identity,
      requestDeserialize: identity,
      responseSerialize: identity,
      responseDeserialize: identity
    } as const
    server.addService(
      { export: definition } as never,
      {
        export(call: unknown, callback: (error: unknown, message?: Buffer) => void) {
          const { request, metadata, getDeadline } = call as {
            request: Buffer
            metadata: Metadata
            getDeadline(): number
          }
          const one = { signal, metadata, message: request, deadline: Number(getDeadline.call(call)) }
          arrived.push(one)
          const { message = new Uint8Array(0), error, delayMs = 0 } = answer(one)
          setTimeout(() => {
            if (error) callback({ code: status.UNKNOWN, ...error })
            else callback(null, Buffer.from(message))
          }, delayMs)
        }
      } as never
    )
  }
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound)
    )
  )
  return {
    url: new URL(`grpc://127.0.0.1:${port}`),
    arrived,
    answers(next) {
      answer = next
    },
    async close() {
      server.forceShutdown()
    }
  }
}
