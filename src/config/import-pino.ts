import { LogveilError } from '../errors.ts'
import type { ConfigInput } from './config-schema.ts'
import { detectorsOfKeys, longestBlockedValue } from './import-detectors.ts'
import { type Imported, type ImportOptions, type ImportRemark, unknownSetting } from './import-result.ts'

/** What pino itself writes into each line: redacting under a part of these names would take the lines apart. */
const own = ['level', 'time', 'pid', 'hostname', 'name', 'msg']

/** The option `redact` of pino as JSON: an array of paths, `{ paths, censor, remove }`, or options of pino around it. */
export function importPino(text: string, { provider, to }: ImportOptions): Imported {
  const { paths, ...rest } = redactIn(text)
  const remarks: ImportRemark[] = []
  const remark = (kind: ImportRemark['kind'], setting: string, message: string): void => {
    remarks.push({ kind, setting: `redact.${setting}`, message })
  }
  const keys = new Set<string>()
  paths.forEach((path, i) => {
    const key = lastKeyOf(path)
    const inOwn = own.find((name) => key !== null && name.includes(key.toLowerCase()))
    const why =
      key === null
        ? 'its last part is no name'
        : Buffer.byteLength(key) < 3
          ? 'a name of fewer than three bytes would be everywhere'
          : inOwn !== undefined
            ? `"${inOwn}", which pino writes into each line, would be redacted as well`
            : null
    if (why === null && key !== null) keys.add(key)
    else remark('left out', `paths[${i}]`, `${why}; leave it to pino`)
  })
  const made = keys.size === 0 ? { detectors: [] } : detectorsOfKeys([...keys], `${provider}-pino-path`, [])
  if ('reason' in made) throw new LogveilError('CONFIG_INVALID', `the paths make no detector: ${made.reason}`)
  if (keys.size > 0)
    remark(
      'differs',
      'paths',
      `names count at any depth, also where a name only contains them; an object or array under them is looked into, not replaced; of values over ${longestBlockedValue} bytes those that read as prose stay`
    )
  if (rest.censor !== undefined)
    remark('differs', 'censor', 'placeholders name the detector; `redaction.action: mask` writes asterisks')
  if (rest.remove === true) remark('differs', 'remove', 'the value becomes empty, the member stays')
  for (const name of Object.keys(rest))
    if (name !== 'censor' && name !== 'remove') remark('left out', name, unknownSetting)
  const overrides = [{ detector: `${provider}-pino-path*`, action: 'remove' as const }]
  const config: ConfigInput = {
    ...(rest.remove === true && keys.size > 0 && { redaction: { overrides } }),
    pipelines: [
      {
        name: 'pino',
        source: { type: 'files', include: ['/var/log/app/*.log'], format: 'json' },
        sinks: [to === null ? { type: 'stdout' } : { type: 'otlp', url: to }]
      }
    ]
  }
  return {
    config,
    detectors: made.detectors,
    remarks: [
      ...remarks,
      {
        kind: 'differs',
        setting: 'source',
        message: 'stands for your log files: pino says nothing of them. See also logveil/pino'
      }
    ]
  }
}

interface Redact extends Readonly<Record<string, unknown>> {
  readonly paths: readonly string[]
}

function redactIn(text: string): Redact {
  let content: unknown
  try {
    content = JSON.parse(text)
  } catch {
    throw new LogveilError('CONFIG_INVALID', 'is no valid JSON: write what stands behind `redact:` as JSON')
  }
  const inner = isTable(content) && 'redact' in content ? content.redact : content
  const redact = Array.isArray(inner) ? { paths: inner } : inner
  if (isTable(redact) && Array.isArray(redact.paths) && redact.paths.every((path) => typeof path === 'string'))
    return redact as never
  throw new LogveilError('CONFIG_INVALID', 'is no `redact` of pino: an array of paths, or an object with `paths`')
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** `a.b["c-d"][*].key` → `key`; the members of an array have its name. null: the last part is `*` as a member. */
function lastKeyOf(path: string): string | null {
  const parts = [...path.matchAll(/\[(?:"([^"]*)"|'([^']*)'|`([^`]*)`|(\*|\d+))\]|([^.[\]]+)/g)]
  const names = parts.flatMap(([, double, single, back, index, name]) => {
    return index === undefined ? [double ?? single ?? back ?? name] : []
  })
  const last = names.at(-1) ?? '*'
  return last === '*' ? null : last
}
