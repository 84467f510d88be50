import { z } from 'zod'
import { channelSchema } from './channels-schema.ts'
import { rotationSchema } from './rotation-schema.ts'

/** What of the configuration is about tickets. */

const secret = z.string().min(1).meta({ secret: true })
const hours = z.number().positive().max(87_600)
const days = z.number().positive().max(3650)

const api = z.strictObject({
  tokens: z
    .array(
      z.strictObject({
        name: z
          .string()
          .regex(/^[A-Za-z0-9][A-Za-z0-9._@-]{0,60}$/, 'is letters, digits or . _ @ -')
          .describe('Whose it is: stands in the history of what is changed with it'),
        token: z.string().min(16, 'is too short: 16 characters at least').meta({ secret: true }),
        access: z.enum(['read', 'change']).default('change')
      })
    )
    .min(1)
    .describe('One of them has to be sent as a bearer token')
})

const sla = z.strictObject({
  critical: hours.default(24),
  high: hours.default(72),
  medium: hours.default(336),
  low: hours.default(720)
})

const retry = z.strictObject({
  initialMs: z.int().min(1).max(3_600_000).default(1000).describe('First pause; four times as long with every try'),
  maxMs: z.int().min(1).max(86_400_000).default(3_600_000),
  attempts: z.int().min(1).max(1000).default(30).describe('Then it is a dead letter: a day, with the defaults')
})

export const ticketsSchema = z.strictObject({
  directory: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('Ledger, outbox and keys that are made at the first use, for their owner only; made when it is missing'),
  postgres: secret
    .nullable()
    .default(null)
    .describe('postgres://USER:PASSWORD@HOST/DATABASE: the ledger of several instances, instead of the file'),
  tenant: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,40}$/, 'is lower-case letters, digits and dashes')
    .default('default')
    .describe('Whose secrets these are: those of another one get tickets of their own'),
  inventory: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('Tells owners, runbooks and classifications; null: redaction.inventory'),
  minConfidence: z
    .enum(['confirmed', 'likely', 'possible'])
    .default('possible')
    .describe('Findings that are less sure are redacted, and open no ticket'),
  channels: z.array(channelSchema).default([]).describe('Each is told of every ticket'),
  stormPerMinute: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(100)
    .describe('More new tickets in a minute are told in one message'),
  slaHours: sla.prefault({}).describe('How soon a secret has to be rotated, by severity'),
  classificationHours: z
    .record(z.string().min(1), hours)
    .default({ 'break-glass': 4 })
    .describe('The same by the classification of the inventory; goes before the severity'),
  quietDays: days
    .default(7)
    .describe('So long must the old value not be seen after a rotation, so that it is verified'),
  closeDays: days.default(7).describe('A verified ticket is closed after so long'),
  retentionDays: days.default(400).describe('Closed tickets are deleted when they were not seen for so long'),
  retry: retry.prefault({}),
  api: api
    .nullable()
    .default(null)
    .describe('/v1/tickets at the address of admin, as /v1/openapi.json tells; null: off'),
  rotation: rotationSchema
    .nullable()
    .default(null)
    .describe('Hooks that rotate secrets of the inventory whose tickets become `rotating`; null: people do')
})

export type TicketsConfig = z.output<typeof ticketsSchema>
