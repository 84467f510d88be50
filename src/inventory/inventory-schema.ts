import { z } from 'zod'

/** What `inventory.yaml` holds: every secret that a team knows of, and nothing of its value. */

const text = z.string().min(1).max(1000)
const name = z.string().min(1).max(200)
const date = z
  .union([z.iso.date(), z.iso.datetime({ offset: true })], 'is a date: 2027-03-31, or with a time 2027-03-31T12:00:00Z')
  .nullable()
  .default(null)

export const secretStatuses = ['new', 'in-use', 'deprecated', 'revoked', 'deleted'] as const
export const versionStates = ['pending', 'current', 'previous', 'retired'] as const

/** `FORM KEY.FINGERPRINT [LENGTH.OFFSET.TOKEN.CLASSES.FILTER]`: see forms.ts. */
const print = z
  .string()
  .regex(
    /^[a-z0-9-]{1,24} [a-z0-9-]{1,16}\.[A-Za-z0-9_-]{16}( \d{1,6}\.\d{1,6}\.(\d{1,4}|[1-7]-[1-8]-[1-7])\.[1-7]\.[A-Za-z0-9_-]{11})?$/,
    'is no fingerprint: take what `logveil inventory fingerprint` prints'
  )

const version = z.strictObject({
  id: name.nullable().default(null).describe('As the store calls it'),
  state: z
    .enum(versionStates)
    .default('current')
    .describe('pending: made, not used yet; previous: replaced, still valid; retired: no longer valid'),
  created: date,
  strength: z
    .enum(['weak', 'fair', 'strong'])
    .nullable()
    .default(null)
    .describe('How hard it is to guess, as its import found'),
  defaultCredential: z.boolean().default(false).describe('It is what a product comes with'),
  refused: text
    .nullable()
    .default(null)
    .describe('Why it is not looked for in texts; it is recognised where a detector finds it'),
  fingerprints: z.array(print).default([]).describe('Keyed, of its normal forms')
})

const rotation = z.strictObject({
  method: z
    .enum(['manual', 'vault', 'aws', 'azure', 'gcp', 'other', 'none'])
    .default('manual')
    .describe('Who makes the new value'),
  intervalDays: z.number().positive().max(36_500).nullable().default(null).describe('How often it has to be rotated'),
  last: date.describe('When it was rotated last'),
  phases: z
    .enum(['single', 'dual'])
    .default('single')
    .describe('dual: the old value stays valid until the new one is in use, so that a hook may rotate it'),
  procedure: text.nullable().default(null).describe('Where it is written how to do it by hand'),
  hook: z
    .strictObject({
      name: name.describe('Of a hook in tickets.rotation.hooks'),
      target: text.describe(
        'What it has to rotate: a path of Vault, an ARN, secrets/NAME of Azure, whatever a command knows'
      )
    })
    .nullable()
    .default(null)
    .describe('What rotates it')
})

const secret = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._:/@+#-]{0,199}$/, 'is 1 to 200 letters, digits or . _ : / @ + # -')
    .describe('Tells it from all others; stands in findings and tickets'),
  description: text.nullable().default(null),
  origin: text.nullable().default(null).describe('Who issues it: a vendor, a team, a machine'),
  storedIn: text.nullable().default(null).describe('vault:secret/payments/db#password, aws:arn:..., ...'),
  usedBy: z.array(name).default([]).describe('What consumes it'),
  application: name.nullable().default(null),
  environment: name.nullable().default(null).describe('production, staging, ...'),
  classification: name
    .nullable()
    .default(null)
    .describe('Decides how soon a leak has to be dealt with (tickets.classificationHours); break-glass: at once'),
  owner: name.nullable().default(null).describe('Who is told, and has to rotate it'),
  generatedBy: text.nullable().default(null).describe('How a value is made'),
  distributedBy: text.nullable().default(null).describe('How it gets to its consumers'),
  rotation: rotation.prefault({}),
  created: date,
  expires: z
    .union([z.literal('never'), z.iso.date(), z.iso.datetime({ offset: true })], 'is a date, or never')
    .nullable()
    .default(null)
    .describe('When it stops working by itself'),
  status: z.enum(secretStatuses).default('in-use'),
  managedIdentity: z.boolean().default(false).describe('An identity of the platform could take its place'),
  runbook: z
    .url({ protocol: /^https?$/, error: 'is no http(s) address' })
    .nullable()
    .default(null),
  versions: z.array(version).default([])
})

export const inventorySchema = z.strictObject({ secrets: z.array(secret).default([]) })

/** JSON Schema, for editors. */
export function inventoryJsonSchema(): object {
  return z.toJSONSchema(inventorySchema, { io: 'input' })
}

export type Inventory = z.output<typeof inventorySchema>
export type InventoryEntry = Inventory['secrets'][number]
export type EntryVersion = InventoryEntry['versions'][number]
export type VersionInput = z.input<typeof version>
export type EntryInput = z.input<typeof secret>

/** Names that production goes by. */
export function isProduction({ environment }: Pick<InventoryEntry, 'environment'>): boolean {
  return /^(prod|production|prd|live)$/i.test(environment ?? '')
}
