import { z } from 'zod'

/** What has secrets rotated. */

const secret = z.string().min(1).meta({ secret: true })
const file = z.string().min(1)

const url = z
  .url({ protocol: /^https?$/, error: 'is no http(s) address' })
  .refine((text) => !/^[a-z]+:\/\/[^/]*@/.test(text), 'holds credentials: put them into headers')

const common = {
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{0,60}$/, 'is lower-case letters, digits, dots and dashes')
    .describe('By which the inventory names it (rotation.hook.name)'),
  completes: z
    .boolean()
    .default(false)
    .describe(
      'The old value is dead when the hook has ended; else that is reported: POST /v1/tickets/ID/rotated, or logveil tickets rotated ID'
    )
}

const command = z.strictObject({
  ...common,
  type: z.literal('command').describe('A program, which gets the order in LOGVEIL_* and ends within 25 s'),
  command: z
    .tuple([z.string().regex(/^\//, 'is no whole path of a program')], z.string())
    .describe('Whole path and arguments; no shell comes between')
})

const webhook = z.strictObject({
  ...common,
  type: z
    .literal('webhook')
    .describe('An order as JSON, signed as Standard Webhooks has it; webhook-id is the same when it comes again'),
  url: url.meta({ secret: true }),
  secrets: z.array(secret).min(1).describe('whsec_ and base64 of 24 to 64 bytes, each signs'),
  headers: z.record(z.string().regex(/^[!#$%&'*+.^_`|~0-9a-zA-Z-]+$/), secret).default({})
})

const vault = z.strictObject({
  ...common,
  type: z.literal('vault').describe('HashiCorp Vault, OpenBao: targets such as database/rotate-role/NAME'),
  url,
  tokenFile: file.describe('Read for each call'),
  namespace: z.string().min(1).nullable().default(null)
})

const aws = z.strictObject({
  ...common,
  type: z.literal('aws').describe('AWS Secrets Manager, RotateSecret: targets are names or ARNs'),
  region: z.string().regex(/^[a-z0-9-]{1,40}$/, 'is no region'),
  accessKeyId: z.string().min(1),
  secretAccessKey: secret,
  sessionToken: secret.nullable().default(null),
  url: url.nullable().default(null).describe('null: that of the region')
})

const azure = z.strictObject({
  ...common,
  type: z
    .literal('azure')
    .describe(
      'Azure Key Vault: targets are keys/NAME, or secrets/NAME, which is made to expire in a day for its rotation function'
    ),
  url: url.describe('https://NAME.vault.azure.net'),
  tokenFile: file.describe('An access token for https://vault.azure.net; read for each call')
})

export const rotationSchema = z.strictObject({
  dryRun: z.boolean().default(true).describe('Hooks only tell, in the history of the ticket, what they would do'),
  automatic: z.boolean().default(false).describe('As soon as a listed secret leaks, not only when somebody says so'),
  perHour: z.int().min(1).max(1000).default(5).describe('Runs of all hooks; more are refused'),
  everyHours: z.number().positive().max(8760).default(24).describe('Between two runs for one secret'),
  hooks: z.array(z.discriminatedUnion('type', [command, webhook, vault, aws, azure])).min(1)
})

export type RotationConfig = z.output<typeof rotationSchema>
export type RotationHookConfig = RotationConfig['hooks'][number]
