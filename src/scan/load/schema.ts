import { z } from 'zod'

const kebab = /^[a-z0-9]+(?:-[a-z0-9]+)*$/
const name = z.string().min(1).max(120)
const url = z.string().regex(/^https?:\/\/[^\s]+$/, 'must be an http(s) address')
const line = z.string().min(1).max(16_384)

export const detectorSchema = z.strictObject({
  id: z
    .string()
    .regex(kebab, 'must be kebab-case: lower-case letters, digits and single hyphens')
    .max(80)
    .describe(
      'Unique; begins with the provider and a hyphen. Stands in placeholders, findings and tickets, so never rename it.'
    ),
  name: name.describe('What people call this secret.'),
  severity: z
    .enum(['critical', 'high', 'medium', 'low'])
    .describe('How dangerous a leak is; drives the ticket, never the redaction.'),
  keywords: z
    .array(z.string().min(1).max(64))
    .max(200)
    .describe(
      'Literals of which one must be there before the pattern runs; at least 3 bytes each, or a mark that 30 letters and digits follow; ASCII case does not matter. [] for what only its length and alphabet give away.'
    ),
  reason: z.string().min(10).describe('Why a keyword of only 2 bytes is worth its cost.').optional(),
  context: z
    .enum(['anywhere', 'assigned', 'near'])
    .default('anywhere')
    .describe(
      'anywhere: at every keyword, which is part of the match. assigned: on the value of a key that contains a keyword. near: like assigned, and within 40 bytes behind the keyword.'
    ),
  pattern: z
    .string()
    .min(1)
    .max(2000)
    .describe('RE2, bounded, exactly one capture group: what is redacted.')
    .optional(),
  caseInsensitive: z.boolean().default(false).describe('Whether the pattern matches without regard to ASCII case.'),
  maxLength: z
    .int()
    .min(1)
    .max(65_536)
    .describe('Longest match in bytes; computed from the pattern when absent.')
    .optional(),
  boundaries: z
    .strictObject({
      left: z
        .string()
        .max(80)
        .describe('Characters, as inside [...], that must not stand before the secret; empty: no test.')
        .optional(),
      right: z.string().max(80).describe('The same behind the secret.').optional()
    })
    .describe('Default: letters and digits before; the class of the last atom of the group behind.')
    .optional(),
  checks: z
    .array(z.string())
    .default([])
    .describe('Offline proofs of structure, by name: `logveil detectors list --checks`.'),
  value: z
    .enum(['any', 'opaque', 'random'])
    .describe('Shape of the assigned value; only for assigned and near.')
    .optional(),
  matcher: z.enum(['pattern', 'pem']).default('pattern').describe('pem: private keys, which no pattern can express.'),
  allow: z
    .array(z.string().min(1).max(500))
    .default([])
    .describe('RE2 patterns: a secret that one of them matches is never a finding.'),
  entropy: z
    .number()
    .min(0)
    .max(8)
    .describe(
      'Bits of Shannon entropy a byte, which a secret must exceed; a key of 32 random hex digits has about 3.5.'
    )
    .optional(),
  examples: z
    .array(line)
    .min(2)
    .describe('[[ ]] marks what must be redacted; {{...}} are random parts, see detectors/README.md.'),
  counterExamples: z.array(line).min(1).describe('What the detector must not match.'),
  references: z.array(url).describe('Where the format is described; default: those of the file.').optional(),
  rotation: url.describe('Where the owner rotates it; default: that of the file.').optional(),
  override: z.boolean().default(false).describe('Replaces the bundled detector of the same id.')
})

const fileMembers = {
  provider: z
    .string()
    .regex(kebab, 'must be kebab-case: lower-case letters, digits and single hyphens')
    .max(60)
    .describe('Kebab-case; the file is named after it.'),
  name: name.describe('How the provider writes its name.').optional(),
  references: z.array(url).default([]).describe('Where the formats are described.'),
  rotation: url.describe('Where the owner rotates these secrets.').optional()
}

/** A detector file, as written: one provider and its detectors. Rules between fields are in rules.ts. */
export const providerSchema = z.strictObject({ ...fileMembers, detectors: z.array(detectorSchema).min(1) })

/** The same with the detectors unread, so that a mistake in one leaves the others readable. */
export const fileSchema = z.strictObject({ ...fileMembers, detectors: z.array(z.unknown()).min(1) })

export type DetectorEntry = z.output<typeof detectorSchema>
/** As it is written. */
export type DetectorInput = z.input<typeof detectorSchema>
export type FileHead = Omit<z.output<typeof fileSchema>, 'detectors'>

/** JSON Schema of a detector file, for editors; detectors/schema.json holds it. */
export function detectorJsonSchema(): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(providerSchema, { io: 'input', target: 'draft-7' })
  return { $schema, title: 'logveil detector file', ...rest }
}

/** Known member names at a path of a detector file, for the hint at a mistyped one. */
export function knownNames(path: readonly PropertyKey[]): string[] {
  if (path.length === 0) return Object.keys(fileSchema.shape)
  return path.at(-1) === 'boundaries' ? ['left', 'right'] : Object.keys(detectorSchema.shape)
}
