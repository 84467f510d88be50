import { stringify } from 'yaml'
import type { z } from 'zod'
import { type Config, configSchema } from './config-schema.ts'

const masked = '[secret]'

/** A configuration with all its defaults as YAML; secrets are masked. */
export function printConfig(config: Config): string {
  return stringify(mask(config, configSchema), { lineWidth: 0 })
}

/** What the schema calls a secret is masked, wherever the value came from. */
function mask(value: unknown, schema: z.core.$ZodType): unknown {
  if (isSecret(schema)) return masked
  const { def } = schema._zod
  if (value === null || value === undefined) return value
  if (def.type === 'default' || def.type === 'prefault' || def.type === 'nullable' || def.type === 'optional')
    return mask(value, (def as never as { innerType: z.core.$ZodType }).innerType)
  if (def.type === 'array') {
    const { element } = def as z.core.$ZodArrayDef
    return (value as unknown[]).map((item) => mask(item, element))
  }
  if (def.type === 'record') {
    const { valueType } = def as z.core.$ZodRecordDef
    return Object.fromEntries(Object.entries(value as object).map(([key, item]) => [key, mask(item, valueType)]))
  }
  if (def.type === 'object') return maskMembers(value as object, (def as z.core.$ZodObjectDef).shape)
  if (def.type === 'union') {
    const { options } = def as z.core.$ZodUnionDef
    const fitting = options.find((option) => option._zod.def.type === 'object' && fits(value, option))
    return fitting === undefined ? value : mask(value, fitting)
  }
  return value
}

function maskMembers(value: object, shape: Readonly<Record<string, z.core.$ZodType>>): object {
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mask(item, shape[key])]))
}

/** By its member `type`. */
function fits(value: unknown, option: z.core.$ZodType): boolean {
  const { type } = (option._zod.def as z.core.$ZodObjectDef).shape
  const { values } = (type?._zod.def ?? {}) as z.core.$ZodLiteralDef<never>
  return (values as unknown[] | undefined)?.includes((value as { type: unknown }).type) ?? false
}

function isSecret(schema: z.core.$ZodType): boolean {
  return (schema as z.ZodType).meta?.()?.secret === true
}
