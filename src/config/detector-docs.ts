import type { Detector } from '../model.ts'
import { checks } from '../scan/checks/index.ts'
import type { Placed } from '../scan/load/load.ts'

/** A pack and its detectors, from their files. */
export interface DocumentedPack {
  readonly name: string
  /** What is in it, and whether it is on: a sentence or two. */
  readonly about: string
  readonly placed: readonly Placed[]
}

/** docs/detectors.md: every detector of every pack, by provider. */
export function describeDetectors(packs: readonly DocumentedPack[]): string {
  const counts = packs.map(({ name, placed }) => `${placed.length} in \`${name}\``).join(', ')
  return `${[
    '# Detectors',
    '',
    'Written by `npm run docs` from the files in `detectors/`; change those.',
    '',
    `${counts}. A check in bold is an offline proof: a finding that passes is \`confirmed\`. The others drop what is no secret.`,
    '`logveil detectors coverage` sums this up by provider, `logveil detectors list --checks` says what each check does.',
    ...packs.flatMap(describePack)
  ].join('\n')}\n`
}

function describePack({ name, about, placed }: DocumentedPack): string[] {
  const providers = new Map<string, Placed[]>()
  for (const one of placed) providers.set(one.detector.provider, [...(providers.get(one.detector.provider) ?? []), one])
  const sorted = [...providers].sort(([a], [b]) => (a < b ? -1 : 1))
  return ['', `## Pack \`${name}\``, '', about, ...sorted.flatMap(([provider, own]) => describeProvider(provider, own))]
}

function describeProvider(provider: string, placed: readonly Placed[]): string[] {
  return [
    '',
    `### ${nameOf(placed[0]) ?? provider}`,
    '',
    '| id | name | severity | context | checks | rotation | reference |',
    '|---|---|---|---|---|---|---|',
    ...placed.map(({ detector }) => rowOf(detector))
  ]
}

function nameOf({ source: { content } }: Placed): string | null {
  const name = typeof content === 'object' && content !== null && 'name' in content ? content.name : null
  return typeof name === 'string' ? escaped(name) : null
}

function rowOf({ id, name, severity, context, checks: names, rotation, references }: Detector): string {
  const cells = [
    `\`${id}\``,
    escaped(name),
    severity,
    context,
    names.map((check) => (checks[check].filter === true ? check : `**${check}**`)).join(', '),
    rotation === null ? '' : `[rotate](${rotation})`,
    references.map((reference, i) => `[${i + 1}](${reference})`).join(' ')
  ]
  return `| ${cells.join(' | ')} |`.replaceAll('|  |', '| |')
}

function escaped(text: string): string {
  return text.replace(/[|\\`*_<]/g, '\\$&')
}
