/** What of JSON Schema (2020-12) the configuration's has. `secret` is our own: see config-schema.ts. */
export interface SchemaNode {
  readonly type?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly SchemaNode[]
  readonly oneOf?: readonly SchemaNode[]
  readonly properties?: Readonly<Record<string, SchemaNode>>
  readonly additionalProperties?: SchemaNode | boolean
  readonly items?: SchemaNode
  readonly required?: readonly string[]
  readonly default?: unknown
  readonly description?: string
  readonly secret?: boolean
}

/** docs/configuration.md: every setting of the schema, by part. */
export function describeConfiguration(schema: SchemaNode): string {
  const parts = Object.entries(schema.properties ?? {})
  const alone = parts.filter(([, node]) => !holdsSettings(node))
  return `${[
    '# Configuration',
    '',
    'Written by `npm run docs` from the schema that `logveil config schema` prints; change `src/config/config-schema.ts`.',
    '',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: placeholders of the configuration
    'YAML, for `logveil run --config FILE`. `${env:NAME}` and `${file:PATH}` stand for a value that is elsewhere, as secrets should.',
    '`logveil config check FILE` tells all mistakes at once, with their lines; `logveil config print FILE` shows what holds, defaults',
    'included. Behind `[ ]` stands what an element of a list holds.',
    ...table(alone.flatMap(([name, node]) => rows(node, name, false))),
    ...parts
      .filter((part) => !alone.includes(part))
      .flatMap(([name, node]) => section(`${name}${isList(node) ? '[ ]' : ''}`, node, 2))
  ].join('\n')}\n`
}

interface Row {
  readonly name: string
  readonly type: string
  readonly standard: string
  readonly about: string
}

/** What a setting is beside null, and the element of a list. */
function essence(node: SchemaNode): SchemaNode {
  const others = (node.anyOf ?? []).filter(({ type }) => type !== 'null')
  const inner = others.length === 1 ? { ...others[0], ...about(node) } : node
  return inner.items === undefined ? inner : { ...essence(inner.items), ...about(inner) }
}

function about({ description, default: standard }: SchemaNode): Partial<SchemaNode> {
  return {
    ...(description === undefined ? {} : { description }),
    ...(standard === undefined ? {} : { default: standard })
  }
}

function holdsSettings(node: SchemaNode): boolean {
  const { properties, oneOf } = essence(node)
  return properties !== undefined || oneOf !== undefined
}

/** A part under a heading of its own: its settings, or its kinds. */
function section(name: string, node: SchemaNode, level: number): string[] {
  const inner = essence(node)
  const tag = tagOf(inner)
  if (tag === null) return [...heading(`\`${name}\``, inner, level), ...settings(name, inner, level)]
  const kinds = (inner.oneOf ?? []).flatMap((kind) => {
    const { const: word, enum: words = [word] } = kind.properties?.[tag] ?? {}
    const title = `\`${name}\`, ${words.map((one) => `\`${tag}: ${one}\``).join(', ')}`
    return [...heading(title, kind, level + 1), ...settings(name, kind, level + 1, tag)]
  })
  return [...heading(`\`${name}\``, inner, level), ...kinds]
}

/** Markdown has six levels. */
function heading(title: string, { description }: SchemaNode, level: number): string[] {
  const text = description === undefined ? [] : ['', sentence(description)]
  return ['', `${'#'.repeat(Math.min(level, 6))} ${title}`, ...text]
}

/** A table of what is in a part; what is large in it follows. */
function settings(name: string, part: SchemaNode, level: number, tag: string | null = null): string[] {
  const all = Object.entries(part.properties ?? {}).filter(([key]) => key !== tag)
  const large = all.filter(([, node]) => isLarge(node))
  const small = all.filter((setting) => !large.includes(setting))
  return [
    ...table(small.flatMap(([key, node]) => rows(node, key, isRequired(part, key)))),
    ...large.flatMap(([key, node]) => section(`${name}.${key}${isList(node) ? '[ ]' : ''}`, node, level + 1))
  ]
}

/** The setting that tells kinds apart: in each of them it is one word or a few, in some just one. Null: there are no kinds. */
function tagOf({ oneOf = [] }: SchemaNode): string | null {
  const words = (kind: SchemaNode, key: string) => kind.properties?.[key]?.const ?? kind.properties?.[key]?.enum
  const isTag = (key: string) =>
    oneOf.every((kind) => words(kind, key) !== undefined) && oneOf.some((kind) => !Array.isArray(words(kind, key)))
  return Object.keys(oneOf[0]?.properties ?? {}).find(isTag) ?? null
}

/** So much that it is a section: there are kinds in it, or several parts. */
function isLarge(node: SchemaNode): boolean {
  const part = essence(node)
  if (tagOf(part) !== null) return true
  const inner = Object.values(part.properties ?? {})
  return inner.some(isLarge) || inner.filter(holdsSettings).length > 1
}

function isList(node: SchemaNode): boolean {
  return node.items !== undefined || (node.anyOf ?? []).some(({ items }) => items !== undefined)
}

/** Zod calls every setting required that has a default: it is there after reading. */
function isRequired({ required }: SchemaNode, key: string): boolean {
  return required?.includes(key) === true
}

/** A setting, and those in it. */
function rows(node: SchemaNode, name: string, required: boolean): Row[] {
  const inner = essence(node)
  const path = isList(node) && holdsSettings(node) ? `${name}[ ]` : name
  const own: Row = {
    name: path,
    type: typeOf(node),
    standard: node.default === undefined ? (required ? '**needed**' : '') : code(node.default),
    about: [sentence(inner.description ?? ''), inner.secret === true ? 'A secret.' : ''].join(' ').trim()
  }
  const children = childRows(inner, path)
  return own.about === '' && own.standard === '' && children.length > 0 ? children : [own, ...children]
}

function childRows(node: SchemaNode, path: string): Row[] {
  return Object.entries(node.properties ?? {}).flatMap(([key, child]) =>
    rows(child, `${path}.${key}`, isRequired(node, key))
  )
}

function typeOf(node: SchemaNode): string {
  if (node.const !== undefined) return code(node.const)
  if (node.enum !== undefined) return node.enum.map(code).join(', ')
  if (node.anyOf !== undefined) return node.anyOf.map(essence(node) === node ? shapeOf : typeOf).join(' or ')
  if (node.items !== undefined) return `list of ${typeOf(node.items)}`
  if (node.type === 'object' && typeof node.additionalProperties === 'object')
    return `names to ${typeOf(node.additionalProperties)}`
  return node.type ?? (node.oneOf === undefined ? 'anything' : 'object')
}

/** Of an object that has no rows of its own: its settings. */
function shapeOf(node: SchemaNode): string {
  const names = Object.keys(node.properties ?? {})
  return names.length === 0 ? typeOf(node) : `\`{ ${names.join(', ')} }\``
}

function code(value: unknown): string {
  return `\`${JSON.stringify(value)?.replaceAll('|', '\\|')}\``
}

function sentence(text: string): string {
  const whole = text.replaceAll('|', '\\|').replaceAll('<', '&lt;')
  return whole === '' || /[.!?:]$/.test(whole) ? whole : `${whole}.`
}

function table(settings: readonly Row[]): string[] {
  if (settings.length === 0) return []
  return [
    '',
    '| setting | type | default | |',
    '|---|---|---|---|',
    ...settings.map(({ name, type, standard, about }) => `| \`${name}\` | ${type} | ${standard} | ${about} |`)
  ]
}
