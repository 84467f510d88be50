import { z } from 'zod'

/** How servers are reached, TLS and credentials, wherever a configuration has them. */

const secret = z.string().min(1).meta({ secret: true })
const file = z.string().min(1)

export const clientTls = z.strictObject({
  caFile: file.nullable().default(null).describe('PEM; null: the authorities of the system'),
  certFile: file.nullable().default(null).describe('PEM; for downstreams that ask for a certificate'),
  keyFile: file.nullable().default(null)
})

export const broker = z.string().regex(/^(\[[0-9a-fA-F:.]+\]|[^:\s]+):\d{1,5}$/, 'is no broker: write HOST:PORT')

export const kafkaSecurity = {
  tls: clientTls.nullable().default(null).describe('null: without TLS'),
  sasl: z
    .discriminatedUnion('mechanism', [
      z.strictObject({
        mechanism: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']),
        username: z.string().min(1),
        password: secret
      }),
      z.strictObject({ mechanism: z.literal('oauthbearer'), tokenFile: file.describe('Read for each connection') })
    ])
    .nullable()
    .default(null)
}
