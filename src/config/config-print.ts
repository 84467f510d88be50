import { stringify } from 'yaml'
import type { z } from 'zod'
import { type Config, configSchema } from './config-schema.ts'

const masked = '[secret]'

/**
 * A configuration with all its defaults as YAML. Secrets that are `written` as references (`${env:NAME}`, `${file:PATH}`) are shown as such, so that
 * the output loads as the file does; those that stand in the file itself are masked, and a comment says so.
 */
export function printConfig(config: Config, written: unknown = null): string {
  const text = stringify(mask(config, configSchema, written), { lineWidth: 0 })
  return text.includes(masked) ? note + text : text
}

const note = `# ${masked} stands for a secret that is written where this comes from: this loads when it is a \${env:NAME} or \${file:PATH} there.\n`

/** What the schema calls a secret is masked, unless it is a reference. */
function mask(value: unknown, schema: z.core.$ZodType, written: unknown): unknown {
  if (value === null || value === undefined) return value
  if (isSecret(schema)) return isReference(written) ? written : masked
  const { def } = schema._zod
  if (def.type === 'default' || def.type === 'prefault' || def.type === 'nullable' || def.type === 'optional')
    return mask(value, (def as never as { innerType: z.core.$ZodType }).innerType, written)
  if (def.type === 'array') {
    const { element } = def as z.core.$ZodArrayDef
    return (value as unknown[]).map((item, i) => mask(item, element, memberOf(written, i)))
  }
  if (def.type === 'record') {
    const { valueType } = def as z.core.$ZodRecordDef
    return mapMembers(value, (item, key) => mask(item, valueType, memberOf(written, key)))
  }
  if (def.type === 'object') {
    const { shape } = def as z.core.$ZodObjectDef
    return mapMembers(value, (item, key) => mask(item, shape[key], memberOf(written, key)))
  }
  if (def.type === 'union') {
    const { options } = def as z.core.$ZodUnionDef
    const fitting = options.find((option) => option._zod.def.type === 'object' && fits(value, option))
    return fitting === undefined ? value : mask(value, fitting, written)
  }
  return value
}

function mapMembers(value: unknown, change: (item: unknown, key: string) => unknown): object {
  return Object.fromEntries(Object.entries(value as object).map(([key, item]) => [key, change(item, key)]))
}

function memberOf(written: unknown, key: string | number): unknown {
  return typeof written === 'object' && written !== null
    ? (written as Record<string | number, unknown>)[key]
    : undefined
}

/** Nothing but references, or behind what is no secret: the name of a scheme, a host with a plain path. */
function isReference(written: unknown): boolean {
  return (
    typeof written === 'string' &&
    /^((Bearer|Basic|Token) |https?:\/\/[\w.:-]+(\/[a-z-]*)*)?(\$\{(env|file):[^}]*\})+$/.test(written)
  )
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
