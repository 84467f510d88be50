import { type Document, isMap, isSeq, parseDocument, type YAMLMap, YAMLSeq } from 'yaml'
import { readForm } from './forms.ts'
import type { EntryInput, VersionInput } from './inventory-schema.ts'

/** What became of an import. */
export interface Merged {
  /** The inventory as YAML: what was written by hand, comments included, stays. */
  readonly text: string
  readonly added: number
  readonly updated: number
}

/** What a store knows better than whoever wrote the file. */
const fromStore = ['created', 'expires'] as const

/** Puts imported entries into an inventory without mistakes: those that are there, by where they are stored, get new versions and dates. */
export function mergeInto(text: string, imported: readonly EntryInput[]): Merged {
  const document = parseDocument(text.trim() === '' ? 'secrets: []' : text, { uniqueKeys: true })
  const secrets = secretsOf(document)
  const known = new Map<string, YAMLMap>()
  const names = new Set<string>()
  for (const item of secrets.items) {
    if (!isMap(item)) continue
    names.add(String(item.get('name')))
    if (item.has('storedIn')) known.set(String(item.get('storedIn')), item)
  }
  let updated = 0
  for (const entry of imported) {
    const before = known.get(entry.storedIn ?? '')
    if (before !== undefined) {
      update(document, before, entry)
      updated++
    } else {
      const name = freeName(entry.name, names)
      names.add(name)
      secrets.add(document.createNode({ ...entry, name }))
    }
  }
  return { text: document.toString({ lineWidth: 0 }), added: imported.length - updated, updated }
}

function secretsOf(document: Document): YAMLSeq {
  const known = document.get('secrets')
  if (isSeq(known)) {
    // An empty list is written `[]`, and would go on in one line.
    known.flow = false
    return known
  }
  const made = new YAMLSeq()
  document.set('secrets', made)
  return made
}

/** Two stores may call theirs the same. */
function freeName(name: string, names: ReadonlySet<string>): string {
  for (let i = 1; ; i++) {
    const candidate = i === 1 ? name : `${name.slice(0, 190)}-${i}`
    if (!names.has(candidate)) return candidate
  }
}

function update(document: Document, before: YAMLMap, entry: EntryInput): void {
  for (const name of fromStore) {
    const value = entry[name]
    if (value !== null && value !== undefined) before.set(name, value)
  }
  const last = entry.rotation?.last ?? null
  if (last !== null) document.setIn([...pathOf(document, before), 'rotation', 'last'], last)
  const old = ((before.toJS(document) as EntryInput).versions ?? []) as VersionInput[]
  before.set('versions', document.createNode(mergeVersions(old, entry.versions ?? [])))
}

function pathOf(document: Document, entry: YAMLMap): (string | number)[] {
  return ['secrets', secretsOf(document).items.indexOf(entry)]
}

/** What a store does not have any more is retired, and stays, so that it is recognised. */
export function mergeVersions(old: readonly VersionInput[], fresh: readonly VersionInput[]): VersionInput[] {
  const gone = old
    .filter((version) => !fresh.some((one) => isSame(version, one)))
    .map((version) => ({ ...version, state: 'retired' as const }))
  return [...fresh.map((version) => withOldKeys(version, old)), ...gone]
}

function isSame(a: VersionInput, b: VersionInput): boolean {
  const [mine, theirs] = [a, b].map(valuesOf)
  const keys = new Set(theirs.map(keyOf))
  // Under the same key the value itself decides; else only what the store calls it.
  if (mine.some((one) => keys.has(keyOf(one)))) return mine.some((one) => theirs.includes(one))
  return a.id !== null && a.id !== undefined && a.id === b.id
}

function valuesOf({ fingerprints = [] }: VersionInput): string[] {
  return fingerprints.map(readForm).flatMap(({ name, fingerprint }) => (name === 'raw' ? [fingerprint] : []))
}

function keyOf(fingerprint: string): string {
  return fingerprint.slice(0, fingerprint.indexOf('.'))
}

/** While keys are changed a version is listed under both. */
function withOldKeys(version: VersionInput, old: readonly VersionInput[]): VersionInput {
  const before = old.find((one) => isSame(one, version))
  if (before === undefined) return version
  const own = version.fingerprints ?? []
  const keys = new Set(own.map((line) => keyOf(readForm(line).fingerprint)))
  const others = (before.fingerprints ?? []).filter((line) => !keys.has(keyOf(readForm(line).fingerprint)))
  return { ...version, fingerprints: [...own, ...others] }
}
