import { z } from 'zod'

const texts = z.array(z.string()).default([])

export const gitleaksAllowlist = z.object({
  description: z.string().optional(),
  condition: z.string().default(''),
  regextarget: z.string().default(''),
  regexes: texts,
  stopwords: texts,
  paths: texts,
  commits: texts,
  targetrules: texts
})

const rule = z.object({
  id: z.string().default(''),
  description: z.string().default(''),
  regex: z.string().default(''),
  secretgroup: z.int().min(0).default(0),
  entropy: z.number().min(0).max(8).default(0),
  keywords: texts,
  path: z.string().default(''),
  tags: texts,
  allowlist: gitleaksAllowlist.optional(),
  allowlists: z.array(gitleaksAllowlist).default([]),
  required: z.array(z.unknown()).default([]),
  skipreport: z.boolean().default(false)
})

/** A gitleaks configuration (v8), member names in lower case: gitleaks takes them in any. Unknown members are left to `unknownMembers`. */
export const gitleaksSchema = z.object({
  title: z.string().optional(),
  description: z.string().optional(),
  minversion: z.string().optional(),
  extend: z
    .object({
      usedefault: z.boolean().default(false),
      disabledrules: texts,
      path: z.string().default(''),
      url: z.string().default('')
    })
    .optional(),
  allowlist: gitleaksAllowlist.optional(),
  allowlists: z.array(gitleaksAllowlist).default([]),
  rules: z.array(rule).default([])
})

export type GitleaksConfig = z.output<typeof gitleaksSchema>
export type GitleaksRule = GitleaksConfig['rules'][number]
export type GitleaksAllowlist = z.output<typeof gitleaksAllowlist>

/** Member names that gitleaks does not know either, of the file and of its rules. */
export function unknownMembers(config: unknown): string[] {
  const known = gitleaksSchema.shape
  const own = unknownOf(config, Object.keys(known))
  const rules = membersOf(config).rules
  const inRules = Array.isArray(rules) ? rules.flatMap((one) => unknownOf(one, Object.keys(rule.shape))) : []
  return [...own, ...new Set(inRules.map((name) => `rules.${name}`))]
}

function unknownOf(table: unknown, known: readonly string[]): string[] {
  return Object.keys(membersOf(table)).filter((name) => !known.includes(name))
}

function membersOf(table: unknown): Record<string, unknown> {
  return typeof table === 'object' && table !== null ? (table as Record<string, unknown>) : {}
}

/** The same data with all member names in lower case. */
export function withLowerNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withLowerNames)
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name.toLowerCase(), withLowerNames(inner)]))
}
